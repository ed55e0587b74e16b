package suite_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestStoriesSeeLostConversations loses what was said, or forgets what it was about.
func TestStoriesSeeLostConversations(t *testing.T) {
	const rest, kept, follow = "ThreadsOverREST", "ChatIsKeptInItsThread", "FollowUpKeepsThread"
	caught(t, "september", []situation{
		{"a created thread is not listed", rest, onAPI(at("GET /api/threads", answers(http.StatusOK, "[]"))), "threads/listed"},
		{"a created thread has no id", rest, onAPI(at("POST /api/threads", with("id", ""))), "threads/listed"},
		{"a created thread loses its title", rest, onAPI(at("POST /api/threads", with("title", nil))), "threads/listed"},
		{"a created thread is not found", rest, onAPI(onThreads(http.MethodGet, answers(http.StatusNotFound, `{"error":true,"error_code":"DB_RECORD_NOT_FOUND","message":"Thread not found"}`))), "threads/listed"},
		{"an archived thread is still there", rest, onAPI(onThreads(http.MethodDelete, answers(http.StatusOK, `{"message":"Thread archived successfully"}`))), "threads/archived"},
		{"messages are lost", rest, onAPI(onMessages(http.MethodGet, with("messages", []any{}))), "threads/messages"},
		{"messages are somebody else's", rest, onAPI(onMessages(http.MethodGet, replaced(`"role":"user"`, `"role":"assistant"`))), "threads/messages"},
		{"messages are cut", rest, onAPI(onMessages(http.MethodGet, replaced("cold storage", "cold"))), "threads/messages"},
		{"prompts are not kept", kept, onAPI(onMessages(http.MethodGet, onlyOf("assistant"))), "threads/messages"},
		{"answers are not kept", kept, onAPI(onMessages(http.MethodGet, onlyOf("user"))), "threads/messages"},
		{"a follow-up remembers nothing", follow, asking(func(task *refstaging.Task) { task.Previous = nil }), "answer/figure"},
		{"a follow-up is on another thread", follow, func(c *refstaging.Config) {
			var first sync.Map
			emitting(func(next func(refstaging.Event), e refstaging.Event) {
				if run, _ := first.LoadOrStore(e.UserID, e.RunID); run != e.RunID {
					e.ThreadID += "0"
				}
				next(e)
			})(c)
		}, "events/thread"},
		{"a conversation does not survive its session", "ConversationSurvivesReconnection", func(c *refstaging.Config) {
			var sessions atomic.Int64
			c.Hooks.Sessions.Open = func(next refstaging.OpenSession) refstaging.OpenSession {
				return func(user refstaging.Identity) (refstaging.Identity, error) {
					sessions.Add(1)
					return next(user)
				}
			}
			asking(func(task *refstaging.Task) {
				if sessions.Load() > 1 {
					task.Previous = nil
				}
			})(c)
		}, "answer/figure"},
		{"threads share what they are about", "ThreadsTakeTurns", func(c *refstaging.Config) {
			var last atomic.Pointer[refstaging.Answer]
			lookingUp(func(next refstaging.Lookup, name string) (refstaging.Agent, bool) {
				agent, ok := next(name)
				return changeling{agent, func(task *refstaging.Task) {
					if found := last.Load(); task.Previous != nil && found != nil {
						task.Previous = found.Result
					}
				}, func(a refstaging.Answer) { last.Store(&a) }}, ok
			})(c)
		}, "answer/figure"},
	})
}

// TestStoriesSeeForeignThreads lets a user at another one's thread, in one way.
func TestStoriesSeeForeignThreads(t *testing.T) {
	const foreign, claimed = "ForeignThreadsStayShut", "isolation/claimed-id"
	caught(t, "september", []situation{
		{"it can be read", foreign, asOwner(http.MethodGet, ""), claimed},
		{"its messages can be read", foreign, asOwner(http.MethodGet, "/messages"), claimed},
		{"it can be written to", foreign, asOwner(http.MethodPost, "/messages"), claimed},
		{"it can be archived", foreign, asOwner(http.MethodDelete, ""), claimed},
		{"it is listed", foreign, func(c *refstaging.Config) {
			m, came := mint(c), &arrivals{}
			onAPI(came.watching(at("GET /api/threads", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
				r.Header.Set("Authorization", "Bearer "+m.good(came.first(bearer(r))))
				next.ServeHTTP(w, r)
			})))(c)
		}, "isolation/foreign-thread"},
		{"its chat messages are listed", foreign, onAPI(at("GET /api/chat/messages", altered(func(r *http.Request, a *httptest.ResponseRecorder) {
			thread := r.URL.Query().Get("thread_id")
			a.Body = bytes.NewBufferString(`{"messages":[{"id":"m1","content":"Good morning!","user_id":"e2e-alice","thread_id":"` + thread +
				`","timestamp":"2026-01-01T00:00:00Z","message_type":"user","metadata":null}],"total_count":1,"page":1,"page_size":50,"has_more":false}`)
		}))), "isolation/foreign-thread"},
		{"it is not found, which is no refusal", foreign, onAPI(altered(func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusForbidden {
				a.Code = http.StatusNotFound
			}
		})), claimed},
	})
}

// Arrivals are the tokens with which users came to the backend.
type arrivals struct {
	mu     sync.Mutex
	tokens []string // in the order in which they came
}

// watching looks at requests on their way to another handler.
func (a *arrivals) watching(h handler) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if token := bearer(r); token != "" {
			a.mu.Lock()
			if !slices.Contains(a.tokens, token) {
				a.tokens = append(a.tokens, token)
			}
			a.mu.Unlock()
		}
		h(next, w, r)
	}
}

// first is the token that came first, or the one at hand if there is none.
func (a *arrivals) first(token string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.tokens) > 0 {
		return a.tokens[0]
	}
	return token
}

// asOwner lets everybody do one thing with a thread as the user who came first would, whose it is.
func asOwner(method, path string) wrong {
	return func(c *refstaging.Config) {
		m, came := mint(c), &arrivals{}
		onAPI(came.watching(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			one := strings.HasPrefix(r.URL.Path, "/api/threads/") && r.Method == method
			if one && strings.HasSuffix(r.URL.Path, "/messages") == (path != "") {
				r.Header.Set("Authorization", "Bearer "+m.good(came.first(bearer(r))))
			}
			next.ServeHTTP(w, r)
		}))(c)
	}
}

// onThreads treats requests to one thread in another way.
func onThreads(method string, h handler) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == method && strings.HasPrefix(r.URL.Path, "/api/threads/") && !strings.HasSuffix(r.URL.Path, "/messages") {
			h(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// onMessages treats requests to the messages of a thread in another way.
func onMessages(method string, h handler) handler {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == method && strings.HasPrefix(r.URL.Path, "/api/threads/") && strings.HasSuffix(r.URL.Path, "/messages") {
			h(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// replaced changes the text of the correct answer.
func replaced(old, by string) handler {
	return altered(func(_ *http.Request, a *httptest.ResponseRecorder) {
		a.Body = bytes.NewBuffer(bytes.ReplaceAll(a.Body.Bytes(), []byte(old), []byte(by)))
	})
}

// onlyOf leaves out the messages of all but one role.
func onlyOf(role string) handler {
	return altering(func(all map[string]any) {
		shown, _ := all["messages"].([]any)
		all["messages"] = slices.DeleteFunc(shown, func(message any) bool {
			m, _ := message.(map[string]any)
			return m["role"] != role
		})
	})
}
