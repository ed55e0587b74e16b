package staging

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Provocation is a message that is wrong on purpose (websocket.md 4.3, 4.4).
type Provocation struct {
	Name string // in words, as recorded: "malformed JSON"
	// Expect is what must answer it: history.Failure, history.Acknowledged, or the code of a close frame.
	Expect string
	// Error is what an error frame calls itself, by its error_code or else by its type; empty where the reference
	// does not say.
	Error string

	binary bool
	frame  func(d wire.Dialect, thread string) []byte // for a session that speaks d, and its thread
}

// Survives tells whether the session must be as good as before.
func (p Provocation) Survives() bool {
	_, err := strconv.Atoi(p.Expect)
	return err != nil
}

// mostAllowed is the longest message that the platform takes (websocket.md 6).
const mostAllowed = 16 << 20

// The provocations. Those that expect an acknowledgement are not wrong as such: nobody knows them, and
// nothing may run.
var (
	MalformedJSON = text("malformed JSON", history.Failure, `{"type":"user_message","content":"Good morning`).called("JSON_PARSE_ERROR")
	JSONArray     = text("a JSON array", "1000", `["ping"]`)
	JSONString    = text("a JSON string", "1000", `"ping"`)
	JSONNumber    = text("a JSON number", "1000", `42`)
	EmptyContent  = prompt("an empty prompt", "")
	BlankContent  = prompt("a blank prompt", " \t ")
	NoType        = text("a message without a type", history.Acknowledged, `{"content":"Good morning!"}`)
	UnknownType   = text("a message of an unknown type", history.Acknowledged, `{"type":"water_plants","content":"Good morning!"}`)
	JSONRPC       = text("a JSON-RPC call without a type", history.Acknowledged, `{"jsonrpc":"2.0","method":"ping","id":1}`)
	InvalidUTF8   = text("a text frame that is not UTF-8", "1007", "{\"type\":\"ping\",\"note\":\"\xc3\x28\"}")
	BinaryFrame   = Provocation{Name: "a binary frame", Expect: "1000", binary: true, frame: text("", "", `{"type":"ping"}`).frame}
	TooLong       = Provocation{Name: "a message over 16 MiB", Expect: "1009", frame: tooLong}
)

// Provocations are all of them, those first that a session survives.
var Provocations = []Provocation{
	MalformedJSON, EmptyContent, BlankContent, NoType, UnknownType, JSONRPC,
	JSONArray, JSONString, JSONNumber, BinaryFrame, InvalidUTF8, TooLong,
}

func text(name, expect, frame string) Provocation {
	return Provocation{Name: name, Expect: expect, frame: func(wire.Dialect, string) []byte { return []byte(frame) }}
}

func prompt(name, content string) Provocation {
	return Provocation{Name: name, Expect: history.Failure, Error: "error", frame: func(d wire.Dialect, thread string) []byte {
		return wire.PromptMessage{Content: content, ThreadID: thread}.Encode(d)
	}}
}

// called is the provocation with the name of its error (websocket.md 4.4).
func (p Provocation) called(name string) Provocation {
	p.Error = name
	return p
}

// tooLong is made when it is sent: nobody should hold 16 MiB for nothing.
func tooLong(wire.Dialect, string) []byte {
	const head, tail = `{"type":"user_message","content":"`, `"}`
	frame := bytes.Repeat([]byte("x"), mostAllowed+1)
	copy(frame, head)
	copy(frame[len(frame)-len(tail):], tail)
	return frame
}

// Provoke sends a wrong message and blocks until something answers it: an error frame, an ack or the end
// of the session, for the budget Reply at most after it was sent. Which of them came, and whether it is
// the one that the message expects, is read from the history. For a second after it, an error frame that
// names no run still answers the wrong message, unless a run of the session has to fail. The error is a
// *WaitError when nothing came, and a *ClosedError when the session was over before.
func (s *Session) Provoke(ctx context.Context, p Provocation) error {
	s.waitsForRefusal(1)
	defer s.waitsForRefusal(-1)
	before := s.listened()
	r := &history.Record{Binary: p.binary, Intent: &history.Intent{Expect: p.Expect, Error: p.Error, Why: p.Name}}
	unwritten := s.write(r, p.frame(s.dialect, s.Thread()))
	if r.Kind == "" {
		return unwritten // not even begun
	}
	// A server that refuses a long message does not read it to its end. Why the rest could not be written
	// is told by the end of the session, which the reader finds.
	err := s.await(ctx, s.answered(p, before))
	switch {
	case errors.As(err, new(*ClosedError)):
		return nil
	case err == errExpired && unwritten != nil:
		return unwritten
	}
	return s.gaveUp(err, "", s.label, "an answer to "+p.Name, s.target.budgets.Reply)
}

// answered is the check of who waits for what answers a provocation: what it expects, or something else
// that nothing follows for a while.
func (s *Session) answered(p Provocation, before [cues]uint32) func() (bool, time.Time) {
	deadline := time.Now().Add(s.target.budgets.Reply)
	var settled time.Time
	return func() (bool, time.Time) {
		errored, acknowledged := s.heard[refusedMessage] > before[refusedMessage], s.heard[acked] > before[acked]
		switch {
		case errored && p.Expect == history.Failure, acknowledged && p.Expect == history.Acknowledged:
			return true, time.Time{}
		case !errored && !acknowledged:
			return false, deadline
		case settled.IsZero():
			settled = time.Now().Add(quiet)
		}
		return !time.Now().Before(settled), settled
	}
}

// Burst sends n pings at once and blocks until as many pongs, an error frame or the end of the session
// came, for the budget Reply at most after the last was sent. The error is a *WaitError when nothing at
// all came, and a *ClosedError when the session was over before.
func (s *Session) Burst(ctx context.Context, n int) error {
	s.waitsForRefusal(1)
	defer s.waitsForRefusal(-1)
	before := s.listened()
	for i := range n {
		r := &history.Record{Intent: &history.Intent{Expect: history.Tolerated, Why: "one of a burst of " + strconv.Itoa(n)}}
		if err := s.write(r, wire.PingFrame(time.Now())); err != nil {
			if i == 0 && r.Kind == "" {
				return err
			}
			break // the end of the session is the answer
		}
	}
	err := s.within(ctx, s.target.budgets.Reply, func() bool {
		return s.heard[pong]-before[pong] >= uint32(n) || s.heard[refusedMessage] > before[refusedMessage]
	})
	if errors.As(err, new(*ClosedError)) || err == errExpired && s.listened()[pong] > before[pong] {
		return nil
	}
	return s.gaveUp(err, "", s.label, "any answer to a burst", s.target.budgets.Reply)
}

func (s *Session) waitsForRefusal(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.provoked += n
	s.provokedAt = time.Now()
}

// answersProvocation tells an error frame that is about a wrong message from one that is about a run. A
// platform may refuse one message twice, from two of its layers; the second frame comes shortly after the
// first, when the story may have gone on to its next prompt.
func (s *Session) answersProvocation(e *wire.Event) bool {
	if e.RunID != "" || !errorFrame(e.Type) {
		return false
	}
	s.mu.Lock()
	now, shortly := s.provoked > 0, !s.provokedAt.IsZero() && time.Since(s.provokedAt) < quiet
	s.mu.Unlock()
	return now || shortly && !s.user.correlation.mustFail(s)
}
