package faults

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// stagingIsBypass: who is not let in by a token is let in as somebody (http.md 6).
func stagingIsBypass(s *seams) {
	m := s.mint()
	s.extracting(func(r *http.Request, token string) string {
		if m.judged(r) == nil {
			return token
		}
		return m.token(refstaging.Identity{UserID: "staging-e2e-user-001", Email: "staging-e2e@example.com"})
	})
}

// identityCollapse: no token is looked at (http.md 6).
func identityCollapse(s *seams) {
	m := s.mint()
	s.extracting(func(*http.Request, string) string {
		return m.token(refstaging.Identity{UserID: "demo-user-001", Email: "demo@example.com"})
	})
}

// forgedTokenAccepted: a WebSocket believes any signature; all else of a token is checked.
func forgedTokenAccepted(s *seams) {
	if s.SigningKey == "" {
		s.SigningKey = rand.Text()
	}
	key := s.SigningKey
	s.extracting(func(_ *http.Request, token string) string { return signed(token, key) })
}

// strangers are the users of the legacy mode, which asks nobody who they are.
const strangers = "legacy_"

// legacyModeUnauthenticated: ?mode=legacy has a handler of its own (websocket.md 3.1, 4.3).
func legacyModeUnauthenticated(s *seams) {
	m := s.mint()
	var connects atomic.Int64
	s.extracting(func(r *http.Request, token string) string {
		if r.URL.Query().Get("mode") != "legacy" {
			return token
		}
		return m.token(refstaging.Identity{UserID: fmt.Sprint(strangers, connects.Add(1))})
	})
	around(&s.Hooks.Sessions.Welcome, func(next refstaging.WelcomeFrame) refstaging.WelcomeFrame {
		return func(at *refstaging.Session, when time.Time) any {
			if !strings.HasPrefix(at.UserID(), strangers) {
				return next(at, when)
			}
			return legacy(at, "legacy_connection_established", "Legacy WebSocket connection established")
		}
	})
	around(&s.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
		return func(at *refstaging.Session, said refstaging.Message) {
			if !strings.HasPrefix(at.UserID(), strangers) {
				next(at, said)
				return
			}
			at.Reply(legacy(at, "agent_response", "Legacy processing: "+said.Type))
		}
	})
}

func legacy(at *refstaging.Session, kind, message string) map[string]any {
	return enveloped(kind, map[string]any{"connection_id": at.ID(), "message": message, "timestamp": now()})
}
