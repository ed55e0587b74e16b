// Package judge decides from a history, and from nothing else, whether a deployment behaved.
//
// A Judge keeps one View of the history — users, sessions, runs — and shows it to every rule at the
// moments the rule asked for. It performs no I/O, knows no testing.T and no target, streams, and
// gives the same findings for a live story, a file of last night, and ten merged files. What a
// correct system does is said by the rules themselves: see Standing, and docs/rules.md.
package judge

import (
	"fmt"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Finding is a broken rule, with the records that show it.
type Finding struct {
	Rule string // id of the rule, "group/name"
	// Hard findings fail a story; soft ones are advice.
	Hard bool
	// Message says in one sentence what is wrong, with values. Text of the server is quoted and bounded.
	Message string
	// User, Session and Run are the story's labels, as far as the finding is about one.
	User, Session, Run string
	// Owner is the label of the user whose secret another was sent, Nobody where the history does not know whose
	// it is; empty if the finding is about no leak.
	Owner string
	// Records are the sequence numbers of the few records that prove it, ascending.
	Records []uint64
	// Elsewhere is what another history shows of it, zero for what this one shows alone. See [Holdings].
	Elsewhere Elsewhere
}

// Nobody is the owner whom the history does not know.
const Nobody = "?"

// String renders the finding in one line.
func (f Finding) String() string {
	class := "soft"
	if f.Hard {
		class = "hard"
	}
	return fmt.Sprintf("%s (%s): %s", f.Rule, class, f.Message)
}

// A Judge applies rules to one history while it grows. It is not safe for concurrent use.
type Judge struct {
	view     View
	docket   docket
	finished bool
}

// New returns a judge of the history that h opens. Without rules it applies Standing.
func New(h history.Header, rules ...Rule) *Judge {
	if len(rules) == 0 {
		rules = Standing()
	}
	j := &Judge{view: newView(h)}
	j.view.docket = &j.docket
	for _, rule := range rules {
		j.docket.add(rule)
	}
	return j
}

// Observe takes in the next record and returns the findings that it completes, nil as a rule. The
// record is not retained. Observe does not block.
func (j *Judge) Observe(r *history.Record) []Finding {
	v := &j.view
	v.begin(r)
	v.Use.take(r)
	switch r.Kind {
	case history.Login:
		j.login()
	case history.HTTP:
		j.exchange()
	case history.Dial:
		v.dial()
		j.docket.hear(v, onDial)
	case history.Open:
		v.open()
		j.docket.hear(v, onOpen)
	case history.Send:
		v.send()
		v.reopen()
		j.docket.hear(v, onSend)
	case history.Recv:
		j.receive()
	case history.Close:
		j.close()
	case history.Note:
		v.note()
		j.docket.hear(v, onNote)
	case history.Cloud:
		v.Exchanged = true
		v.Cloud.take(r)
		j.docket.hear(v, onCloud)
	}
	j.docket.hear(v, onRecord)
	j.retire()
	return j.docket.take()
}

func (j *Judge) login() {
	if v := &j.view; v.User != nil && v.Record.Login != nil {
		v.login()
		j.docket.hear(v, onLogin)
	}
}

func (j *Judge) exchange() {
	if v := &j.view; v.Record.Exchange != nil {
		v.exchange()
		j.docket.hear(v, onExchange)
	}
}

func (j *Judge) receive() {
	v := &j.view
	if v.Session == nil {
		return
	}
	v.receive()
	j.docket.hear(v, onFrame)
	if v.Answered != nil {
		j.docket.hear(v, onReply)
	}
	if v.Stream == nil || v.Step.Repeat {
		return
	}
	j.docket.hear(v, onEvent)
	if v.Step.Concludes {
		j.docket.hear(v, onOutcome)
	}
	v.Stream.reduce()
}

// close ends a session, and with it the runs that nobody hears any more. Its close is taken in first,
// so that the rules that hear the end of its runs know how it closed. A run that the story walked
// away from may be heard by a session to come.
func (j *Judge) close() {
	v := &j.view
	s := v.Session
	if s == nil || s.Closed != nil {
		return
	}
	v.close()
	v.offend(&s.Intent)
	for _, run := range s.User.runs {
		if !run.watched() && !run.Abandoned() {
			j.end(run)
		}
	}
	v.Run, v.Stream, v.Session, v.User = nil, nil, s, s.User
	j.docket.hear(v, onSessionEnd)
}

// end lets the rules hear the end of a run, once.
func (j *Judge) end(run *Run) {
	if run.over {
		return
	}
	run.over = true
	v := &j.view
	v.ended++
	for _, stream := range run.streams {
		if stream.Outcome == wire.Open && stream.Track.Quiet() {
			v.conclude(stream, stream.LastAt, stream.LastSeq)
			v.look(stream)
			j.docket.hear(v, onOutcome)
		}
	}
	v.look(run.streams[0])
	j.docket.hear(v, onRunEnd)
}

// retire ends and forgets runs that nothing can happen to any more.
func (j *Judge) retire() {
	for _, run := range j.view.stale() {
		j.end(run)
		j.view.forget(run)
	}
}

// Finish says that the history is complete and returns what only its end shows. A second call
// returns nil.
func (j *Judge) Finish() []Finding {
	if j.finished {
		return nil
	}
	j.finished = true
	v := &j.view
	v.begin(nil)
	for _, run := range v.ordered() {
		j.end(run)
	}
	for _, s := range v.Sessions() {
		if s.Closed == nil {
			v.User, v.Session, v.Run, v.Stream = s.User, s, nil, nil
			j.docket.hear(v, onSessionEnd)
		}
	}
	v.User, v.Session, v.Run, v.Stream = nil, nil, nil, nil
	j.docket.hear(v, onEnd)
	j.docket.hear(v, onLast)
	j.docket.tally()
	return j.docket.take()
}
