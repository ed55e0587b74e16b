package staging

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

const ownThread, oldThread = "thread_cli_25_e1cf9405", "thread_cli_24_0aa0c3d1"

func responseOn(thread string) string {
	return fmt.Sprintf(`{"type":"handshake_response","thread_id":%q,"run_id":"run_1"}`, thread)
}

func TestASessionResumesAThread(t *testing.T) {
	for _, row := range []struct {
		name    string
		resume  string
		greet   []string
		answers []string // to the handshake_request; nil: none must come
		want    string
		took    time.Duration
	}{
		{"the thread is given", oldThread, []string{response, octoberWelcome}, []string{responseOn(oldThread)}, oldThread, processingAfter},
		{"the same thread is given again", oldThread, []string{octoberWelcome, response}, []string{responseOn(ownThread)}, ownThread, responseWindow + processingAfter},
		{"a third thread is given", oldThread, []string{octoberWelcome, response}, []string{responseOn(ownThread + "9")}, ownThread + "9", processingAfter},
		{"a late duplicate comes first", oldThread, []string{octoberWelcome, response, response}, []string{response, responseOn(oldThread)}, oldThread, processingAfter},
		{"no answer", oldThread, []string{response, octoberWelcome}, []string{}, ownThread, responseWindow + processingAfter},
		{"it has the thread", ownThread, []string{response, octoberWelcome}, nil, ownThread, processingAfter},
		{"nothing to resume", "", []string{response, response, octoberWelcome}, nil, ownThread, processingAfter},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, row.greet...)
					if row.answers != nil {
						m := heard(c)
						assert.Equal(t, "handshake_request", m["type"])
						assert.Equal(t, row.resume, m["thread_id"])
						say(c, row.answers...)
					}
					m := heard(c)
					assert.Equal(t, "handshake_acknowledged", m["type"])
					assert.Equal(t, row.want, m["thread_id"])
					say(c, `{"type":"handshake_complete"}`)
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				start := time.Now()
				s, err := user.Connect(t.Context(), Resume(row.resume))
				require.NoError(t, err)
				assert.Equal(t, row.took, time.Since(start))
				assert.Equal(t, row.want, s.Thread())
				_, err = s.Ask(prompts.Chat(prompts.NewNonce()))
				require.NoError(t, err)
				records, _ := recorded.close(t)
				sent := of(records, history.Send)
				assert.Equal(t, row.want, sent[len(sent)-1].Event.ThreadID)
			})
		})
	}
}

func TestSeptemberHasNoThreadOfASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), func(c *config.Config) { c.Dialect = "september" }, func(c *websocket.Conn, _ *http.Request) {
			say(c, mainWelcome, response)
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		s, err := user.Connect(t.Context(), Resume(oldThread))
		require.NoError(t, err)
		synctest.Wait()
		assert.Empty(t, s.Thread())
		records, _ := recorded.close(t)
		assert.Empty(t, of(records, history.Send))
	})
}

// Messages that come before the server processes, half a second after the acknowledgement, are lost.
func TestNothingIsSentTooEarly(t *testing.T) {
	const complete = `{"type":"handshake_complete"}`
	for _, row := range []struct {
		name  string
		greet func(*websocket.Conn)
		after func(*websocket.Conn)
	}{
		{"complete at once", func(c *websocket.Conn) { say(c, response, octoberWelcome) }, func(c *websocket.Conn) { say(c, complete) }},
		{"complete late", func(c *websocket.Conn) { say(c, response, octoberWelcome) }, func(c *websocket.Conn) { later(c, 1900*time.Millisecond, complete) }},
		{"complete never", func(c *websocket.Conn) { say(c, response, octoberWelcome) }, func(*websocket.Conn) {}},
		{"complete before it is due", func(c *websocket.Conn) { say(c, complete, octoberWelcome, response) }, func(*websocket.Conn) {}},
		{"the response after the welcome", func(c *websocket.Conn) { say(c, octoberWelcome); later(c, time.Second, response) }, func(c *websocket.Conn) { say(c, complete) }},
		{"the welcome after the response", func(c *websocket.Conn) { say(c, response); later(c, time.Second, octoberWelcome) }, func(c *websocket.Conn) { say(c, complete) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				early := make(chan time.Duration, 1)
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					row.greet(c)
					assert.Equal(t, "handshake_acknowledged", heard(c)["type"])
					acknowledged := time.Now()
					go row.after(c)
					assert.Equal(t, "user_message", heard(c)["type"])
					early <- time.Since(acknowledged)
					drain(c)
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				_, err = s.Ask(prompts.Chat(prompts.NewNonce()))
				require.NoError(t, err)
				assert.GreaterOrEqual(t, <-early, processingAfter)
				recorded.close(t)
			})
		})
	}
}

func TestAFailedHandshakeIsTriedOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dials := 0
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			if dials++; dials == 1 {
				say(c, octoberWelcome, response)
				sayClose(c, 1002, "Handshake timeout")
				return
			}
			say(c, octoberWelcome, response)
			heard(c)
			say(c, `{"type":"handshake_complete"}`)
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		start := time.Now()
		s, err := user.Connect(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "u1.s2", s.label)
		assert.Equal(t, wire.October, s.Dialect())
		assert.GreaterOrEqual(t, time.Since(start), handshakeRetry)
		records, _ := recorded.close(t)
		assert.Len(t, of(records, history.Dial), 2, "the history shows both")
	})
}

func TestTheWelcomeIsDueSoonAfterTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.RemoteBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			later(c, time.Second, response)
			drain(c)
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		start := time.Now()
		_, err = user.Connect(t.Context())
		var dial *DialError
		require.ErrorAs(t, err, &dial)
		assert.True(t, dial.Broken.Timeout)
		assert.Equal(t, 2*(time.Second+welcomeAfter)+handshakeRetry, time.Since(start))
		recorded.close(t)
	})
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
			say(c, response, refusalFrame)
			sayClose(c, 1008, "Authentication failed")
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		_, err = user.Connect(t.Context(), ExpectRefused("the token is damaged"))
		require.ErrorAs(t, err, new(*ClosedError))
		records, _ := recorded.close(t)
		assert.Len(t, of(records, history.Dial), 1)
	})
}
