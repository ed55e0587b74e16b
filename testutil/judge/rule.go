package judge

// A Rule says what a correct system does and watches for the moments that decide it.
type Rule struct {
	// ID is "group/name"; reports, the catalogue and CI refer to it, so it is stable.
	ID string
	// Says is what a correct system does, in one sentence.
	Says string
	// Source is the issue or the section of the protocol reference that asks for it.
	Source string
	// Hard says whether a finding fails the story. A single finding may differ: see View.ReportAs.
	Hard bool
	// Criterion is the one of issue #891 that a hard finding fails ("D1"); empty if it is about none.
	Criterion string

	Hooks

	// State, if not nil, makes hooks with a state of their own, used instead of Hooks. It is called
	// once for each judge. A state has to stay constant in size for each run, session or user.
	State func() Hooks
}

// Hooks are the moments at which a rule wants to look at the view; nil ones cost nothing. When a hook
// runs, the view has taken the record in already: View.Record is at hand (nil in the last four when
// the history ends), with the user, the session and the run that it concerns.
type Hooks struct {
	Login    func(*View) // a user has an identity, or was refused one
	Exchange func(*View) // an HTTP exchange
	Dial     func(*View)
	Open     func(*View)
	Send     func(*View)
	Frame    func(*View) // every received frame; View.Event is nil when it is unreadable
	Event    func(*View) // an event of a run arrived at a session: View.Stream and View.Step are set. No repeats.
	Reply    func(*View) // a frame answered a message that is due a direct reply: View.Answered
	Outcome  func(*View) // the run ended, as far as View.Session can see: with the event at hand, or in silence after an earlier one
	Note     func(*View)
	Cloud    func(*View) // a reading of the cloud's own APIs, which View.Cloud has taken in
	Record   func(*View) // every record, after the hooks above

	RunEnd     func(*View) // no session hears View.Run any more; View.Stream is that of the session that asked
	SessionEnd func(*View) // the session closed, or the history ends before it did (Session.Closed is nil)
	End        func(*View) // the history ends
	Last       func(*View) // every rule has spoken: for what is worth saying only if the others said nothing
}

// A moment is an index into the docket's lists.
type moment int

const (
	onLogin moment = iota
	onExchange
	onDial
	onOpen
	onSend
	onFrame
	onEvent
	onReply
	onOutcome
	onNote
	onCloud
	onRecord
	onRunEnd
	onSessionEnd
	onEnd
	onLast
	moments
)

func (h Hooks) at(m moment) func(*View) {
	return [moments]func(*View){
		h.Login, h.Exchange, h.Dial, h.Open, h.Send, h.Frame, h.Event, h.Reply, h.Outcome, h.Note, h.Cloud, h.Record,
		h.RunEnd, h.SessionEnd, h.End, h.Last,
	}[m]
}
