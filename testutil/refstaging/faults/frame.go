package faults

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// A member is one of a JSON object, its value as it was written.
type member struct {
	name  string
	value json.RawMessage
}

// members are those of an object, in their order; false: it is none.
func members(object []byte) (all []member, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, false
	}
	for decoder.More() {
		name, err := decoder.Token()
		m := member{}
		if err != nil || decoder.Decode(&m.value) != nil {
			return nil, false
		}
		m.name, _ = name.(string) // what names a member is one
		all = append(all, m)
	}
	_, err := decoder.Token()
	return all, err == nil
}

// object writes members as a JSON object.
func object(all []member) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range all {
		if i > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(m.name) // a string
		out.Write(key)
		out.WriteByte(':')
		out.Write(m.value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// without is a frame that lacks some members at its root. All others stay as they are, byte by byte.
func without(frame []byte, names ...string) []byte {
	all, ok := members(frame)
	if !ok {
		return frame
	}
	return object(slices.DeleteFunc(all, func(m member) bool { return slices.Contains(names, m.name) }))
}

// with is an object whose members are changed. Those that the change leaves alone stay as they are, byte by
// byte and in their order; new ones follow. What is no object stays what it is.
func with(text []byte, change func(all map[string]any)) []byte {
	all, ok := members(text)
	if !ok {
		return text
	}
	before, after := values(text), values(text)
	change(after)
	var changed []member
	for _, m := range all {
		value, left := after[m.name]
		if left && !reflect.DeepEqual(value, before[m.name]) {
			m.value, _ = json.Marshal(value) // of what was decoded, and of what faults put there
		}
		if left {
			changed = append(changed, m)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, had := before[name]; !had {
			value, _ := json.Marshal(after[name]) // likewise
			changed = append(changed, member{name, value})
		}
	}
	return object(changed)
}

// values are the members of an object, with numbers as they were written.
func values(object []byte) map[string]any {
	var all map[string]any
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	_ = decoder.Decode(&all) // it has been read once
	return all
}
