package variants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// texts are the freedoms of JSON (RFC 8259), and of what an agent says.
var texts = map[string]variant{
	"json-reordered": {says: "members in reverse order, type last (RFC 8259, section 4: objects are unordered)", apply: rewritten(reordered)},
	"json-spaced":    {says: "white space wherever it may stand (RFC 8259, section 2)", apply: rewritten(spaced)},
	"json-escaped":   {says: "every character of a string as an escape (RFC 8259, section 7)", apply: rewritten(escaped)},
	"json-extra":     {says: "unknown members in every object, and null for what is not there (websocket.md 5.1: nulls are ignored)", apply: retold(enriched)},
	"unicode":        {says: "emoji, right-to-left and combining characters in thoughts and answers", apply: reporting(func(r refstaging.Reporter) refstaging.Reporter { return worldly{r} })},
	"megabyte":       {says: "answers of 1 MiB (websocket.md 6: 16 MiB may be sent)", apply: reporting(long())},
}

// rewritten lets every text frame of a WebSocket be written in other bytes of the same meaning.
func rewritten(rewrite func([]byte) ([]byte, error)) func(*refstaging.Config) {
	return reframed(func(f frame) []frame {
		if !f.isText() {
			return []frame{f}
		}
		if text, err := rewrite(f.payload); err == nil {
			return []frame{whole(websocket.TextMessage, text)}
		}
		return []frame{f}
	})
}

// retold lets the object of every text frame be another.
func retold(retell func(object) object) func(*refstaging.Config) {
	return rewritten(func(text []byte) ([]byte, error) { return retellObject(text, retell) })
}

func retellObject(text []byte, retell func(object) object) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("read what is to be told otherwise: %w", err)
	}
	return json.Marshal(retell(o))
}

// enriched adds members that nobody knows, at every depth.
func enriched(o object) object {
	for name, value := range o {
		o[name] = enrichedValue(value)
	}
	o["x_build"], o["turn_id"], o["zz"] = object{"id": 7, "tags": []any{"a", nil, true}}, nil, ""
	return o
}

func enrichedValue(value any) any {
	switch v := value.(type) {
	case object:
		return enriched(v)
	case []any:
		for i := range v {
			v[i] = enrichedValue(v[i])
		}
	}
	return value
}

// reordered writes the members of every object in the reverse order of their names.
func reordered(text []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("read a frame: %w", err)
	}
	var b bytes.Buffer
	err := backwards(&b, value)
	return b.Bytes(), err
}

func backwards(b *bytes.Buffer, value any) error {
	o, ok := value.(object)
	if !ok {
		text, err := json.Marshal(value)
		b.Write(text)
		return err
	}
	names := slices.Sorted(maps.Keys(o))
	slices.Reverse(names)
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "%q:", name)
		if err := backwards(b, o[name]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func spaced(text []byte) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\r\n\t ")
	err := json.Indent(&b, text, "\t", " \t ")
	b.WriteString(" \n")
	return b.Bytes(), err
}

// escaped writes what stands in strings, names included, as \u escapes.
func escaped(text []byte) ([]byte, error) {
	var b bytes.Buffer
	inside := false
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		switch {
		case c == '"':
			inside = !inside
			b.WriteByte('"')
		case inside && c == '\\': // an escape stays as it is
			size = 2
			b.Write(text[i : i+size])
		case inside:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(c)
		}
		i += size
	}
	return b.Bytes(), nil
}

// worldly is an agent that speaks many languages.
type worldly struct{ refstaging.Reporter }

// Many are the characters that are easily torn or counted wrongly: joined emoji, right-to-left letters with
// marks, combining marks, beyond the basic plane, wide ones, line separators.
const many = " 👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈 مرحبا بالعالم \u200fשָׁלוֹם\u200e Z̸͑a̴͋l̶g̵o̷ 𝒜𝔘 漢字かな ẞ İı ﬁ \u2028 ½"

func (w worldly) Thinking(agent, thought string, step int) error {
	return w.Reporter.Thinking(agent, thought+many, step)
}

func (w worldly) Completed(agent string, answer refstaging.Answer) error {
	answer.Text += strings.Repeat(many, 50)
	return w.Reporter.Completed(agent, answer)
}
