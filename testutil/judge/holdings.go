package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Elsewhere is what another history shows of a finding: whose it is that reached somebody of this one.
type Elsewhere struct {
	History string // its name, as given to [Holdings.Add]
	User    string // the label there
	ID      string // what is theirs: an id, a reference
	Record  uint64 // the first record there that shows it; 0 while nobody looked
}

// Names are what the users of one history have that nobody else may see.
type Names struct{ names names }

// Names are those of the judge's history, once it has finished.
func (j *Judge) Names() Names { return Names{j.view.names} }

// Holdings are what the users of several histories have. What was made to be unique, references and fresh
// users, is so wherever it was made; ids that the target gives are compared within one target.
//
// They are sets, and know no time: the machines that wrote the histories need no common clock.
type Holdings struct {
	nonces, locals          map[string]*holder
	subjects, runs, threads map[held]*holder
	unmarked                map[address][]*holder // users whose ids lack the mark of fresh ones
}

// A held thing is an id of a target.
type held struct {
	address
	id string
}

// An address is where a target is reached.
type address struct{ api, webSocket string }

func addressOf(t history.Target) address { return address{t.API, t.WebSocket} }

// A holder is a user of one of the histories.
type holder struct{ history, user, email, subject string }

// is tells whether the holder is the user of another history: the same person, who owns the same there.
func (h *holder) is(u *User) bool {
	return u != nil && (h.email != "" && h.email == u.Email || h.subject != "" && h.subject == u.Subject)
}

// NewHoldings are nobody's yet.
func NewHoldings() *Holdings {
	return &Holdings{
		nonces: map[string]*holder{}, locals: map[string]*holder{},
		subjects: map[held]*holder{}, runs: map[held]*holder{}, threads: map[held]*holder{},
		unmarked: map[address][]*holder{},
	}
}

// Add takes in what the users of a history have. What two histories claim stays with the first that was added.
func (h *Holdings) Add(name string, t history.Target, n Names) {
	at, users := addressOf(t), map[*User]*holder{}
	of := func(u *User) *holder {
		if users[u] == nil {
			users[u] = &holder{name, u.Label, u.Email, u.Subject}
		}
		return users[u]
	}
	for nonce, u := range n.names.nonces {
		hold(h.nonces, nonce, of(u))
	}
	for local, u := range n.names.byLocalPart {
		hold(h.locals, local, of(u))
	}
	for subject, u := range n.names.bySubject {
		hold(h.subjects, held{at, subject}, of(u))
	}
	for id, u := range n.names.runs {
		hold(h.runs, held{at, id}, of(u))
	}
	for id, u := range n.names.threads {
		hold(h.threads, held{at, id}, of(u))
	}
	for _, u := range n.names.unmarked {
		h.unmarked[at] = append(h.unmarked[at], of(u))
	}
}

func hold[K comparable](m map[K]*holder, key K, of *holder) {
	if m[key] == nil {
		m[key] = of
	}
}

// Rules judge one of the histories by what is held in the others: those of isolation, whose findings are
// beside what the standing rules find in it alone. Its name and target are those that Add was given.
func (h *Holdings) Rules(name string, t history.Target) []Rule {
	a := &across{Holdings: h, name: name, at: addressOf(t)}
	var rules []Rule
	for _, rule := range isolationRules {
		hooks := map[string]Hooks{
			"isolation/foreign-user":   {Frame: a.user, Exchange: a.user},
			"isolation/foreign-nonce":  {Frame: a.nonceInFrame, Exchange: a.nonceInBody},
			"isolation/foreign-run":    {Frame: a.run, Exchange: a.inBody(h.runs)},
			"isolation/foreign-thread": {Frame: a.thread, Exchange: a.inBody(h.threads)},
		}
		if own, ok := hooks[rule.ID]; ok {
			rule.Hooks = own
			rules = append(rules, rule)
		}
	}
	return rules
}

// An across judges one history by what the others hold.
type across struct {
	*Holdings
	name string
	at   address
}

// report makes a finding if what the user at hand got is another person's of another history.
func (a *across) report(v *View, h *holder, id, format string) {
	if h == nil || h.history == a.name || h.is(v.User) {
		return
	}
	v.reportAcross(Elsewhere{History: h.history, User: h.user, ID: strings.Clone(id)}, format, v.name(), quote(id), h.user, h.history)
}

func (a *across) user(v *View) {
	if v.User == nil {
		return
	}
	for _, s := range v.Strangers {
		if s.Owner != nil {
			continue // of this history, whose own rules say so
		}
		owner := a.locals[s.ID]
		if owner == nil {
			owner = a.subjects[held{a.at, s.ID}]
		}
		a.report(v, owner, s.ID, "%s was sent %s, who is %s of %s")
	}
	a.byName(v)
}

// byName looks for users whose ids say nothing, where there are few of them.
func (a *across) byName(v *View) {
	others := a.unmarked[a.at]
	if len(others) > maxUnmarked {
		return
	}
	for _, h := range others {
		if h.history != a.name && v.names.bySubject[h.subject] == nil && strings.Contains(textOf(v), h.subject) && !strings.Contains(v.User.Subject, h.subject) {
			a.report(v, h, h.subject, "%s was sent %s, who is %s of %s")
		}
	}
}

// textOf is what the user at hand got.
func textOf(v *View) string {
	if x := v.Record.Exchange; x != nil {
		return x.Body
	}
	return v.Record.Frame
}

func (a *across) nonceInFrame(v *View) { a.nonce(v, v.Record.Frame) }

func (a *across) nonceInBody(v *View) { a.nonce(v, v.Record.Exchange.Body) }

func (a *across) nonce(v *View, text string) {
	if v.User == nil {
		return
	}
	for nonce := range noncesIn(text) {
		if v.names.nonces[nonce] == nil {
			a.report(v, a.nonces[nonce], nonce, "%s was sent reference %s, which is in a prompt of %s of %s")
		}
	}
}

func (a *across) run(v *View) {
	if e := v.Event; e != nil && e.RunID != "" && v.User != nil && !v.saidBack(e.RunID) {
		a.report(v, a.runs[held{a.at, e.RunID}], e.RunID, "%s was sent an event of run %s, which %s of %s has too")
	}
}

// thread leaves alone what may be no id at all.
func (a *across) thread(v *View) {
	if e := v.Event; e != nil && len(e.ThreadID) >= shortThread && v.User != nil && !v.saidBack(e.ThreadID) {
		a.report(v, a.threads[held{a.at, e.ThreadID}], e.ThreadID, "%s was sent an event on thread %s, which %s of %s has too")
	}
}

func (a *across) inBody(owners map[held]*holder) func(*View) {
	return func(v *View) {
		if v.User == nil {
			return
		}
		for word := range idsIn(v.Record.Exchange) {
			a.report(v, owners[held{a.at, word}], word, "%s was sent %s, which %s of %s has too")
		}
	}
}
