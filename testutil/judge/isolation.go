package judge

import (
	"iter"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

var isolationRules = []Rule{
	{
		ID: "isolation/foreign-user", Hard: true, Source: "websocket.md V5, 7 (a)",
		Says:  "Nobody is sent the id or the e-mail address of another user.",
		Hooks: Hooks{Frame: foreignUser, Exchange: foreignUser},
	},
	{
		ID: "isolation/foreign-nonce", Hard: true, Source: "websocket.md V5, 7 (b)",
		Says:  "What is in one user's prompt reaches no other user.",
		Hooks: Hooks{Frame: foreignNonce, Exchange: foreignNonceInBody},
	},
	{
		ID: "isolation/foreign-run", Hard: true, Source: "websocket.md 7 (c)",
		Says:  "A run belongs to one user.",
		Hooks: Hooks{Frame: foreignRun, Exchange: foreignInBody(func(v *View) map[string]*User { return v.names.runs })},
	},
	{
		ID: "isolation/foreign-thread", Hard: true, Source: "websocket.md 4.4, 7; http.md 2.2",
		Says:  "A thread belongs to one user.",
		Hooks: Hooks{Frame: foreignThread, Exchange: foreignInBody(func(v *View) map[string]*User { return v.names.threads })},
	},
	{
		ID: "isolation/idle-listener", Hard: true, Source: "DESIGN.md, The rules",
		Says:  "A session whose user runs nothing hears no event of a run.",
		Hooks: Hooks{Frame: idleListener},
	},
	{
		ID: "isolation/stray", Hard: true, Source: "websocket.md 7",
		Says:  "Every event belongs to a run of the session's user.",
		Hooks: Hooks{Frame: stray},
	},
	{
		ID: "isolation/claimed-id", Hard: true, Source: "issue #3, Doors that must stay shut; websocket.md 2.4; http.md 2.2",
		Says:  "Who claims to be another user, or asks for what is another user's, gets nothing by it; REST answers 403. Where the target declares no shape, 401, 404 and a run that has its own thread in place of another user's are advice.",
		Hooks: Hooks{Event: believed, Exchange: served},
	},
}

func foreignUser(v *View) {
	for _, s := range v.Strangers {
		switch {
		case s.Owner != nil && s.Owner != v.User:
			v.leak(s.Owner).Report(v.Here(s.Owner.LoginSeq), "%s was sent %s, who is %s", v.name(), quote(s.ID), s.Owner.Label)
		case s.Owner == nil && isFresh(s.ID):
			v.leak(nil).Report(v.Here(), "%s was sent %s, a user of another story", v.name(), quote(s.ID))
		}
	}
}

func foreignNonce(v *View) { scanNonces(v, v.Record.Frame) }

func foreignNonceInBody(v *View) {
	if v.User != nil {
		scanNonces(v, v.Record.Exchange.Body)
	}
}

func scanNonces(v *View, text string) {
	for nonce := range noncesIn(text) {
		if v.Run != nil && nonce == v.Run.reference && v.Run.User == v.User {
			continue
		}
		owner := v.names.nonces[nonce]
		switch {
		case owner != nil && owner.is(v.User):
		case owner != nil:
			v.leak(owner).Report(v.Here(), "%s was sent reference %s, which is in a prompt of %s", v.name(), nonce, owner.Label)
			return
		case v.names.cutNonce(nonce, v.User):
		default:
			v.leak(nil).ReportAs(v.Exact(), v.Here(), "%s was sent reference %s, which is in no prompt of theirs", v.name(), quote(nonce))
			return
		}
	}
}

// cutNonce tells whether the text is the beginning of a nonce of the user: servers shorten texts.
func (n *names) cutNonce(text string, u *User) bool {
	for nonce, owner := range n.nonces {
		if owner.is(u) && strings.HasPrefix(nonce, text) {
			return true
		}
	}
	return false
}

// foreignRun looks an id up once for each stream: whose an id is does not change.
func foreignRun(v *View) {
	e, st := v.Event, v.Stream
	if e == nil || e.RunID == "" {
		return
	}
	same := st != nil && e.RunID == st.WireRun
	if same && st.ownRun || v.saidBack(e.RunID) {
		return
	}
	if owner := other(v.names.runs, e.RunID, v.Session.User); owner != nil {
		v.leak(owner).Report(v.Here(), "%s was sent %s of run %s, which is a run of %s", v.name(), e.Type, quote(e.RunID), owner.Label)
	} else if same {
		st.ownRun = true
	}
}

// saidBack tells whether the frame at hand is an error that names what the user named: to refuse a foreign
// thread by its id tells nobody anything.
func (v *View) saidBack(id string) bool {
	run := v.Run
	return run != nil && run.Intent.Spoofs != "" && isError(v.Event.Type) && (id == run.Thread || id == run.Asked)
}

// shortThread is the length below which a thread id may be no id at all: "default" (websocket.md 7).
const shortThread = 12

func foreignThread(v *View) {
	e, st := v.Event, v.Stream
	if e == nil || e.ThreadID == "" {
		return
	}
	same := st != nil && e.ThreadID == st.ThreadID
	if same && st.ownThread || v.saidBack(e.ThreadID) {
		return
	}
	if owner := other(v.names.threads, e.ThreadID, v.Session.User); owner != nil {
		v.leak(owner).ReportAs(len(e.ThreadID) >= shortThread, v.Here(), "%s was sent %s on thread %s, which is a thread of %s", v.name(), e.Type, quote(e.ThreadID), owner.Label)
	} else if same {
		st.ownThread = true
	}
}

// foreignInBody looks for ids of others in a body.
func foreignInBody(ids func(*View) map[string]*User) func(*View) {
	return func(v *View) {
		if v.User == nil {
			return
		}
		owners := ids(v)
		for word := range idsIn(v.Record.Exchange) {
			if owner := owners[word]; owner != nil && !owner.is(v.User) {
				v.leak(owner).Report(v.Here(), "%s was sent %s, which belongs to %s", v.name(), quote(word), owner.Label)
			}
		}
	}
}

// idsIn yields the words of a body that may be ids. Bodies are few, so every word of one is looked at. A refusal
// may name what the request named.
func idsIn(x *history.Exchange) iter.Seq[string] {
	isID := func(r rune) bool {
		return r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return func(yield func(string) bool) {
		for word := range strings.FieldsFuncSeq(x.Body, func(r rune) bool { return !isID(r) }) {
			isNamed := !succeeded(x) && (strings.Contains(x.URL, word) || strings.Contains(x.Request, word))
			if len(word) >= shortThread && !isNamed && !yield(word) {
				return
			}
		}
	}
}

func idleListener(v *View) {
	if e, s := v.Event, v.Session; e != nil && isOfRun(e) && s.Intent.Listens && s.User.Prompts == 0 && !v.alias(s.User) {
		v.leak(nil).Report(v.Here(s.WelcomeSeq), "%s of run %s reached a session whose user runs nothing", e.Type, quote(e.RunID))
	}
}

// isOfRun tells whether an event cannot be anything but a run's.
func isOfRun(e *wire.Event) bool {
	return five(e.Type) != 0 || e.Type == wire.AgentError || e.Type == wire.AgentDeath || e.Type == wire.AgentTimeout
}

// alias tells whether the same person sent prompts under another label.
func (v *View) alias(u *User) bool {
	for _, o := range v.users {
		if o != u && o.Prompts > 0 && o.is(u) {
			return true
		}
	}
	return false
}

// stray leaves alone what other rules say more exactly, late retries of a run long over, and what may
// follow the outcome of a run whose session is gone: the extra pair of the bridge, the end of a failure, and
// what the target sent to another session of the same user that was on its way in at the time.
func stray(v *View) {
	e, s := v.Event, v.Session
	if e == nil || v.Stream != nil || v.Answered != nil || !isOfRun(e) || !s.Welcomed() || e.Attempt >= 2 {
		return
	}
	if s.Intent.Listens && s.User.Prompts == 0 || v.alias(s.User) {
		return // isolation/idle-listener; or a run of the same person, who logged in twice
	}
	mayFollow := v.isBridge() || e.Type == wire.AgentCompleted && e.Success == wire.False
	run := s.User.gone(v.Record.Run)
	if run != nil && (mayFollow || s.DialAt <= run.at) || s.User.mayHaveLeft(e) {
		return
	}
	v.leak(nil).Report(v.Here(s.WelcomeSeq), "%s of run %s, agent %s, belongs to no run of %s", e.Type, quote(e.RunID), quote(e.Agent), s.User.Label)
}

// mayHaveLeft tells whether the event may be of a run that the story left on purpose: without a run id,
// or under one of the target's own, nobody can tell it from a stray.
func (u *User) mayHaveLeft(e *wire.Event) bool {
	return slices.ContainsFunc(u.runs, func(r *Run) bool {
		return r.left() && !r.ended() && (e.RunID == "" || r.streams[0].WireRun == "")
	})
}
