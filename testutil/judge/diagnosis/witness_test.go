package diagnosis

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// hear makes a witness of one run that heard these events, "type agent" each.
func hear(intent history.Intent, events ...[2]string) Signs {
	w := NewWitness(history.Header{})
	w.Observe(&history.Record{Kind: history.Dial, Session: "u1.s1", User: "u1"})
	w.Observe(&history.Record{Kind: history.Send, Session: "u1.s1", Run: "u1.s1.r1", User: "u1", Intent: &intent})
	for _, e := range events {
		w.Observe(&history.Record{Kind: history.Recv, Session: "u1.s1", Run: "u1.s1.r1", Event: &wire.Event{Type: e[0], Agent: e[1]}})
	}
	return w.Signs()
}

func TestWhereARunStops(t *testing.T) {
	started, completed := wire.AgentStarted, wire.AgentCompleted
	for name, row := range map[string]struct {
		events []([2]string)
		want   []string
	}{
		"nothing came":       {nil, []string{"run:silent"}},
		"the lead completed": {[][2]string{{started, "Lead"}, {started, "data"}, {completed, "data"}, {completed, "Lead"}}, nil},
		"one agent alone":    {[][2]string{{started, "data"}}, []string{"run:no-completed", "run:stops"}},
		"a part stopped":     {[][2]string{{started, "Lead"}, {started, "data"}}, []string{"run:no-completed", "run:stops", "run:stops-in-part"}},
		"only parts ended":   {[][2]string{{started, "Lead"}, {started, "data"}, {completed, "data"}}, []string{"run:parts-only", "run:stops"}},
		"nobody has a name":  {[][2]string{{started, ""}, {completed, ""}}, nil},
		"the start was lost": {[][2]string{{completed, "Lead"}}, []string{"run:no-started"}},
	} {
		t.Run(name, func(t *testing.T) {
			events := row.events
			if len(events) > 0 {
				events = append(events, [2]string{wire.AgentThinking, ""})
			}
			var got []string
			for _, s := range hear(history.Intent{}, events...).Seen {
				got = append(got, s.Name)
			}
			assert.Equal(t, row.want, got)
		})
	}
}

// A run that goes on elsewhere is due to the user's other session; where the story left it, nothing is.
func TestARunThatWasLeft(t *testing.T) {
	for where, want := range map[string][]string{"u1.s1": nil, "u1.s2": {"left:silent"}} {
		w := NewWitness(history.Header{})
		for _, session := range []string{"u1.s1", "u1.s2"} {
			w.Observe(&history.Record{Kind: history.Dial, Session: session, User: "u1"})
		}
		w.Observe(&history.Record{Kind: history.Send, Session: "u1.s1", Run: "u1.s1.r1", Intent: &history.Intent{Abandon: true}})
		w.Observe(&history.Record{Kind: history.Note, Session: where, Run: "u1.s1.r1", Note: &history.Remark{Topic: history.TopicGaveUp}})
		var got []string
		for _, s := range w.Signs().Seen {
			got = append(got, s.Name)
		}
		assert.Equal(t, want, got, where)
		assert.True(t, w.Signs().Tried["left"])
	}
}

// Of each way in counts whether anybody got in.
func TestWaysIn(t *testing.T) {
	w := NewWitness(history.Header{})
	for _, d := range []dial{{url: "/ws"}, {url: "/ws?mode=legacy"}, {url: "/ws?mode=legacy", welcomed: true}, {url: "/ws"}} {
		w.shut(&d, 1, nil)
	}
	w.concludeDials()
	assert.Contains(t, w.signs, "doors:some-forms")
}
