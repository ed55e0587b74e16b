package replay

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// twoRuns is a recording of two runs that were asked at once, with their events at these seconds; the last of each
// ends it.
func twoRuns(b fixtures.Budgets, events map[string][]int, gaveUp map[string]int) *Script {
	g := newReading(history.Header{Budgets: b})
	var records []*history.Record
	add := func(at int, kind history.Kind, session, event string) {
		r := &history.Record{Kind: kind, At: time.Duration(at) * time.Second, User: "u1", Session: session, Dialled: &history.Dialled{}}
		if event != "" {
			r.Event = &wire.Event{Type: event}
		}
		if event != "" && event != wire.Welcome {
			r.Run = session + ".r1"
		}
		records = append(records, r)
	}
	for _, session := range []string{"u1.s1", "u1.s2"} {
		add(0, history.Dial, session, "")
		add(0, history.Recv, session, wire.Welcome)
		add(0, history.Send, session, wire.Prompt)
		all := events[session]
		for i, at := range all {
			event := wire.AgentThinking
			switch i {
			case 0:
				event = wire.AgentStarted
			case len(all) - 1:
				event = wire.AgentCompleted
			}
			add(at, history.Recv, session, event)
		}
	}
	for session, at := range gaveUp {
		records = append(records, &history.Record{Kind: history.Note, At: time.Duration(at) * time.Second, User: "u1", Session: session, Run: session + ".r1", Note: &history.Remark{Topic: history.TopicGaveUp}})
	}
	slices.SortStableFunc(records, func(a, b *history.Record) int { return int(a.At - b.At) })
	for _, r := range records {
		g.take(r)
	}
	return g.finish()
}

// Who would have given up did not wait: of two runs that are asked at once, the one whose events come too late was
// waited for when the other had ended.
func TestWhatComesTooLateWasNotWaitedFor(t *testing.T) {
	budgets := fixtures.Budgets{FirstEvent: 5 * time.Second, Gap: 5 * time.Second, Answer: 15 * time.Second}
	first := []int{1, 5, 9}
	for name, row := range map[string]struct {
		budgets fixtures.Budgets
		second  []int
		gaveUp  map[string]int
		awaited int // since when, in an act of its own; 0: in that which asks
	}{
		"in time":                 {budgets, []int{1, 2, 3}, nil, 0},
		"first event":             {budgets, []int{6, 7, 8}, nil, 9},
		"gap":                     {budgets, []int{1, 7, 8}, nil, 9},
		"gap that ends later":     {budgets, []int{1, 8, 12}, nil, 9},
		"answer":                  {budgets, []int{4, 8, 12, 16}, nil, 16},
		"given up":                {budgets, []int{6, 7, 8}, map[string]int{"u1.s2": 5}, 0},
		"budgets are not known":   {fixtures.Budgets{}, []int{6, 7, 18}, nil, 0},
		"as late as may be, each": {budgets, []int{5, 10, 15}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			script := twoRuns(row.budgets, map[string][]int{"u1.s1": first, "u1.s2": row.second}, row.gaveUp)
			at := slices.IndexFunc(script.Acts, func(a *Act) bool { return a.What == whatAwait })
			if row.awaited == 0 {
				assert.Negative(t, at, "%v", done(script))
				return
			}
			require.Positive(t, at, "%v", done(script))
			wait := script.Acts[at]
			assert.Equal(t, "u1.s2.r1: await", wait.String())
			assert.Equal(t, time.Duration(row.awaited)*time.Second, wait.Start)
			asked := script.Acts[slices.IndexFunc(script.Acts, func(a *Act) bool { return a.String() == "u1.s2.r1: ask" })]
			assert.Equal(t, asked.Start, asked.End)
		})
	}
}
