package suite_test

import (
	"bytes"
	"cmp"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// forgiven tells each story at a deployment that declares nothing and does one thing as another release does
// it, or lacks what a release may lack: the story is green to its end, and its advice names the rules.
func forgiven(t *testing.T, dialect string, rows []situation) {
	t.Parallel()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			served := deploymentFor(row.story, dialect)
			declared := served
			row.wrong(&served)
			out, err := tellAt(t, row.story, served, declared, undeclared...)
			require.NoError(t, err, telling(out))
			for _, rule := range strings.Fields(row.rules) {
				assert.Contains(t, out, "advice  "+rule+":")
			}
		})
	}
}

// undeclared is a target of which nothing is known. Only what some of them never send is not waited for long.
var undeclared = []string{
	"STAGING_EVENT_SHAPE=auto", "STAGING_ABILITIES=simulated-failures",
	"STAGING_ALLOW_UNMEASURED=rest-agents-start,rest-agents-stream,served-urls",
	"STAGING_BUDGET_FIRST_EVENT=6s", "STAGING_BUDGET_IDLE=2s",
}

// TestStoriesForgiveOtherReleases is about what the reference leaves open.
func TestStoriesForgiveOtherReleases(t *testing.T) {
	forgiven(t, "september", []situation{
		{"a claimed user id is refused", "ClaimedIdsAreNotBelieved", routing("user_message", func(next refstaging.Route, s *refstaging.Session, m refstaging.Message) {
			if claimed := m.Text("user_id"); claimed != "" && claimed != s.UserID() {
				s.Reply(map[string]any{"type": "error", "message": "user_id is not yours"})
				return
			}
			next(s, m)
		}), "lifecycle/failed"},
		{"a long message is too long", "LongMessageIsAnswered", routing("user_message", func(next refstaging.Route, s *refstaging.Session, m refstaging.Message) {
			if len(m.Content()) > 100<<10 {
				s.Reply(map[string]any{"type": "error", "message": "The message is too long"})
				return
			}
			next(s, m)
		}), "lifecycle/failed"},
		{"a foreign thread is ignored", "ClaimedIdsAreNotBelieved", ignoresForeignThreads(), "isolation/claimed-id lifecycle/fails-once"},
		{"each turn has a thread of its own", "FollowUpKeepsThread", renamesThreads, "events/thread"},
		{"a chat is not kept over REST", "ChatIsKeptInItsThread", onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			onThreads(http.MethodGet, notFound)(handler(onMessages(http.MethodGet, notFound)).hook(next), w, r)
		}), "infra/component-missing"},
		{"no heartbeat", "IdleSessionStaysAlive", func(c *refstaging.Config) { c.HeartbeatEvery = time.Hour }, "latency/heartbeat"},
		{"malformed JSON ends the session", "BadFramesDoNoHarm", provokedBy(malformed, func(p *passage, _ []byte) []byte {
			p.hangUp(1007, "invalid JSON")
			return nil
		}), "handshake/provoked"},
		{"a list is an error, and the session stays", "BadFramesDoNoHarm", provokedBy(isList, func(p *passage, _ []byte) []byte {
			p.say([]byte(`{"type":"error_message","error_code":"FORMAT_ERROR","error_message":"Invalid JSON"}`))
			return nil
		}), "handshake/provoked"},
		{"a token in the query is taken", "TokenForms", extracting(func(r *http.Request, token string) string {
			if inQuery := r.URL.Query().Get("token"); inQuery != "" {
				return inQuery
			}
			return token
		}), "auth/bad-credentials-accepted"},
		{"agents cannot be started", "StartedAgentsComplete", onAPI(at("/api/agents/start", notFound)), "infra/component-missing infra/not-measured"},
		{"started agents have no status", "StartedAgentsComplete", onAPI(at("/api/agents/status", notFound)), "infra/component-missing infra/not-measured"},
		{"agents do not stream", "AgentExecutionFullFlow", onAPI(at("POST /api/agents/stream", answers(http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`))), "infra/component-missing infra/not-measured"},
		{"nothing is said of URLs", "ServedURLsAreTheTargets", func(c *refstaging.Config) {
			onAuth(at("/auth/config", notFound))(c)
			onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
				rest := at("POST /api/v1/websocket", notFound).hook(at("/api/discovery/services", notFound).hook(next))
				at("/api/config/public", notFound)(rest, w, r)
			})(c)
		}, "infra/component-missing infra/not-measured"},
		{"other pages are denied everything", "AppMayReadEveryAnswer", onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") == staging.ForeignOrigin {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		}), ""},
		{"a run over its limit is an error", "AgentTimeoutIsReported", onAPI(at("/api/agents/execute", altering(func(all map[string]any) {
			if all["status"] == "timeout" {
				all["status"] = "error"
			}
		}))), "answer/status"},
	})
}

func TestStoriesForgiveOtherOctoberReleases(t *testing.T) {
	forgiven(t, "october", []situation{
		{"a foreign thread is met with silence", "ClaimedIdsAreNotBelieved", hearsOneThread(), "lifecycle/silence"},
		{"a foreign thread is refused", "ClaimedIdsAreNotBelieved", func(*refstaging.Config) {}, ""},
	})
}

var notFound = answers(http.StatusNotFound, `{"detail":"Not Found"}`)

func isList(p *passage, frame []byte) bool {
	return p.kind == websocket.TextMessage && bytes.HasPrefix(frame, []byte("["))
}

// onThread is the thread that a frame of a client names, "" if it names none.
func onThread(frame []byte) string {
	all := members(frame)
	payload, _ := all["payload"].(map[string]any)
	return cmp.Or(text(payload, "thread_id"), text(all, "thread_id"))
}

// ignoresForeignThreads gives whoever asks on the thread of another session one of her own.
func ignoresForeignThreads() wrong {
	var owners sync.Map // session by thread
	return (&relay{up: func(p *passage, frame []byte) []byte {
		thread := onThread(frame)
		if owner, _ := owners.LoadOrStore(thread, p.number); thread == "" || owner == p.number {
			return frame
		}
		return edited(frame, func(all map[string]any) {
			delete(all, "thread_id")
			if payload, ok := all["payload"].(map[string]any); ok {
				delete(payload, "thread_id")
			}
		})
	}}).wrong
}

// hearsOneThread drops what is on another thread than that of the session's handshake.
func hearsOneThread() wrong {
	var own sync.Map // thread by session
	return (&relay{up: func(p *passage, frame []byte) []byte {
		thread := onThread(frame)
		if thread == "" {
			return frame
		}
		if of, _ := own.LoadOrStore(p.number, thread); of != thread {
			return nil
		}
		return frame
	}}).wrong
}

// renamesThreads calls the thread of each run by a name of its own, and knows them all.
func renamesThreads(c *refstaging.Config) {
	turn := regexp.MustCompile(`(thread_chat_\d+_[0-9a-f]{8})_turn_\w+`)
	(&relay{up: func(_ *passage, frame []byte) []byte { return turn.ReplaceAll(frame, []byte("$1")) }}).wrong(c)
	emitting(func(next func(refstaging.Event), e refstaging.Event) {
		e.ThreadID += "_turn_" + e.RunID
		next(e)
	})(c)
}
