package filter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxLength is that of Cloud Logging, in bytes; maxDepth keeps a hostile filter from the stack.
const (
	maxLength = 20000
	maxDepth  = 100
)

// Parse reads a filter. The empty one matches everything.
func Parse(text string, schema Schema) (Filter, error) {
	if len(text) > maxLength {
		return Filter{}, fmt.Errorf("a filter has at most %d bytes, this one has %d", maxLength, len(text))
	}
	tokens, err := split(text)
	if err != nil {
		return Filter{}, err
	}
	p := &parser{tokens: tokens, schema: schema}
	if p.peek().kind == end {
		return Filter{}, nil
	}
	root, err := p.all(0)
	if err != nil {
		return Filter{}, err
	}
	if next := p.peek(); next.kind != end {
		return Filter{}, fmt.Errorf("at %d: %q where AND, OR or the end is expected", next.at, next.text)
	}
	return Filter{root}, nil
}

type parser struct {
	tokens []token // the last one is the end
	schema Schema
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) accept(k kind, text string) bool {
	if t := p.peek(); t.kind != k || t.text != text {
		return false
	}
	p.next()
	return true
}

func (p *parser) all(depth int) (node, error) {
	parts, err := p.list("AND", depth, p.some)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return all(parts), nil
}

func (p *parser) some(depth int) (node, error) {
	parts, err := p.list("OR", depth, p.unit)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return some(parts), nil
}

func (p *parser) list(operator string, depth int, part func(int) (node, error)) ([]node, error) {
	var parts []node
	for {
		n, err := part(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		if !p.accept(word, operator) {
			return parts, nil
		}
	}
}

func first(parts []node) node {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

func (p *parser) unit(depth int) (node, error) {
	if depth == maxDepth {
		return nil, fmt.Errorf("at %d: more than %d levels of parentheses and NOT", p.peek().at, maxDepth)
	}
	switch {
	case p.accept(word, "NOT"):
		of, err := p.unit(depth + 1)
		return negation{of}, err
	case p.accept(mark, "("):
		n, err := p.all(depth + 1)
		if err == nil && !p.accept(mark, ")") {
			err = fmt.Errorf("at %d: a closing parenthesis is missing", p.peek().at)
		}
		return n, err
	}
	return p.comparison()
}

func (p *parser) comparison() (node, error) {
	name, op, value := p.next(), p.next(), p.next()
	field, known := p.schema(name.text)
	switch {
	case name.kind != word:
		return nil, fmt.Errorf("at %d: the name of a field is expected", name.at)
	case !known:
		return nil, fmt.Errorf("at %d: field %q is not supported", name.at, name.text)
	case op.kind != operator:
		return nil, fmt.Errorf("at %d: a comparison is expected after %q", op.at, name.text)
	case value.kind != quoted && value.kind != word || value.kind == word && isKeyword(value.text):
		return nil, fmt.Errorf("at %d: a value is expected after %q", value.at, name.text+op.text)
	case op.text == ":" && field.Kind != Text:
		return nil, fmt.Errorf("at %d: field %q is no text, which : would look into", op.at, name.text)
	case field.Kind == Text && !slices.Contains([]string{"=", "!=", ":"}, op.text):
		return nil, fmt.Errorf("at %d: field %q is text and has no order", op.at, name.text)
	}
	want, err := read(field, value.text)
	if err != nil {
		return nil, fmt.Errorf("at %d: field %q: %w", value.at, name.text, err)
	}
	return comparison{name.text, field.Kind, op.text, value.text, want}, nil
}

func isKeyword(text string) bool { return text == "AND" || text == "OR" || text == "NOT" }

// read takes a value as the field's kind has it.
func read(field Field, text string) (Value, error) {
	switch field.Kind {
	case Time:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return Value{}, fmt.Errorf("%q is no time as RFC 3339 has it", text)
		}
		return Value{Time: at}, nil
	case Number:
		if i := slices.IndexFunc(field.Names, func(name string) bool { return strings.EqualFold(name, text) }); i >= 0 {
			return Value{Number: float64(i)}, nil
		}
		if field.Names != nil {
			return Value{}, fmt.Errorf("%q is none of %s", text, strings.Join(field.Names, ", "))
		}
		n, err := strconv.ParseFloat(text, 64)
		if err == nil && math.IsNaN(n) {
			err = errors.New("not a number")
		}
		if err != nil {
			return Value{}, fmt.Errorf("%q is no number", text)
		}
		return Value{Number: n}, nil
	}
	return Value{Text: text}, nil
}
