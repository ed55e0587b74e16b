package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// authError is the frame of a refused token.
func authError(c *conn, code string) *conn {
	c.recv(obj{"type": "error_message", "error_code": code, "error_message": "Token validation failed", "timestamp": c.now()}, "")
	return c
}

// unknownForm is a good token in a form that is not the dialect's.
var unknownForm = &history.Intent{Expect: history.Refused, Token: "query token", Why: history.UnknownForm}

var authTrials = []trial{
	{name: "the key is refused", hard: []string{"auth/login-refused"}, tell: func(s *story) {
		x := get("/auth/e2e/test-auth", `{"detail":"Invalid E2E bypass key"}`)
		x.Purpose, x.Status, x.Bearer = history.PurposeLogin, 401, false
		r := s.http(x, nil)
		r.User = "u1"
		s.add(&history.Record{Kind: history.Login, User: "u1", Login: &history.Identity{Method: "simulation", Problem: "401"}})
	}},
	{name: "login is down, and that is infra", hard: []string{"infra/unavailable"}, tell: func(s *story) {
		x := get("/auth/e2e/test-auth", `{"detail":"E2E authentication not configured"}`)
		x.Purpose, x.Status, x.Bearer = history.PurposeLogin, 503, false
		r := s.http(x, nil)
		r.User = "u1"
		s.add(&history.Record{Kind: history.Login, User: "u1", Login: &history.Identity{Method: "simulation", Problem: "503"}})
	}},
	{name: "login gives no token", hard: []string{"auth/login-refused"}, tell: func(s *story) {
		x := get("/auth/e2e/test-auth", `{"token_type":"Bearer"}`)
		x.Purpose, x.Bearer = history.PurposeLogin, false
		r := s.http(x, nil)
		r.User = "u1"
		s.add(&history.Record{Kind: history.Login, User: "u1", Login: &history.Identity{Method: "simulation", Problem: "no access_token"}})
	}},
	{name: "expired on arrival", hard: []string{"auth/lifetime"}, soft: []string{"auth/expires-in"}, tell: func(s *story) {
		s.user().login("simulation").Login.Expires = storyStart.Add(-time.Minute)
	}},
	{name: "expires_in is a constant", soft: []string{"auth/expires-in"}, tell: func(s *story) {
		s.user().login("simulation").Login.ExpiresIn = 15 * time.Minute
	}},
	{name: "one user only", hard: []string{"auth/one-user-only"}, tell: func(s *story) { s.user(); s.note(history.TopicOneUser, "needs 3 users") }},

	{name: "REST 401", tell: answered(401, `{"error_code":"AUTH_FAILED"}`, nil), hard: []string{"auth/token-refused"}},
	{name: "REST 403", tell: answered(403, `{"message":"Not authenticated"}`, nil), hard: []string{"auth/token-refused"}},
	{name: "upgrade 403 of the application", tell: refusedUpgrade(403, nil, ""), hard: []string{"auth/token-refused"}},
	{name: "upgrade 401", tell: refusedUpgrade(401, nil, `{"detail":"x"}`), hard: []string{"auth/token-refused"}},
	{name: "error frame and 1008", hard: []string{"auth/token-refused"}, tell: func(s *story) {
		authError(s.user().dial(nil).opened(), "VALIDATION_FAILED").ended(history.Closed{By: history.ByServer, Code: 1008, Reason: "SSOT Auth failed"})
	}},
	{name: "1008 alone", hard: []string{"auth/token-refused"}, tell: func(s *story) {
		s.user().dial(nil).opened().ended(history.Closed{By: history.ByServer, Code: 1008})
	}},

	{name: "a bad token is welcomed", hard: []string{"auth/bad-credentials-accepted"}, tell: func(s *story) {
		s.user().dial(refusal("flipped signature byte")).opened().welcomed().shut()
	}},
	{name: "a good token in an unknown form is welcomed", hard: []string{"auth/bad-credentials-accepted"}, tell: func(s *story) {
		s.user().dial(unknownForm).opened().welcomed().shut()
	}},
	{name: "a good token in an unknown form is welcomed, nothing declared", soft: []string{"auth/bad-credentials-accepted"}, tell: undeclared(func(s *story) {
		s.user().dial(unknownForm).opened().welcomed().shut()
	})},
	{name: "a dead token in an unknown form is welcomed, nothing declared", hard: []string{"auth/bad-credentials-accepted"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.logout()
		u.dial(unknownForm).opened().welcomed().shut()
	})},
	{name: "a bad token is welcomed, nothing declared", hard: []string{"auth/bad-credentials-accepted"}, tell: undeclared(func(s *story) {
		s.user().dial(refusal("flipped signature byte")).opened().welcomed().shut()
	})},
	{name: "a bad token opens REST", hard: []string{"auth/bad-credentials-accepted"}, tell: answered(200, `[]`, &history.Intent{Expect: "401", Token: "none"})},
	{name: "the logged-out still get in", hard: []string{"auth/bad-credentials-accepted"}, tell: func(s *story) {
		u := s.user()
		out := get("/auth/logout", `{"status":"success"}`)
		out.Purpose = history.PurposeLogout
		u.http(out, nil)
		u.http(get("/api/threads", `[]`), nil)
	}},

	{name: "the demo user", hard: []string{"auth/identity"}, tell: func(s *story) {
		s.user().dial(nil).opened().welcomed(set("data.user_id", "demo-use...")).shut()
	}},
	{name: "everybody is the demo user", hard: []string{"auth/identity", "auth/one-identity"}, tell: func(s *story) {
		for range 2 {
			s.user().dial(nil).opened().welcomed(set("data.user_id", "demo-use...")).shut()
		}
	}},
	{name: "events name the demo user", hard: []string{"auth/identity"}, tell: func(s *story) {
		s.user().connect().ask().started().thinking(set("user_id", "demo-user-001")).executing().executed().completed().shut()
	}},
	{name: "an id in quoted JSON", hard: []string{"auth/identity"}, tell: func(s *story) {
		s.user().connect().ask().started().thinking(set("metadata", `{"user_id": "relaxed_1234"}`)).executing().executed().completed().shut()
	}},
	{name: "two users, one subject", hard: []string{"auth/one-identity"}, tell: func(s *story) {
		a, b := s.user(), s.user()
		a.login("simulation").Login.Subject = "user_1_abcdef01"
		b.login("simulation").Login.Subject = "user_1_abcdef01"
	}},
}
