package wire

// Outcome is how a run stands.
type Outcome int8

// The outcomes of a run.
const (
	Open Outcome = iota
	Completed
	Failed
)

// String returns the outcome in a word.
func (o Outcome) String() string { return [...]string{"open", "completed", "failed"}[o] }

// A Tracker follows the events of one run and says when it ended (section 5.5). The zero value is
// ready. It keeps bounded memory and knows no clock: silence is the caller's to measure.
//
//	t.Observe(&e)
//	t.Ended() // nothing more is due
//	t.Quiet() // the run has ended if 1–2 s of silence follow
//
// A run ends with the completion of its root agent, the agent of the first agent_started. A root that
// was started twice under one name (the bridge's extra pair, section 5.4) has to complete twice, or
// once before a silence. An error of the root, or of no named agent, fails the run; a completion may
// follow and belongs to the same outcome. An error of a nested agent fails the run unless the root
// completes afterwards. Agent names are compared without regard to case.
type Tracker struct {
	agents roster
	root   *AgentState // nil until an agent has started under a name

	starts, ends int  // of all agents; an agent that failed has ended
	ended        bool // nothing more is due
	errored      bool // the root failed, or the run as a whole
	nestedError  bool // a nested agent failed
	lastFailed   bool // the last completion of the root, or of anyone if it is unknown, failed
	lost         bool // it ended as a failure, which no late completion undoes
	claims       int
}

// Observe takes the next event of the run; one that ends no run and starts no agent changes nothing.
// A retry of an agent's last event (section 5.4) is ignored.
func (t *Tracker) Observe(e *Event) {
	switch e.Type {
	case AgentStarted:
		t.start(e)
	case AgentCompleted:
		t.complete(e)
	case AgentError:
		t.fail(e)
	case Error:
		t.fail(e)
		t.ended = t.ended || t.starts == 0 // nobody is left who could complete
	case AgentDeath, AgentTimeout:
		t.breakOff()
		t.ended = true
	case "cleanup_complete":
		// October's; it may belong to an earlier run of the session (section 9, item 2).
		t.ended = t.ended || t.Quiet()
	}
	t.lost = t.lost || t.ended && t.Outcome() == Failed
}

func (t *Tracker) start(e *Event) {
	a := t.agents.named(e.Agent)
	if a.start.repeatedBy(e) {
		return
	}
	if t.starts++; t.starts == 1 && e.Agent != "" {
		t.root = a
	}
	a.Started++
	a.open++
	a.failing = false
}

func (t *Tracker) complete(e *Event) {
	a := t.whose(e.Agent)
	if a.end.repeatedBy(e) {
		return
	}
	a.Completed++
	if a.failing { // it closes the failure, which ended the agent already
		t.completeFailure(a, e)
		return
	}
	due := a.close()
	t.ends++
	if a != t.root && t.root != nil {
		return
	}
	if a == t.root && a.Completed == 1 || t.claims == 0 || a.Completed > 1 && !due {
		t.claims++
	}
	if !t.ended {
		t.lastFailed = e.Success == False
		t.ended = a == t.root && a.open == 0
	}
}

// completeFailure takes the completion of an agent that reported an error before. With success:false
// both are one outcome; a success after the error is another, contradictory one.
func (t *Tracker) completeFailure(a *AgentState, e *Event) {
	a.failing = false
	if a != t.root {
		return
	}
	t.ended = true
	if e.Success == True {
		t.claims++
	}
}

func (t *Tracker) fail(e *Event) {
	a := t.agents.named(e.Agent)
	if e.Agent == "" && t.root != nil {
		a = t.root
	}
	if a.failure.repeatedBy(e) {
		return
	}
	a.Errors++
	a.failing = true
	if a.close() {
		t.ends++
	}
	if a == t.root || t.root == nil {
		t.breakOff()
	} else {
		t.nestedError = true
	}
}

// breakOff notes an error of the run as a whole.
func (t *Tracker) breakOff() {
	t.errored = true
	t.claims++
}

// whose is the agent that a completion belongs to. One without a name is the only open agent's, or
// that of a root that failed.
func (t *Tracker) whose(name string) *AgentState {
	if name != "" {
		return t.agents.named(name)
	}
	if a := t.agents.onlyOpen(); a != nil {
		return a
	}
	if t.root != nil && t.root.failing {
		return t.root
	}
	return t.agents.named("")
}

// Root is the name of the agent that the first agent_started named, as it was spelled; "" as long as
// there is none.
func (t *Tracker) Root() string {
	if t.root == nil {
		return ""
	}
	return t.root.Name
}

// Ended says whether nothing more is due in this run. What still comes is late, or a second outcome.
func (t *Tracker) Ended() bool { return t.ended }

// Quiet says whether the run has ended if nothing comes for 1–2 s (section 5.5): after an error of
// the run, after a completion of a root that is still open under its name, and where no root is known
// by name but as many agents have ended as started.
func (t *Tracker) Quiet() bool {
	return !t.ended && (t.errored || t.rootCompleted() || t.ends > 0 && t.ends >= t.starts)
}

func (t *Tracker) rootCompleted() bool { return t.root != nil && t.root.Completed > 0 }

// Outcome is how the run stands. It is final when the run ended, by an event or by silence; before
// that, Failed means that the run fails unless the root completes.
func (t *Tracker) Outcome() Outcome {
	switch {
	case t.errored || t.lost:
		return Failed
	case t.rootCompleted() || (t.ended || t.Quiet()) && !t.nestedError:
		if t.lastFailed {
			return Failed
		}
		return Completed
	case t.nestedError:
		return Failed
	}
	return Open
}

// Outcomes counts how often the run claimed to have ended; more than one is a fault of the target. An
// error followed by the root's completion is one outcome unless that says success:true, and so is the
// bridge's extra pair.
func (t *Tracker) Outcomes() int { return t.claims }

// Agents are the agents of the run, in the order of their first event. The slice is the caller's.
func (t *Tracker) Agents() []AgentState { return t.agents.list() }
