package wire

import (
	"encoding/json"
	"reflect"
	"strings"
)

// kinds is a set of JSON types.
type kinds uint8

const (
	aString kinds = 1 << iota
	aNumber
	aBool
	anObject
	anArray
	aNull

	anything = aString | aNumber | aBool | anObject | anArray
)

// kindOf returns the type of the JSON value that begins with c.
func kindOf(c byte) kinds {
	switch c {
	case '"':
		return aString
	case '{':
		return anObject
	case '[':
		return anArray
	case 't', 'f':
		return aBool
	case 'n':
		return aNull
	}
	return aNumber
}

// String names the types, for people.
func (k kinds) String() string {
	var names []string
	for i, name := range []string{"a string", "a number", "a boolean", "an object", "an array", "null"} {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// isBlank says whether a JSON value holds nothing: "", {} or []. An answer of {} is no answer.
func isBlank(raw string) bool {
	switch raw[0] {
	case '"':
		return len(raw) == 2
	case '{', '[':
		return strings.TrimLeft(raw[1:len(raw)-1], " \t\r\n") == ""
	}
	return false
}

// textOf returns a string's text, and any other value's JSON text.
func textOf(raw string) string {
	if raw != "" && raw[0] == '"' {
		return unquote(raw)
	}
	return raw
}

// raw returns the JSON text of m at level l; "" if it does not stand there or is null.
func (x *index) raw(l level, m Member) string {
	if !x.has[l].Has(m) {
		return ""
	}
	at := x.at[l][m]
	return x.text[at.start:at.end]
}

// merged returns the JSON text of m in the merged object of section 5.1, step 2; "" if it is absent.
func (x *index) merged(m Member) string {
	if !x.anywhere.Has(m) {
		return ""
	}
	for l := levels - 1; l >= atRoot; l-- {
		if x.has[l].Has(m) {
			return x.raw(l, m)
		}
	}
	return ""
}

// find returns the JSON text of the first name whose merged value is of an accepted type and not
// blank (section 5.1, step 3); "" if there is none.
func (x *index) find(accept kinds, names ...Member) string {
	for _, m := range names {
		if raw := x.merged(m); raw != "" && kindOf(raw[0])&accept != 0 && !isBlank(raw) {
			return raw
		}
	}
	return ""
}

// findAny is find for values that may rightly be blank: a tool without parameters has the input {}.
func (x *index) findAny(names ...Member) string {
	if raw := x.find(anything, names...); raw != "" {
		return raw
	}
	for _, m := range names {
		if raw := x.merged(m); raw != "" {
			return raw
		}
	}
	return ""
}

// identifier returns the text of the first name that has one. An id that travelled as a number is
// still an id; Shape.Mistyped tells.
func (x *index) identifier(names ...Member) string {
	return textOf(x.find(aString|aNumber, names...))
}

// within returns the JSON text of a member of an object that stands in the frame; "" if it is absent or
// null, or the value is no object.
func within(object string, m Member) string {
	if object == "" || object[0] != '{' {
		return ""
	}
	return inside(object, m)
}

// inside keeps the large index off the stack of within, which seldom needs it.
func inside(object string, m Member) string {
	var in index
	if in.scan(object) != nil {
		return ""
	}
	return in.raw(atRoot, m)
}

// sameJSON says whether two JSON values are equal, whatever their spelling.
func sameJSON(a, b string) bool {
	if a == b {
		return true
	}
	if kindOf(a[0]) != kindOf(b[0]) {
		return false
	}
	var av, bv any
	if json.Unmarshal([]byte(a), &av) != nil || json.Unmarshal([]byte(b), &bv) != nil {
		return false
	}
	return reflect.DeepEqual(av, bv)
}
