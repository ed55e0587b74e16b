package staging

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A conversationist is a user who comes and goes, and a target that answers under the ids of the client
// or, when it mints, under its own.
type conversationist struct {
	correlation correlation
	sessions    []*Session
	gone        map[*Session]bool
	runs        []*Run
	mints       bool
}

func (c *conversationist) connect(*rapid.T) {
	c.sessions = append(c.sessions, &Session{done: make(chan struct{})})
}

// live is a session that lasts, a new one if there is none.
func (c *conversationist) live(t *rapid.T) *Session {
	var live []*Session
	for _, s := range c.sessions {
		if !c.gone[s] {
			live = append(live, s)
		}
	}
	if len(live) == 0 {
		c.connect(t)
		return c.sessions[len(c.sessions)-1]
	}
	return rapid.SampledFrom(live).Draw(t, "session")
}

func (c *conversationist) ask(t *rapid.T) {
	id := fmt.Sprintf("run_%d", len(c.runs))
	r := &Run{session: c.live(t), id: id, label: id, thread: rapid.SampledFrom([]string{"t1", "t2"}).Draw(t, "thread")}
	c.runs = append(c.runs, r)
	c.correlation.add(r)
}

func (c *conversationist) leave(t *rapid.T) {
	s := c.live(t)
	c.gone[s] = true
	close(s.done)
	waited := rapid.Bool().Draw(t, "somebody waited")
	for _, r := range c.runs {
		if r.session == s && waited {
			r.over.Store(true)
		}
	}
}

// hear lets an event of a run come: to its own session, or to any when that has gone.
func (c *conversationist) hear(t *rapid.T) {
	if len(c.runs) == 0 {
		c.ask(t)
	}
	r := rapid.SampledFrom(c.runs).Draw(t, "run")
	s := r.session
	if c.gone[s] {
		s = c.live(t)
	}
	e := wire.Event{Type: wire.AgentThinking, RunID: r.id, ThreadID: rapid.SampledFrom([]string{"", r.thread}).Draw(t, "named thread")}
	if c.mints {
		e.RunID = "minted_" + r.id
	}
	got := c.correlation.find(s, "", &e)
	if c.mints && got == nil {
		return // not known, which is not wrong
	}
	require.Equal(t, r, got)
}

func TestARunIsNeverTakenForAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := conversationist{gone: map[*Session]bool{}, mints: rapid.Bool().Draw(t, "mints")}
		t.Repeat(map[string]func(*rapid.T){"connect": c.connect, "ask": c.ask, "leave": c.leave, "hear": c.hear})
	})
}

func TestTheRestOfAnAbandonedRunIsItsOwn(t *testing.T) {
	for _, row := range []struct {
		name  string
		leave func(*testing.T, *Session)
	}{
		{"politely", func(t *testing.T, s *Session) { require.NoError(t, s.Close(t.Context())) }},
		{"abruptly", func(_ *testing.T, s *Session) { s.Abort() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				old := make(chan string, 1)
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, mainWelcome)
					m := heard(c)
					if m == nil {
						return
					}
					p := m["payload"].(map[string]any)
					run, thread := fmt.Sprint(p["run_id"]), fmt.Sprint(p["thread_id"])
					select {
					case abandoned := <-old: // both interleave on the second session
						say(c, event(started, run, "Supervisor", ""), event(thinking, abandoned, "Supervisor", ""))
						whole(c, abandoned, thread, "It is 1.")
						say(c, event(finished, run, "Supervisor", `,"success":true,"final_response":"It is 2."`))
					default:
						say(c, event(started, run, "Supervisor", ""))
						old <- run
					}
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				first, err := user.Connect(t.Context())
				require.NoError(t, err)
				abandoned, err := first.Ask(prompts.Sum(prompts.NewNonce()), Abandoning())
				require.NoError(t, err)
				synctest.Wait()
				row.leave(t, first)
				second, err := user.Connect(t.Context())
				require.NoError(t, err)
				run, err := second.Ask(prompts.Sum(prompts.NewNonce()))
				require.NoError(t, err)
				answer, err := run.Wait(t.Context())
				require.NoError(t, err)
				assert.Equal(t, "It is 2.", answer.Text)
				assert.Equal(t, 2, answer.Events)
				_, err = abandoned.Wait(t.Context())
				require.ErrorAs(t, err, new(*ClosedError))
				records, _ := recorded.close(t)
				labels := map[string]int{}
				for _, r := range of(records, history.Recv) {
					labels[r.Run]++
				}
				assert.Equal(t, map[string]int{"": 2, abandoned.Label(): 5, run.Label(): 2}, labels)
			})
		})
	}
}
