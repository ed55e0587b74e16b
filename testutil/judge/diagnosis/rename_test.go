package diagnosis_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// rename says everything that a target said in a history in other words, and leaves alone what the protocol
// is made of: types, names of members, statuses and close codes.
func rename(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	out.Write(lines[0])
	out.WriteByte('\n')
	for _, line := range lines[1:] {
		var record map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(line, &record))
		for _, part := range []string{"frame", "http", "close"} {
			if part == "frame" && string(record["kind"]) != `"recv"` {
				continue
			}
			if raw, ok := record[part]; ok {
				record[part] = reworded(t, raw, part)
			}
		}
		written, err := json.Marshal(record)
		require.NoError(t, err)
		out.Write(written)
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func reworded(t *testing.T, raw json.RawMessage, part string) json.RawMessage {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(raw, &value))
	switch v := value.(type) {
	case string:
		value = rewordedText(v)
	case map[string]any:
		for _, member := range []string{"body", "reason"} {
			if said, ok := v[member].(string); ok {
				v[member] = rewordedText(said)
			}
		}
	default:
		t.Fatalf("%s is a %T", part, value)
	}
	written, err := json.Marshal(value)
	require.NoError(t, err)
	return written
}

// rewordedText rewords a JSON text within, any other as a whole.
func rewordedText(text string) string {
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
