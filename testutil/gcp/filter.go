package gcp

import (
	"strconv"
	"strings"
	"time"
)

// A Filter is an expression of the query language of Cloud Logging and Cloud Monitoring. The zero value
// matches everything. Values are always quoted, so that whatever they hold is only compared.
type Filter struct {
	text   string
	joined string // by what, " AND " or " OR ", so that it needs parentheses under another operator
}

// String is the filter as the APIs and the Logs Explorer take it.
func (f Filter) String() string { return f.text }

// Is matches where the field equals the value.
func Is(field, value string) Filter { return Filter{text: field + "=" + strconv.Quote(value)} }

// Has matches where the field is text that holds the value, whatever its case.
func Has(field, value string) Filter { return Filter{text: field + ":" + strconv.Quote(value)} }

// AtLeast matches entries of the severity and of every higher one.
func AtLeast(s Severity) Filter { return Filter{text: "severity>=" + s.String()} }

// Between matches entries from one time to another, both included. A zero time is no limit.
func Between(since, until time.Time) Filter {
	limit := func(operator string, at time.Time) Filter {
		if at.IsZero() {
			return Filter{}
		}
		return Filter{text: "timestamp" + operator + strconv.Quote(at.UTC().Format(time.RFC3339Nano))}
	}
	return And(limit(">=", since), limit("<=", until))
}

// Not matches what f does not; also where the field of f is missing. Of a filter that matches everything
// it is the same filter.
func Not(f Filter) Filter {
	if f.text == "" {
		return f
	}
	return Filter{text: "NOT " + f.under("NOT")}
}

// And matches what all of the filters match.
func And(all ...Filter) Filter { return join(" AND ", all) }

// Or matches what any of the filters matches. Those that match everything are left out, as And does.
func Or(any ...Filter) Filter { return join(" OR ", any) }

func join(operator string, parts []Filter) Filter {
	var kept []Filter
	for _, f := range parts {
		if f.text != "" {
			kept = append(kept, f)
		}
	}
	switch len(kept) {
	case 0:
		return Filter{}
	case 1:
		return kept[0]
	}
	texts := make([]string, len(kept))
	for i, f := range kept {
		texts[i] = f.under(operator)
	}
	return Filter{text: strings.Join(texts, operator), joined: operator}
}

func (f Filter) under(operator string) string {
	if f.joined != "" && f.joined != operator {
		return "(" + f.text + ")"
	}
	return f.text
}
