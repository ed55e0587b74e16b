package filter

import (
	"fmt"
	"strconv"
	"strings"
)

type kind int

const (
	end kind = iota
	word
	quoted
	operator
	mark // a parenthesis
)

type token struct {
	kind kind
	text string // of a quoted one what it says
	at   int    // where it begins, in bytes
}

// operators, longer ones first.
var operators = []string{"!=", ">=", "<=", "=", ">", "<", ":"}

// split cuts a filter into tokens, of which the last is the end.
func split(text string) ([]token, error) {
	var tokens []token
	for at := 0; at < len(text); {
		t, size, err := cut(text[at:])
		if err != nil {
			return nil, fmt.Errorf("at %d: %w", at, err)
		}
		if t.at = at; size > 0 && t.kind != end {
			tokens = append(tokens, t)
		}
		at += size
	}
	return append(tokens, token{kind: end, at: len(text)}), nil
}

// cut takes the first token of a text that is not empty; blanks are an end of some size.
func cut(text string) (token, int, error) {
	switch c := text[0]; {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		return token{}, 1, nil
	case c == '(' || c == ')':
		return token{kind: mark, text: text[:1]}, 1, nil
	case c == '"':
		return cutQuoted(text)
	}
	for _, op := range operators {
		if strings.HasPrefix(text, op) {
			return token{kind: operator, text: op}, len(op), nil
		}
	}
	size := 0
	for size < len(text) && isWord(text[size]) {
		size++
	}
	if size == 0 {
		return token{}, 0, fmt.Errorf("%q has no meaning here", text[:1])
	}
	return token{kind: word, text: text[:size]}, size, nil
}

func cutQuoted(text string) (token, int, error) {
	prefix, err := strconv.QuotedPrefix(text)
	if err != nil {
		return token{}, 0, fmt.Errorf("a text that is not closed, or holds an unknown escape")
	}
	says, err := strconv.Unquote(prefix)
	return token{kind: quoted, text: says}, len(prefix), err
}

// isWord tells what may stand in a name or in a value without quotes.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_-./%", c) >= 0
}
