package replay

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// An asked is a run of the recording that is being read.
type asked struct {
	act     *Act
	intent  history.Intent
	tracker wire.Tracker             // of its own session
	beside  map[string]*wire.Tracker // of others
	ended   bool
	left    time.Duration // when its session ended; 0: it has not
	names   []string      // its ids
	lost    bool          // its session was lost on purpose, when it had begun
	heard   time.Duration // when its last event came; 0: none did
	overran time.Duration // when something came of it for which nobody can have waited; 0: nothing did
	later   bool          // it is waited for in an act of its own
}

// ask is a prompt.
func (g *reading) ask(t *talk, r *history.Record, intent history.Intent) {
	a := g.add(&Act{Start: r.At, User: r.User, Session: r.Session, Run: r.Run, What: whatAsk, needs: []string{r.Session}, makes: []string{r.Run}})
	if r.Event == nil {
		g.miss("the prompt of %s, which cannot be read", r.Run)
		a.do = nothing
		return
	}
	run := &asked{act: a, intent: intent}
	g.asked[r.Run] = run
	t.runs = append(t.runs, run)
	a.needs = append(a.needs, intent.Thread, intent.Spoofs)
	if intent.Spoofs != "" {
		a.needs = append(a.needs, r.Event.ThreadID, r.Event.RunID)
	} else if intent.Thread == "" {
		run.calls(r.Event.ThreadID)
		run.calls(r.Event.RunID)
	}
	a.do = (&asking{act: a, run: run, prompt: promptOf(r, intent), sent: *r.Event, options: optionsOf(r, t.dialect)}).do
}

// calls adds an id to those by which the run is known.
func (a *asked) calls(id string) {
	if id != "" && !slices.Contains(a.names, id) {
		a.names = append(a.names, id)
		a.act.makes = append(a.act.makes, id)
	}
}

func promptOf(r *history.Record, i history.Intent) prompts.Prompt {
	return prompts.Prompt{Text: r.Event.Text, Agent: i.Agent, Nonce: i.Nonce, Want: i.Want, NeedsTool: i.NeedsTool}
}

// A promptFrame is what of a prompt's frame its decoded event does not hold.
type promptFrame struct {
	Content *string      `json:"content"`
	Message *string      `json:"message"`
	Agent   string       `json:"agent"`
	Payload *promptFrame `json:"payload"`
	Context struct {
		ForceFailure  bool    `json:"force_failure"`
		SimulateDelay float64 `json:"simulate_delay"`
	} `json:"context"`
}

// optionsOf are those of a prompt that neither name an id nor say what becomes of it.
func optionsOf(r *history.Record, d wire.Dialect) (options []staging.AskOption) {
	var f promptFrame
	_ = json.Unmarshal([]byte(r.Frame), &f) // it was decoded before
	inner := f
	if f.Payload != nil {
		inner = *f.Payload
	}
	if inner.Context.ForceFailure {
		options = append(options, staging.SimulateFailure())
	}
	if delay := inner.Context.SimulateDelay; delay > 0 {
		options = append(options, staging.SimulateDelay(time.Duration(delay*float64(time.Second))))
	}
	if agent := r.Event.Agent; agent != "" {
		options = append(options, staging.ToAgent(agent))
	}
	options = append(options, staging.As(r.Event.WireType))
	if d == wire.October {
		return options
	}
	switch atRoot := f.Content != nil || f.Message != nil; {
	case f.Payload == nil:
		options = append(options, staging.AtRoot())
	case !atRoot && inner.Content != nil:
		options = append(options, staging.InPayload())
	}
	return options
}

// hear takes the next event of the run, on whatever session.
func (a *asked) hear(g *reading, r *history.Record) {
	if r.Session != a.act.Session {
		g.overheard(a, r)
		return
	}
	a.tracker.Observe(r.Event)
	if a.intent.Spoofs == "" {
		a.calls(r.Event.ThreadID)
	}
	a.calls(r.Event.RunID)
	if a.ended {
		return
	}
	if a.overruns(r.At, g.Header.Budgets) {
		a.overran = r.At
	}
	a.heard, a.act.End = r.At, r.At
	if a.tracker.Ended() || a.intent.Abandon {
		a.ended = true
	}
}

// overruns tells whether an event comes later than anybody waits for it.
func (a *asked) overruns(at time.Duration, b fixtures.Budgets) bool {
	since, silence := a.act.Start, b.FirstEvent
	if a.heard != 0 {
		since, silence = a.heard, b.Gap
	}
	return silence > 0 && at-since > silence || b.Answer > 0 && at-a.act.Start > b.Answer
}

// awaitLater lets runs be waited for later than they were asked, where the story did so: it cannot have waited
// when its patience would have ended. It did something else then, and waited when that was over.
func (g *reading) awaitLater() {
	for _, label := range slices.Sorted(maps.Keys(g.asked)) {
		run := g.asked[label]
		if run.overran == 0 {
			continue
		}
		of, since := run.act, g.nextEnd(run.overran, run.act)
		g.add(&Act{Start: since, End: max(since, of.End), User: of.User, Session: of.Session, Run: of.Run, What: whatAwait,
			needs: []string{of.Session, of.Run}, makes: of.makes[1:], do: run.awaitLater})
		run.later, of.End, of.makes = true, of.Start, of.makes[:1]
	}
}

// nextEnd is when the first of the acts ended that were under way beside one; the time itself if none was.
func (g *reading) nextEnd(at time.Duration, beside *Act) time.Duration {
	next := at
	for _, a := range g.Acts {
		if a != beside && a.Start < at && a.End > at && (next == at || a.End < next) {
			next = a.End
		}
	}
	return next
}

// end ends what waits for the run.
func (a *asked) end(at time.Duration) {
	a.left = at
	if !a.ended && !a.tracker.Quiet() {
		a.act.End = at
	}
	a.ended = true
}

// overheard waits, on another session of the user's that was open when the run was asked, for the outcome of a
// run whose own session was left.
func (g *reading) overheard(a *asked, r *history.Record) {
	if a.beside == nil {
		a.beside = map[string]*wire.Tracker{}
	}
	t := a.beside[r.Session]
	if t == nil {
		t = new(wire.Tracker)
		a.beside[r.Session] = t
	}
	t.Observe(r.Event)
	if a.intent.Abandon && a.left != 0 && t.Ended() {
		g.overhear(a, r)
	}
}

func (g *reading) overhear(a *asked, r *history.Record) {
	t := g.talks[r.Session]
	if t == nil || t.dial.act.Start > a.act.Start || t.overheard[a] {
		return
	}
	if t.overheard == nil {
		t.overheard = map[*asked]bool{}
	}
	t.overheard[a] = true
	wait := g.add(&Act{Start: a.left, End: r.At, User: r.User, Session: r.Session, Run: a.act.Run, What: whatOverhear, needs: []string{r.Session, a.act.Run}})
	wait.do = overhear(wait)
}
