package wire

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A DeclaredShape is the shape that a target says its events have. The zero value is ShapeAuto.
type DeclaredShape string

// The shapes that can be declared. ShapeSeptember is the normative one of section 2.4, ShapeE1 to
// ShapeE8 are the variants of section 5.2.
const (
	ShapeAuto      DeclaredShape = "auto"
	ShapeSeptember DeclaredShape = "september"
	ShapeOctober   DeclaredShape = "october"
	ShapeE1        DeclaredShape = "e1"
	ShapeE2        DeclaredShape = "e2"
	ShapeE3        DeclaredShape = "e3"
	ShapeE4        DeclaredShape = "e4"
	ShapeE5        DeclaredShape = "e5"
	ShapeE6        DeclaredShape = "e6"
	ShapeE7        DeclaredShape = "e7"
	ShapeE8        DeclaredShape = "e8"
)

// ParseShape reads the value of STAGING_EVENT_SHAPE; empty is ShapeAuto.
func ParseShape(text string) (DeclaredShape, error) {
	if text == "" {
		return ShapeAuto, nil
	}
	d := DeclaredShape(strings.ToLower(text))
	if _, known := demands[d]; !known && d != ShapeAuto {
		return "", fmt.Errorf("unknown event shape %q: use auto, september, october or e1 to e8", text)
	}
	return d, nil
}

// Direct tells whether events of the shape are direct replies, which only the session hears that asked
// (websocket.md 7).
func (d DeclaredShape) Direct() bool { return d == ShapeE3 || d == ShapeE5 || d == ShapeE6 }

// A Deviation is one difference between an event and the shape it should have.
type Deviation struct {
	Member string // JSON name
	Want   string // what should be there, and where
	Got    string // what is there instead
	Source string // where that is written: "V14" of section 8, or a section of the protocol reference
}

// String returns the deviation as a sentence.
func (d Deviation) String() string {
	return fmt.Sprintf("%s: want %s, got %s (%s)", d.Member, d.Want, d.Got, d.Source)
}

// Deviations compares one of the five events, or an agent_error, with the declared shape; other
// events have no deviations. Under auto only the tolerant rules V12 to V16 of section 8 count. The
// result is nil, without an allocation, when nothing deviates.
func (d DeclaredShape) Deviations(e *Event) []Deviation {
	kind, ok := kindOfEvent(e.Type)
	if !ok {
		return nil
	}
	found := deviations{event: e}
	found.always()
	if d == ShapeAuto || d == "" {
		found.tolerant()
	} else {
		found.declared(demands[d], kind)
	}
	return found.list
}

// deviations collects what is odd about one event.
type deviations struct {
	event *Event
	list  []Deviation
}

func (ds *deviations) add(m Member, want, got, source string) {
	ds.list = append(ds.list, Deviation{m.String(), want, got, source})
}

// always checks what holds in every shape: the types of V12, the quality of V13, and V16.
func (ds *deviations) always() {
	e := ds.event
	if wrong := e.Shape.Mistyped & mustHaveType; wrong != 0 {
		for m := range wrong.All() {
			ds.add(m, members[m].want.String(), "another JSON type", "V12")
		}
	}
	if e.Type == AgentThinking {
		if got := emptyThought(e.Text); got != "" {
			ds.add(MemberThought, "a thought of at least 5 characters", got, "V13")
		}
	}
	if e.WireType == "reasoning" {
		ds.add(MemberType, AgentThinking, "reasoning", "V16")
	}
}

// mustHaveType are the members whose JSON type section 8 fixes.
var mustHaveType = Of(MemberRunID, MemberThreadID, MemberUserID, MemberAgentName, MemberToolName,
	MemberPayload, MemberThought, MemberSuccess)

// emptyThought says what is wrong with a thought; "" if nothing is (V13).
func emptyThought(text string) string {
	switch bare := strings.TrimFunc(text, isFiller); {
	case text == "":
		return "nothing"
	case bare == "":
		return "no letter and no digit"
	case utf8.RuneCountInString(text) < 5:
		return "fewer characters"
	case strings.EqualFold(bare, "thinking"), strings.EqualFold(bare, "processing"),
		strings.EqualFold(bare, "working"), strings.EqualFold(bare, "reasoning"):
		return "a generic word"
	}
	return ""
}

