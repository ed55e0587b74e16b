package staging

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// quiet is the silence that ends a run of which more may come (websocket.md 5.5: 1 to 2 s).
const quiet = time.Second

// An Answer is the outcome of a run.
type Answer struct {
	Text    string
	Thread  string // to continue on
	Run     string // the run's id on the wire
	Agent   string // whose completion it is
	Events  int    // of the run, so far
	Failure *FailedError
}

// A Run is one agent execution that a session asked for.
type Run struct {
	session *Session
	label   string
	asking  asking
	id      string // that the client gave it; empty: it claims another user's
	thread  string // likewise
	asked   time.Time
	over    atomic.Bool // it ended, or nobody waits for it any more
	ended   atomic.Bool // it ended: nothing of it is due
	bound   bool        // an id of it was seen on the wire; guarded by the correlation's mu

	// Guarded by the session's mu.
	tracker wire.Tracker
	last    time.Time // of its last event
	answer  Answer
	failure FailedError
}

// Label names the run in the history: u1.s1.r1, ….
func (r *Run) Label() string { return r.label }

// Ask sends a prompt under a run id and, unless OnThread, on a thread of its own; in October on that
// of the handshake, which alone is served. It returns when the frame is written. The error is a
// *ClosedError when the session is over, and says so when the dialect has no such message.
func (s *Session) Ask(p prompts.Prompt, opts ...AskOption) (*Run, error) {
	r := &Run{session: s, asking: newAsking(p, opts)}
	if err := r.asking.check(s.dialect); err != nil {
		return nil, fmt.Errorf("ask on %s: %w", s.label, err)
	}
	s.mu.Lock()
	s.runs++
	n := s.runs
	handshake := s.greeting.thread
	s.mu.Unlock()
	r.label = fmt.Sprintf("%s.r%d", s.label, n)
	r.name(handshake, s.dialect)
	s.user.correlation.add(r)

	r.asked = time.Now()
	frame := r.asking.message.Encode(s.dialect)
	if err := s.write(&history.Record{Run: r.label, Intent: &r.asking.intent}, frame); err != nil {
		r.over.Store(true)
		return nil, fmt.Errorf("ask %s: %w", r.label, err)
	}
	return r, nil
}

// Claims tells whether the run claims an id of another user (Claiming, UnderRun, OnThreadOf), which a target
// may refuse, ignore, or in October answer with silence (websocket.md 7).
func (r *Run) Claims() bool { return r.asking.intent.Spoofs != "" }

// name gives the run its ids, after the platform's own pattern (websocket.md 7). Eight hexadecimal
// digits alone would meet those of another user one day, and a foreign thread is refused; so the number
// in the pattern is the time in microseconds.
func (r *Run) name(handshake string, d wire.Dialect) {
	m := &r.asking.message
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	m.At = time.Now()
	suffix := fmt.Sprintf("chat_%d_%s", m.At.UnixMicro(), hex.EncodeToString(random))
	if m.RunID == "" {
		m.RunID = "run_" + suffix
		r.id = m.RunID
	}
	switch {
	case m.ThreadID != "":
	case d == wire.October:
		m.ThreadID = handshake
	default:
		m.ThreadID = "thread_" + suffix
	}
	if !r.asking.intrudes {
		r.thread = m.ThreadID
	}
	r.answer.Run, r.answer.Thread = r.id, r.thread
}

// observe takes the next event of the run. Call with the session's mu held.
func (r *Run) observe(e *wire.Event, now time.Time) {
	r.last = now
	ended := r.tracker.Ended()
	r.tracker.Observe(e)
	r.answer.Events++
	if ended {
		return
	}
	if e.RunID != "" {
		r.answer.Run = e.RunID
	}
	if e.ThreadID != "" {
		r.answer.Thread = e.ThreadID
	}
	switch e.Type {
	case wire.AgentCompleted:
		r.answer.Text, r.answer.Agent = e.Text, e.Agent
	case wire.AgentError, wire.Error, wire.AgentDeath, wire.AgentTimeout, wire.ConnectionErr, wire.SystemErr:
		r.failure = FailedError{Run: r.label, Agent: e.Agent, Code: e.ErrorCode, Text: e.Text}
	}
	if r.tracker.Ended() {
		r.over.Store(true)
		r.ended.Store(true)
	}
}

// Wait blocks until the run has ended (websocket.md 5.5) and returns its answer. The error is a
// *WaitError when the first event, the next event or the outcome did not come within its budget, all
// counted from when the frame was written; a *ClosedError when the session ended first; a *FailedError
// when the run failed, unless the option ExpectFailure says that it must, or the run claims another user's
// ids: then Answer.Failure tells how. What came so far is returned with every error.
func (r *Run) Wait(ctx context.Context) (Answer, error) {
	var what phase
	err := r.session.await(ctx, func() (bool, time.Time) {
		if r.tracker.Ended() {
			return true, time.Time{}
		}
		what = r.due()
		return what.done && !time.Now().Before(what.until), what.until
	})
	if err == errExpired && what.done {
		err = nil
	}
	r.over.Store(true)
	if err != nil {
		err = r.session.gaveUp(err, r.label, r.label, what.name, what.budget)
	}
	return r.result(err)
}

// Begun blocks until the first event of the run has arrived, and returns the errors of Wait.
func (r *Run) Begun(ctx context.Context) error {
	budget := r.session.target.budgets.FirstEvent
	err := r.session.await(ctx, func() (bool, time.Time) { return !r.last.IsZero(), r.asked.Add(budget) })
	return r.session.gaveUp(err, r.label, r.label, "the first event of the run", budget)
}

// A phase is what a run waits for next.
type phase struct {
	name   string
	budget time.Duration
	until  time.Time
	done   bool // the run has ended if nothing comes until then
}

// due returns the phase that ends first. Call with the session's mu held.
func (r *Run) due() phase {
	b := r.session.target.budgets
	next := phase{name: "the first event of the run", budget: b.FirstEvent, until: r.asked.Add(b.FirstEvent)}
	switch {
	case r.tracker.Quiet():
		next = phase{name: "the silence that ends the run", until: r.last.Add(quiet), done: true}
	case !r.last.IsZero():
		next = phase{name: "the next event of the run", budget: b.Gap, until: r.last.Add(b.Gap)}
	}
	if answer := r.asked.Add(b.Answer); answer.Before(next.until) && !next.done {
		next = phase{name: "the answer", budget: b.Answer, until: answer}
	}
	return next
}

func (r *Run) result(err error) (Answer, error) {
	s := r.session
	s.mu.Lock()
	defer s.mu.Unlock()
	var closed *ClosedError
	switch {
	case errors.As(err, &closed):
		return r.answer, fmt.Errorf("run %s was not answered: %w", r.label, err)
	case err != nil:
		return r.answer, err
	case r.tracker.Outcome() == wire.Failed:
		clean := s.target.redact // what an escape in the frame hid from the record is plain here
		failure := FailedError{Run: r.label, Agent: clean(r.failure.Agent), Code: clean(r.failure.Code), Text: clean(r.failure.Text)}
		return r.asking.failed(r.answer, &failure)
	}
	return r.answer, nil
}
