// Package filter reads the filters of Cloud Logging and Cloud Monitoring, in the subset of
// docs/protocol/deployment.md 4.1: AND, OR, NOT, parentheses, and the comparisons = != : > >= < <= of
// a known field with a value. Everything else is an error, so that a client that asks for more finds
// out here and not on staging.
//
// As in Google's language OR binds tighter than AND, keywords are in capitals, and text compares
// without regard to case.
package filter

import (
	"strconv"
	"strings"
	"time"
)

// Kind says how the values of a field compare.
type Kind int

// The kinds of field.
const (
	Text   Kind = iota // = != compare the whole, : looks for a part
	Number             // in order; a [Schema] may give names to numbers
	Time               // in order; RFC 3339
)

// Field is what a filter knows of a field.
type Field struct {
	Kind  Kind
	Names []string // of a Number: the names of 0, 1, 2, …, such as those of the severities
}

// Schema finds a field by the name that a filter gives it; not ok is an error of the filter.
type Schema func(name string) (field Field, ok bool)

// Value is what something has for a field; only the member of the field's kind counts.
type Value struct {
	Text   string
	Number float64
	Time   time.Time
}

// Filter is a parsed filter. The zero value matches everything.
type Filter struct{ root node }

// Match asks value for the fields of the filter. A field that is not there (not ok) fails every
// comparison but !=, which is the same as NOT with =.
func (f Filter) Match(value func(field string) (v Value, ok bool)) bool {
	return f.root == nil || f.root.match(value)
}

// String is the filter with every parenthesis and quote in place; it parses to the same filter.
func (f Filter) String() string {
	if f.root == nil {
		return ""
	}
	return f.root.String()
}

// Demands are the values that one field must equal for anything to match: what stands in = comparisons
// that are joined by AND.
func (f Filter) Demands(field string) []string {
	var found []string
	var walk func(node)
	walk = func(n node) {
		switch n := n.(type) {
		case all:
			for _, part := range n {
				walk(part)
			}
		case comparison:
			if n.field == field && n.op == "=" {
				found = append(found, n.text)
			}
		}
	}
	walk(f.root)
	return found
}

type node interface {
	match(value func(string) (Value, bool)) bool
	String() string
}

type (
	all        []node // AND
	some       []node // OR
	negation   struct{ of node }
	comparison struct {
		field string
		kind  Kind
		op    string
		text  string // as it was written
		want  Value
	}
)

func (a all) match(value func(string) (Value, bool)) bool {
	for _, n := range a {
		if !n.match(value) {
			return false
		}
	}
	return true
}

func (s some) match(value func(string) (Value, bool)) bool {
	for _, n := range s {
		if n.match(value) {
			return true
		}
	}
	return false
}

func (n negation) match(value func(string) (Value, bool)) bool { return !n.of.match(value) }

func (c comparison) match(value func(string) (Value, bool)) bool {
	have, ok := value(c.field)
	switch {
	case c.op == "!=":
		return !ok || c.compare(have) != 0
	case !ok:
		return false
	case c.op == ":":
		return strings.Contains(strings.ToLower(have.Text), strings.ToLower(c.want.Text))
	}
	order := c.compare(have)
	switch c.op {
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	}
	return order == 0
}

// compare is negative when the value is before the wanted one.
func (c comparison) compare(have Value) int {
	switch c.kind {
	case Number:
		switch {
		case have.Number < c.want.Number:
			return -1
		case have.Number > c.want.Number:
			return 1
		}
		return 0
	case Time:
		return have.Time.Compare(c.want.Time)
	}
	return strings.Compare(strings.ToLower(have.Text), strings.ToLower(c.want.Text))
}

func (a all) String() string        { return joined(a, " AND ") }
func (s some) String() string       { return joined(s, " OR ") }
func (n negation) String() string   { return "NOT " + n.of.String() }
func (c comparison) String() string { return c.field + c.op + strconv.Quote(c.text) }

func joined(nodes []node, operator string) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = n.String()
	}
	return "(" + strings.Join(parts, operator) + ")"
}