// tolerant checks V12, V14 and V15, which ask for members wherever they may stand, but for tool_name
// (#1039) and results (#935) at the root.
func (ds *deviations) tolerant() {
	e := ds.event
	ds.need(e.RunID != "", MemberRunID, "a non-empty string", "V12")
	ds.need(e.Agent != "", MemberAgentName, "a non-empty string", "V12")
	ds.need(e.TimeForm != NoTime && e.TimeForm != BadTime, MemberTimestamp, "a readable time", "V12")
	if e.Type == AgentStarted {
		ds.need(e.ThreadID != "", MemberThreadID, "a non-empty string", "V12")
	}
	if e.Type == ToolExecuting || e.Type == ToolCompleted {
		ds.atRoot(MemberToolName, "V14")
	}
	switch e.Type {
	case ToolExecuting:
		ds.atRoot(MemberAgentName, "V14")
	case ToolCompleted:
		ds.atRoot(MemberResults, "V15")
		outcome := Of(MemberResult, MemberResults, MemberOutput, MemberSuccess, MemberError)
		ds.need(e.Shape.Anywhere()&outcome != 0, MemberResult, "result, success or error", "V15")
	}
}

func (ds *deviations) atRoot(m Member, source string) {
	ds.need(ds.event.Shape.Root.Has(m), m, "at root", source)
}

// need adds a deviation of m unless it holds.
func (ds *deviations) need(holds bool, m Member, want, source string) {
	if !holds {
		ds.add(m, want, whereIs(ds.event.Shape, m), source)
	}
}

// declared compares the event with a documented shape.
func (ds *deviations) declared(want shapeDemand, kind eventKind) {
	e := ds.event
	if kind != agentFailed {
		ds.meet(want.every, want.source)
	}
	ds.meet(want.of[kind], want.source)
	form := e.TimeForm
	if form == IntSeconds {
		form = FloatSeconds // JSON has one kind of number: 1758103300 is 1758103300.0
	}
	if e.Shape.Root.Has(MemberTimestamp) && !slices.Contains(want.times, form) {
		ds.add(MemberTimestamp, "the time in the shape's form", e.TimeForm.String(), want.source)
	}
	if e.UserPrefix != "" {
		ds.add(MemberUserID, "a whole id", "a truncated one", want.source)
	}
	if want.agrees {
		for m := range e.Shape.Disagree.All() {
			ds.add(m, "the same value wherever it stands", "differing values", want.source)
		}
	}
}

func (ds *deviations) meet(wanted []demand, source string) {
	s := ds.event.Shape
	// A completion that says success:false has no answer to give.
	failed := ds.event.Type == AgentCompleted && ds.event.Success == False
	for _, want := range wanted {
		have := s.level(want.at) &^ s.Blank
		all, some := want.all, want.oneOf
		if failed {
			all &^= answers
			some &^= answers
		}
		if missing := all &^ have; missing != 0 {
			for m := range missing.All() {
				ds.add(m, "in "+want.at.String(), whereIs(s, m), source)
			}
		}
		if some != 0 && have&some == 0 {
			ds.add(some.first(), "it or a synonym in "+want.at.String(), whereIs(s, some.first()), source)
		}
	}
}

// isFiller tells whether a character says nothing by itself.
func isFiller(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// whereIs says where a member stands, for people.
func whereIs(s Shape, m Member) string {
	var places []string
	for _, p := range []struct {
		name string
		has  Members
	}{{"root", s.Root}, {"payload", s.Payload}, {"data", s.Data}, {"data.payload", s.Inner}} {
		if p.has.Has(m) {
			places = append(places, p.name)
		}
	}
	switch {
	case places == nil:
		return "nothing"
	case s.Blank.Has(m):
		return "an empty string in " + strings.Join(places, ", ")
	}
	return "it in " + strings.Join(places, ", ")
}
