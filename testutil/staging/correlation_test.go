package staging

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func TestAnEventFindsItsRun(t *testing.T) {
	const self = "e2e-go-1"
	type seen struct {
		session int // that received it
		event   wire.Event
		want    string // label of its run
	}
	started := func(id string) wire.Event { return wire.Event{Type: wire.AgentStarted, RunID: id} }
	for _, row := range []struct {
		name string
		asks []string // "session id", over: "session id over", and its session too: "session id left"
		sees []seen
	}{
		{"its own id", []string{"0 a"}, []seen{{0, started("a"), "a"}}},
		{"its own id, in another session of the user", []string{"0 a"}, []seen{{1, started("a"), "a"}}},
		{"its own id, among open runs", []string{"0 a", "0 b"}, []seen{{0, started("a"), "a"}, {0, started("b"), "b"}}},
		{"its own id, when it is over", []string{"0 a over"}, []seen{{0, started("a"), "a"}}},
		{"a minted id", []string{"0 a"}, []seen{{0, started("x"), "a"}, {0, started("x"), "a"}, {0, started("y"), ""}}},
		{"a minted id after its own", []string{"0 a"}, []seen{{0, started("a"), "a"}, {0, started("x"), ""}}},
		{"a minted id and two candidates", []string{"0 a", "0 b"}, []seen{{0, started("x"), ""}}},
		{"a minted id and one candidate left", []string{"0 a", "0 b"}, []seen{{0, started("a"), "a"}, {0, started("x"), "b"}}},
		{"a minted id that the other session sees first", []string{"0 a"}, []seen{{1, started("x"), "a"}, {0, started("x"), "a"}}},
		{"a minted id, candidates in both sessions", []string{"0 a", "1 b"}, []seen{{0, started("x"), "a"}, {1, started("y"), "b"}}},
		{"a minted id when all is over", []string{"0 a over"}, []seen{{0, started("x"), ""}}},
		{"a foreign user's run", []string{"0 a"}, []seen{
			{0, wire.Event{Type: wire.AgentStarted, RunID: "x", UserID: "e2e-go-2"}, ""},
			{0, wire.Event{Type: wire.AgentStarted, RunID: "y", UserID: self}, "a"},
		}},
		{"no id", []string{"0 a", "0 b"}, []seen{{0, started(""), "b"}}},
		{"no id, another session", []string{"0 a"}, []seen{{1, started(""), ""}}},
		{"no id, the later one is over", []string{"0 a", "0 b over"}, []seen{{0, started(""), "a"}}},
		{"no id, all is over: a late agent event, but no error frame", []string{"0 a over"}, []seen{
			{0, started(""), "a"}, {0, wire.Event{Type: wire.Error}, ""},
		}},
		{"an error frame without an id", []string{"0 a"}, []seen{{0, wire.Event{Type: wire.Error}, "a"}}},
		{"what is the session's own", []string{"0 a"}, []seen{
			{0, wire.Event{Type: wire.Pong}, ""}, {0, wire.Event{Type: wire.Ack, RunID: "a"}, ""}, {0, wire.Event{Type: wire.SystemMessage}, ""},
			{0, wire.Event{Type: wire.CleanupComplete}, "a"},
		}},
		{"a minted id, an abandoned run and a new one", []string{"0 a left", "1 b"}, []seen{{1, started("x"), ""}, {1, started("b"), "b"}, {1, started("x"), "a"}}},
		{"a minted id, the abandoned run's alone", []string{"0 a left"}, []seen{{1, started("x"), "a"}}},
		{"a minted id on the thread of the abandoned run", []string{"0 a left", "1 b"}, []seen{
			{1, wire.Event{Type: wire.AgentStarted, RunID: "x", ThreadID: "thread a"}, "a"}, {1, started("y"), "b"},
		}},
		{"no id, on the thread of the abandoned run", []string{"0 a left", "1 b"}, []seen{
			{1, wire.Event{Type: wire.AgentThinking, ThreadID: "thread a"}, "a"},
			{1, wire.Event{Type: wire.AgentThinking, ThreadID: "thread b"}, "b"},
			{1, wire.Event{Type: wire.AgentThinking, ThreadID: "thread c"}, "b"},
		}},
		{"nothing was asked", nil, []seen{{0, started("x"), ""}, {0, started(""), ""}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			sessions := []*Session{{done: make(chan struct{})}, {done: make(chan struct{})}}
			var c correlation
			for _, ask := range row.asks {
				r := &Run{session: sessions[ask[0]-'0'], id: ask[2:3], label: ask[2:3], thread: "thread " + ask[2:3]}
				c.add(r)
				r.over.Store(len(ask) > 3)
				if strings.HasSuffix(ask, " left") {
					close(r.session.done)
				}
			}
			for i, s := range row.sees {
				got := ""
				if r := c.find(sessions[s.session], self, &s.event); r != nil {
					got = r.label
				}
				assert.Equal(t, s.want, got, "event %d", i)
			}
		})
	}
}

func TestThreadsAreTakenOnce(t *testing.T) {
	var c correlation
	s := &Session{}
	c.add(&Run{session: s, id: "a", thread: "t1"})
	c.add(&Run{session: s, id: "b", thread: "t1"})
	c.find(s, "", &wire.Event{Type: wire.AgentStarted, RunID: "a", ThreadID: "t2"})
	assert.Equal(t, []string{"t1", "t2"}, c.takeThreads())
	assert.Empty(t, c.takeThreads())
}

func TestOldRunsAreForgotten(t *testing.T) {
	var c correlation
	s := &Session{}
	for range 1000 {
		r := &Run{session: s, id: "a"}
		c.add(r)
		r.over.Store(true)
	}
	assert.LessOrEqual(t, len(c.recent), 1)
}
