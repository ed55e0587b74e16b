package faults

import (
	"bytes"
	"encoding/json"
	"slices"
)

// without is a frame that lacks some members at its root. All others stay as they are, byte by byte.
func without(frame []byte, names ...string) []byte {
	var out bytes.Buffer
	decoder := json.NewDecoder(bytes.NewReader(frame))
	if _, err := decoder.Token(); err != nil {
		return frame
	}
	out.WriteByte('{')
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return frame // which is no object
		}
		if name, ok := name.(string); ok && slices.Contains(names, name) {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(name) // a string
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes()
}
