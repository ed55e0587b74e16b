package wire

import "fmt"

// maxDepth is how deep a frame may nest, encoding/json's own limit: deeper text is an attack on the
// reader's stack.
const maxDepth = 10_000

// maxFrame bounds what an index can address. Sessions read 5 MiB at most (section 2.5).
const maxFrame = 1 << 30

// FrameError says that a text is not one JSON object, so that it cannot be decoded at all.
type FrameError struct {
	Reason string // for people
	Offset int    // in bytes, where the text stopped making sense
}

func (e *FrameError) Error() string {
	return fmt.Sprintf("frame is not one JSON object: %s at byte %d", e.Reason, e.Offset)
}

// A level is an object of the frame in which members of an event may stand. A deeper level has the
// higher number: its values win (section 5.1, step 2).
type level int

const (
	atRoot    level = iota
	inPayload       // payload.…
	inData          // data.…
	inInner         // data.payload.…, in E3
	levels

	nowhere level = -1 // in an object whose members mean nothing
)

// A span is a value's place in the frame.
type span struct{ start, end uint32 }

// An index knows where the members of an event stand. It is filled by one pass over the frame, which
// checks the JSON at the same time; docs/json-library.md tells why this is not a library's work.
//
// A member that a level repeats has its last value, as in encoding/json.
type index struct {
	text    string
	pos     int
	depth   int
	escaped bool   // the last string holds an escape
	fault   string // why the text is not JSON

	anywhere Members         // present at some level, or was before a repetition of the object
	has      [levels]Members // present and not null
	blank    [levels]Members // present as ""
	mistyped [levels]Members // present, of another JSON type than documented
	at       [levels][memberCount]span
}

// scan indexes a frame.
func (x *index) scan(frame string) error {
	if len(frame) > maxFrame {
		return &FrameError{Reason: "text is longer than 1 GiB", Offset: maxFrame}
	}
	x.text = frame
	x.space()
	switch {
	case x.peek() != '{':
		x.fail("expected an object")
	case x.object(atRoot):
		if x.space(); x.pos < len(x.text) {
			x.fail("unexpected text after the object")
		}
	}
	if x.fault != "" {
		return &FrameError{Reason: x.fault, Offset: x.pos}
	}
	return nil
}

// deeper returns the level that an object under m opens: only payload, data and data.payload do.
func (l level) deeper(m Member) level {
	switch {
	case l == atRoot && m == MemberPayload:
		return inPayload
	case l == atRoot && m == MemberData:
		return inData
	case l == inData && m == MemberPayload:
		return inInner
	}
	return nowhere
}

// object reads the object at the position and indexes its members at level l.
func (x *index) object(l level) bool {
	if !x.open() {
		return false
	}
	if x.peek() == '}' {
		return x.close()
	}
	for {
		key, ok := x.key()
		if !ok || !x.member(l, key) {
			return false
		}
		switch x.space(); x.peek() {
		case ',':
			x.pos++
			x.space()
		case '}':
			return x.close()
		default:
			return x.fail("expected a comma or the end of an object")
		}
	}
}

// member reads the value of a key and indexes it if the protocol knows the key.
func (x *index) member(l level, key string) bool {
	if l == nowhere {
		return x.value()
	}
	m, known := memberNamed(key)
	if !known {
		return x.value()
	}
	start := x.pos
	inner := l.deeper(m)
	if inner != nowhere {
		x.forget(inner)
	}
	ok := false
	if x.peek() == '{' {
		ok = x.object(inner)
	} else {
		ok = x.value()
	}
	if ok {
		x.record(l, m, span{uint32(start), uint32(x.pos)})
	}
	return ok
}

// forget drops what a level holds, because its object is given a second time.
func (x *index) forget(l level) {
	x.has[l], x.blank[l], x.mistyped[l] = 0, 0, 0
	if l == inData {
		x.forget(inInner)
	}
}

func (x *index) record(l level, m Member, at span) {
	bit := Members(1) << m
	if x.has[l]&bit != 0 {
		x.has[l] &^= bit
		x.blank[l] &^= bit
		x.mistyped[l] &^= bit
	}
	k := kindOf(x.text[at.start])
	if k == aNull {
		return
	}
	x.anywhere |= bit
	x.has[l] |= bit
	x.at[l][m] = at
	if k&members[m].want == 0 {
		x.mistyped[l] |= bit
	}
	if k == aString && at.end-at.start == 2 {
		x.blank[l] |= bit
	}
}
