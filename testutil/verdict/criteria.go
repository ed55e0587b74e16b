package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// A question is a criterion of issue #891, and how the evidence answers it.
type question struct {
	id string
	// thin says what the stories that show it did too little of, empty if they did enough; nil for a criterion that
	// the judge measures.
	thin func(t tally) string
	// phase is what it limits, if it does.
	phase evidence.Phase
	limit time.Duration
	// endless are the rules that find one that had no end: it has no length, and the others do not stand for it.
	endless []string
}

// questions are all, in their order (deployment.md 7).
var questions = []question{
	{id: "D1"}, {id: "D2"}, {id: "D3"}, {id: "D4"},
	{id: "F1", thin: noAnswer}, {id: "F2", thin: oneSession}, {id: "F3", thin: noAnswer}, {id: "F4", thin: noEvent}, {id: "F5", thin: oneUser},
	{id: "P1", thin: noWelcome, phase: evidence.Connect, limit: 30 * time.Second,
		endless: []string{"handshake/no-welcome", "handshake/refused", "infra/upgrade-refused"}},
	{id: "P2", thin: noAnswer, phase: evidence.Answer, limit: 60 * time.Second,
		endless: []string{"lifecycle/no-outcome", "lifecycle/silence", "lifecycle/acknowledged-only"}},
	{id: "P3"}, {id: "P4"},
}

func noAnswer(t tally) string {
	if t.answers == 0 {
		return "no run came to an outcome"
	}
	return ""
}

func noEvent(t tally) string {
	if t.events == 0 {
		return "no event was heard"
	}
	return noAnswer(t)
}

func oneSession(t tally) string {
	if t.sessions < 2 {
		return "fewer than two sessions were opened"
	}
	return ""
}

func oneUser(t tally) string {
	if t.together < 2 {
		return "no story had two users"
	}
	return ""
}

func noWelcome(t tally) string {
	if t.welcomes == 0 {
		return "no session was welcomed"
	}
	return ""
}

// answer judges one criterion.
func (c *court) answer(q question) summary.Criterion {
	if q.thin == nil {
		return c.measured(q)
	}
	return c.shown(q)
}

// measured is a criterion that the judge measures: every story that set out to must pass it, and one at least.
func (c *court) measured(q question) summary.Criterion {
	line := summary.Criterion{ID: q.id}
	var passed, failed, open []string   // names of stories
	var why, lack, facts, held []string // facts of the first that failed, and of the first that passed
	for _, s := range c.Stories {
		i := slices.IndexFunc(s.Criteria, func(m judge.Criterion) bool { return m.ID == q.id })
		if i < 0 {
			continue
		}
		switch m := s.Criteria[i]; {
		case m.Verdict == judge.Fail:
			failed, why, facts = append(failed, s.Name()), append(why, m.Reason), former(facts, m.Facts)
		case m.Verdict != judge.Pass:
			open, lack = append(open, s.Name()), append(lack, cmp.Or(m.Reason, "its story does not say why"))
		case c.doubt(s) != "":
			open, lack = append(open, s.Name()), append(lack, c.doubt(s))
		default:
			passed, held = append(passed, s.Name()), former(held, m.Facts)
		}
	}
	if lack = append(lack, c.missing(q.id)...); len(passed)+len(open) == 0 {
		lack = append(lack, "no story set out to measure it")
	}
	switch {
	case len(failed) > 0:
		line.Verdict, line.Stories, line.Evidence = summary.Fail, failed, first(why)+numbered("; measured", facts)
	case len(lack) > 0:
		line.Verdict, line.Stories, line.Evidence = summary.NotMeasured, open, first(lack)
	default:
		line.Verdict, line.Stories, line.Evidence = summary.Pass, passed, measurement(len(passed), held)
	}
	return line
}

// measurement says what a pass is worth: of several stories, by the numbers of the first that has any.
func measurement(stories int, facts []string) string {
	text := report.Many(stories, "story", "stories") + " measured it"
	switch {
	case len(facts) == 0:
		return text + ", and no rule was broken"
	case stories > 1:
		return text + numbered(", one of them", facts)
	}
	return text + numbered("", facts)
}

// numbered puts the numbers of the judge behind a text, if there are any.
func numbered(text string, facts []string) string {
	if len(facts) == 0 {
		return ""
	}
	return text + ": " + strings.Join(facts, "; ")
}

// former is the one that is known already, if any is.
func former(known, more []string) []string {
	if len(known) > 0 {
		return known
	}
	return more
}

// shown is a criterion that stories show as a whole.
func (c *court) shown(q question) summary.Criterion {
	line := summary.Criterion{ID: q.id}
	var failed, open, showing, why, lack []string
	t := newTally(q.phase)
	for _, s := range c.Stories {
		shows := slices.Contains(s.Header.Shows, q.id)
		if shows {
			t.add(s)
			showing = append(showing, s.Name())
		}
		if reasons := c.against(s, q); len(reasons) > 0 {
			failed, why = append(failed, s.Name()), append(why, reasons...)
		} else if reason := cmp.Or(c.doubt(s), q.unended(s)); shows && reason != "" {
			open, lack = append(open, s.Name()), append(lack, s.Name()+": "+reason)
		}
	}
	if lack = append(lack, c.missing(q.id)...); len(showing) == 0 {
		lack = append(lack, "no story set out to show it")
	}
	switch thin := q.thin(t); {
	case len(why) > 0:
		line.Verdict, line.Stories, line.Evidence = summary.Fail, failed, first(why)
	case len(lack) > 0:
		line.Verdict, line.Stories, line.Evidence = summary.NotMeasured, open, first(lack)
	case thin != "":
		line.Verdict, line.Stories, line.Evidence = summary.NotMeasured, showing, thin
	default:
		line.Verdict, line.Stories, line.Evidence = summary.Pass, showing, q.numbers(t)
	}
	return line
}

// against is what of a story fails the criterion: its findings, and a limit that it reached.
func (c *court) against(s *evidence.Story, q question) (reasons []string) {
	if slow := q.slow(s); slow != "" {
		reasons = append(reasons, slow)
	}
	for _, f := range s.Findings {
		if !c.excused(f) && fails(f, s.Header.Shows, q.id) {
			reasons = append(reasons, fmt.Sprintf("%s: %s: %s", s.Name(), f.Rule, f.Message))
		}
	}
	return reasons
}
