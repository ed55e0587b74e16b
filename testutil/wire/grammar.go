package wire

import (
	"encoding/json"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// The grammar of JSON, as encoding/json accepts it. Each method reads what stands at the position and
// leaves the position behind it, or notes the fault and returns false.

func (x *index) fail(reason string) bool {
	if x.pos >= len(x.text) {
		reason = "unexpected end"
	}
	x.fault = reason
	return false
}

// peek returns the byte at the position; 0 at the end, which no grammar rule accepts.
func (x *index) peek() byte {
	if x.pos < len(x.text) {
		return x.text[x.pos]
	}
	return 0
}

func (x *index) space() {
	for x.pos < len(x.text) && x.text[x.pos] <= ' ' && isSpace(x.text[x.pos]) {
		x.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// open enters the object or array at the position.
func (x *index) open() bool {
	if x.depth++; x.depth > maxDepth {
		return x.fail("nested too deeply")
	}
	x.pos++
	x.space()
	return true
}

// close leaves the object or array that ends at the position.
func (x *index) close() bool {
	x.depth--
	x.pos++
	return true
}

// key reads a member's key and its colon.
func (x *index) key() (key string, ok bool) {
	if x.peek() != '"' {
		return "", x.fail("expected a key")
	}
	start := x.pos
	if !x.str() {
		return "", false
	}
	raw, escaped := x.text[start:x.pos], x.escaped
	x.space()
	if x.peek() != ':' {
		return "", x.fail("expected a colon")
	}
	x.pos++
	x.space()
	if escaped {
		return unquote(raw), true
	}
	return raw[1 : len(raw)-1], true
}

// value reads any value.
func (x *index) value() bool {
	switch c := x.peek(); c {
	case '"':
		return x.str()
	case '{':
		return x.object(nowhere)
	case '[':
		return x.array()
	case 't':
		return x.literal("true")
	case 'f':
		return x.literal("false")
	case 'n':
		return x.literal("null")
	default:
		if c == '-' || isDigit(c) {
			return x.number()
		}
		return x.fail("expected a value")
	}
}

func (x *index) array() bool {
	if !x.open() {
		return false
	}
	if x.peek() == ']' {
		return x.close()
	}
	for {
		if !x.value() {
			return false
		}
		switch x.space(); x.peek() {
		case ',':
			x.pos++
			x.space()
		case ']':
			return x.close()
		default:
			return x.fail("expected a comma or the end of an array")
		}
	}
}

func (x *index) literal(word string) bool {
	if !strings.HasPrefix(x.text[x.pos:], word) {
		return x.fail("expected a value")
	}
	x.pos += len(word)
	return true
}

// str reads a string. Bytes that are not UTF-8 are accepted, as encoding/json does.
func (x *index) str() bool {
	text, i := x.text, x.pos+1
	x.escaped = false
	for {
		i += plain(text[i:])
		if i >= len(text) {
			x.pos = len(text)
			return x.fail("unexpected end")
		}
		switch text[i] {
		case '"':
			x.pos = i + 1
			return true
		case '\\':
			n := escape(text[i:])
			if n == 0 {
				x.pos = i
				return x.fail("bad escape in a string")
			}
			x.escaped = true
			i += n
		default:
			x.pos = i
			return x.fail("control character in a string")
		}
	}
}

// plain returns how many bytes at the start of s stand for themselves inside a JSON string: up to the
// first quote, backslash or control character. Most of a frame is inside strings, so it looks at
// eight bytes at once: subtracting sets the high bit of a byte that is smaller, and the lowest such
// byte is exact.
func plain(s string) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		stop := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash) & high
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return i
}

// escape returns the length of the escape sequence that s begins with, 0 if it is none.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) < 6 {
			return 0
		}
		for _, c := range []byte(s[2:6]) {
			if !isHex(c) {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (x *index) number() bool {
	if x.peek() == '-' {
		x.pos++
	}
	if x.peek() == '0' {
		x.pos++
	} else if !x.digits() {
		return false
	}
	if x.peek() == '.' {
		x.pos++
		if !x.digits() {
			return false
		}
	}
	if c := x.peek(); c == 'e' || c == 'E' {
		x.pos++
		if c := x.peek(); c == '+' || c == '-' {
			x.pos++
		}
		return x.digits()
	}
	return true
}

func (x *index) digits() bool {
	start := x.pos
	for isDigit(x.peek()) {
		x.pos++
	}
	return x.pos > start || x.fail("expected a digit")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// unquote returns the text of a valid JSON string literal, sharing its memory where it can.
func unquote(raw string) string {
	body := raw[1 : len(raw)-1]
	if strings.IndexByte(body, '\\') < 0 && utf8.ValidString(body) {
		return body
	}
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return body
	}
	return s
}
