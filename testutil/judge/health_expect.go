package judge

import (
	"fmt"
	"slices"
	"strings"
)

// An expectation is what an endpoint answers with status 200 if all is well. Members are named by their
// paths; others may be there as well.
type expectation struct {
	status string   // the member that says how the service is; "" if none does
	well   []string // what it then says
	has    []members
	also   func(fields map[string]any) []flaw
}

// A flaw is what is wrong with an answer. Some are on every target.
type flaw struct {
	text   string
	always bool
}

// members are those of one type of JSON.
type members struct {
	kind  string
	is    func(any) bool
	paths []string
}

func is[T any](value any) bool { _, ok := value.(T); return ok }

func texts(paths ...string) members   { return members{"a text", is[string], paths} }
func numbers(paths ...string) members { return members{"a number", is[float64], paths} }
func truths(paths ...string) members  { return members{"true or false", is[bool], paths} }
func lists(paths ...string) members   { return members{"a list", is[[]any], paths} }
func objects(paths ...string) members { return members{"an object", is[map[string]any], paths} }

// under puts every path below a member.
func (m members) under(path string) members {
	below := make([]string, len(m.paths))
	for i, p := range m.paths {
		below[i] = path + "." + p
	}
	m.paths = below
	return m
}

// at returns the member at a path, nil if there is none.
func at(fields map[string]any, path string) any {
	name, rest, more := strings.Cut(path, ".")
	if !more {
		return fields[name]
	}
	below, _ := fields[name].(map[string]any)
	return at(below, rest)
}

// flaws lists what is wrong with an answer, what is so on every target first.
func (e expectation) flaws(fields map[string]any) []flaw {
	var list []flaw
	if e.status != "" {
		if word, _ := at(fields, e.status).(string); !slices.Contains(e.well, word) {
			list = append(list, flaw{fmt.Sprintf("says %s %s", e.status, quote(word)), true})
		}
	}
	if e.also != nil {
		list = append(list, e.also(fields)...)
	}
	var missing []string
	for _, m := range e.has {
		for _, path := range m.paths {
			if !m.is(at(fields, path)) {
				missing = append(missing, path+" ("+m.kind+")")
			}
		}
	}
	if len(missing) > 0 {
		list = append(list, flaw{"lacks " + strings.Join(missing, ", "), false})
	}
	return list
}

// untrue makes flaws of the members that are there and false.
func untrue(fields map[string]any, always bool, paths ...string) (list []flaw) {
	for _, path := range paths {
		if value, ok := at(fields, path).(bool); ok && !value {
			list = append(list, flaw{"says that " + path + " is false", always})
		}
	}
	return list
}

// counted makes flaws of the counts that are there and are not zero.
func counted(fields map[string]any, paths ...string) (list []flaw) {
	for _, path := range paths {
		if n, ok := at(fields, path).(float64); ok && n != 0 {
			list = append(list, flaw{fmt.Sprintf("says that %s is %v", path, n), true})
		}
	}
	return list
}
