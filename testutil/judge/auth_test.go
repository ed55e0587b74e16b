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

func verifyOf(u *person, body string) history.Exchange {
	x := get("/auth/verify", body)
	x.Purpose = history.PurposeVerify
	return x
}

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
	{name: "refresh", tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		u.login("refresh")
	}},
	{name: "refresh turns the user into another", hard: []string{"auth/refresh"}, tell: func(s *story) {
		id := s.user().login("refresh").Login
		id.Subject, id.Email = "user_7", "user@example.com"
	}},
	{name: "refresh gives the same token", hard: []string{"auth/refresh"}, about: "no later than the old one", tell: func(s *story) {
		u := s.user()
		old := *s.records[len(s.records)-1].Login
		old.Method = "refresh"
		u.wait(time.Minute)
		*u.login("refresh").Login = old
	}},
	{name: "verify says invalid", hard: []string{"auth/verify"}, tell: func(s *story) {
		u := s.user()
		u.http(verifyOf(u, `{"valid":false,"error":"signature"}`), nil)
	}},
	{name: "verify still accepts the logged-out", hard: []string{"auth/verify"}, tell: func(s *story) {
		u := s.user()
		out := get("/auth/logout", `{"status":"success"}`)
		out.Purpose = history.PurposeLogout
		u.http(out, nil)
		u.http(verifyOf(u, `{"valid":true}`), nil)
	}},
	{name: "verify names another user", hard: []string{"auth/identity"}, tell: func(s *story) {
		u := s.user()
		u.http(verifyOf(u, `{"valid":true,"user_id":"demo-user-001"}`), nil)
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
	{name: "a bad token opens REST", hard: []string{"auth/bad-credentials-accepted"}, tell: answered(200, `[]`, &history.Intent{Expect: "401", Token: "none"})},
	{name: "the logged-out still get in", hard: []string{"auth/bad-credentials-accepted"}, tell: func(s *story) {
		u := s.user()
		out := get("/auth/logout", `{"status":"success"}`)
		out.Purpose = history.PurposeLogout
		u.http(out, nil)
		u.http(get("/api/threads", `[]`), nil)
	}},

	{name: "refused with 1011", hard: []string{"auth/refusal"}, tell: func(s *story) {
		authError(s.user().dial(refusal("expired")).opened(), "TOKEN_EXPIRED").ended(history.Closed{By: history.ByServer, Code: 1011})
	}},
	{name: "refused with 404", hard: []string{"auth/refusal"}, tell: func(s *story) {
		s.user().dial(refusal("none")).ended(history.Closed{By: history.ByDial, Status: 404, Broken: &history.Broken{Step: history.StepUpgrade}})
	}},
	{name: "refused in silence", hard: []string{"auth/refusal"}, tell: func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepWelcome, Timeout: true}})
	}},
	{name: "cut instead of refused", hard: []string{"auth/refusal"}, tell: func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByNetwork})
	}},
	{name: "left open", hard: []string{"auth/refusal"}, tell: func(s *story) { s.user().dial(refusal("none")).opened().shut() }},
	{name: "refused without a frame", hard: []string{"auth/refusal"}, tell: func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByServer, Code: 1008})
	}},
	{name: "refused without a frame, nothing declared", soft: []string{"auth/refusal"}, tell: func(s *story) {
		s.auto().user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByServer, Code: 1008})
	}},
	{name: "REST 403 with a bad token, nothing declared", soft: []string{"auth/refusal"}, tell: func(s *story) {
		answered(403, `{}`, &history.Intent{Expect: "401", Token: "expired"})(s.auto())
	}},
	{name: "REST 403 without a token, nothing declared", hard: []string{"auth/refusal"}, tell: func(s *story) {
		x := get("/api/threads", `{}`)
		x.Status, x.Bearer = 403, false
		s.auto().user().http(x, &history.Intent{Expect: "401", Token: "none"})
	}},
	{name: "one session too many", tell: func(s *story) {
		c := s.user().dial(&history.Intent{Expect: history.Refused, Why: "session limit"}).opened()
		c.recv(obj{"type": "error_message", "error_code": "CONNECTION_LIMIT", "error_message": "Too many sessions", "timestamp": c.now()}, "")
		c.ended(history.Closed{By: history.ByServer, Code: 1013})
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
