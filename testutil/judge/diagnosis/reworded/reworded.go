// Package reworded says what a target said in other words: every id and text of a history becomes another one, and
// what the protocol is made of stays. A diagnosis of it must be the same, or it lives on fingerprints.
package reworded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// History rewords the frames, bodies and close reasons that the target sent. Types, members, statuses, close codes
// and times stay, and equal words stay equal. The text is that of a history file.
func History(text []byte) ([]byte, error) {
	var out bytes.Buffer
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if i > 0 { // the first is the header
			var err error
			if line, err = record(line); err != nil {
				return nil, fmt.Errorf("reword line %d of a history: %w", i+1, err)
			}
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

func record(line []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil {
		return nil, err
	}
	for _, part := range []string{"frame", "http", "close"} {
		raw, ok := members[part]
		if !ok || part == "frame" && string(members["kind"]) != `"recv"` {
			continue
		}
		var err error
		if members[part], err = said(part, raw); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// said rewords a frame, or the texts of an exchange or a close. A frame that is no JSON is a text.
func said(part string, raw json.RawMessage) (json.RawMessage, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	members, isObject := value.(map[string]any)
	if part == "frame" || !isObject {
		return json.Marshal(within("", value))
	}
	for _, member := range []string{"body", "reason"} {
		if text, ok := members[member].(string); ok {
			members[member] = words(text)
		}
	}
	return json.Marshal(members)
}

// words rewords a JSON text within, any other as a whole.
func words(text string) string {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return otherwise(text)
	}
	written, err := json.Marshal(within("", value))
	if err != nil {
		return otherwise(text)
	}
	return string(written)
}

// within rewords the strings of a value, but those that name what it is.
func within(member string, value any) any {
	switch v := value.(type) {
	case string:
		if member == "type" || member == "event" || member == "timestamp" {
			return v
		}
		return otherwise(v)
	case map[string]any:
		for _, name := range slices.Collect(maps.Keys(v)) {
			v[name] = within(name, v[name])
		}
	case []any:
		for i := range v {
			v[i] = within("", v[i])
		}
	}
	return value
}

// otherwise gives each letter another one.
func otherwise(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < unicode.MaxASCII && unicode.IsLower(r):
			return 'a' + (r-'a'+7)%26
		case r < unicode.MaxASCII && unicode.IsUpper(r):
			return 'A' + (r-'A'+7)%26
		}
		return r
	}, text)
}
