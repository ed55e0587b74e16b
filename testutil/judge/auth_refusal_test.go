package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// refused is a session whose credentials are refused as the September servers do it; edits change the
// error frame and how the session is closed.
func (u *person) refused(in *history.Intent, change func(code *string, how *history.Closed)) {
	code, how := "AUTH_FAILED", history.Closed{By: history.ByServer, Code: 1008, Reason: "Authentication failed"}
	if change != nil {
		change(&code, &how)
	}
	authError(u.dial(in).opened(), code).ended(how)
}

func refusedWith(in *history.Intent, change func(code *string, how *history.Closed)) func(*story) {
	return func(s *story) { s.user().refused(in, change) }
}

func reason(text string) func(*string, *history.Closed) {
	return func(_ *string, how *history.Closed) { how.Reason = text }
}

func errorCode(text string) func(*string, *history.Closed) {
	return func(code *string, _ *history.Closed) { *code = text }
}

func closedWith(n int) func(*string, *history.Closed) {
	return func(_ *string, how *history.Closed) { how.Code = n }
}

// upgradeRefusedWith is a session that is refused with a status.
func upgradeRefusedWith(in *history.Intent, status int, header map[string]string, body string) func(*story) {
	return func(s *story) { s.user().upgradeRefused(in, status, header, body) }
}

func (u *person) upgradeRefused(in *history.Intent, status int, header map[string]string, body string) {
	u.dial(in).ended(history.Closed{
		By: history.ByDial, Status: status, Header: header, Body: body,
		Broken: &history.Broken{Step: history.StepUpgrade, Error: "bad handshake"},
	})
}

// unsupported offers a subprotocol that no server knows.
var unsupported = &history.Intent{Expect: "403", Token: "token.<raw>", Why: "unsupported subprotocol"}

var badToken = &history.Intent{Expect: "401", Token: "expired"}

var refusalTrials = []trial{
	{name: "refused as documented", tell: refusedWith(refusal("expired"), nil)},
	{name: "an unsupported subprotocol", tell: upgradeRefusedWith(unsupported, 403, nil, "")},
	{name: "REST 401", tell: answered(401, `{"error_code":"AUTH_FAILED"}`, badToken)},

	{name: "another reason", hard: []string{"auth/refusal"}, about: `another reason than "Authentication failed"`, tell: refusedWith(refusal("none"), reason("SSOT Auth failed"))},
	{name: "another error", hard: []string{"auth/refusal"}, about: "another error than AUTH_FAILED", tell: refusedWith(refusal("none"), errorCode("NO_TOKEN"))},
	{name: "another code", hard: []string{"auth/refusal"}, tell: refusedWith(refusal("none"), closedWith(4001))},
	{name: "without a frame", hard: []string{"auth/refusal"}, tell: func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByServer, Code: 1008, Reason: "Authentication failed"})
	}},
	{name: "at the upgrade", hard: []string{"auth/refusal"}, about: "want 101", tell: upgradeRefusedWith(refusal("none"), 401, nil, `{"detail":"x"}`)},
	{name: "an unsupported subprotocol is upgraded", hard: []string{"auth/refusal"}, about: "upgraded before", tell: refusedWith(unsupported, nil)},
	{name: "an unsupported subprotocol, with 401", hard: []string{"auth/refusal"}, about: "another status than 403", tell: upgradeRefusedWith(unsupported, 401, nil, "")},

	{name: "S0, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(refusedWith(refusal("none"), reason("SSOT Auth failed")))},
	{name: "a gateway, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(refusal("none"), 403, nil, ""))},
	{name: "an unsupported subprotocol is upgraded, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(refusedWith(unsupported, nil))},
	{name: "without a frame, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByServer, Code: 1008})
	})},

	{name: "refused with 1011, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(refusedWith(refusal("expired"), closedWith(1011)))},
	{name: "refused with 404, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(refusal("none"), 404, nil, ""))},
	{name: "refused with 405, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(unsupported, 405, nil, ""))},
	{name: "redirected instead of refused, nothing declared", hard: []string{"auth/refusal"}, about: "was not refused: upgrade answered 302 Found",
		tell: undeclared(upgradeRefusedWith(refusal("none"), 302, map[string]string{"Location": "/login"}, ""))},
	{name: "a page instead of a refusal, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(unsupported, 200, html, "<html>"))},
	{name: "half an upgrade instead of a refusal, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(refusal("none"), 101, nil, ""))},
	{name: "refused with 500, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(upgradeRefusedWith(unsupported, 500, nil, ""))},
	{name: "refused by the edge, nothing declared", hard: []string{"auth/refusal"}, about: "by the edge", tell: undeclared(upgradeRefusedWith(unsupported, 403, html, "<html>"))},
	{name: "refused in silence", hard: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepWelcome, Timeout: true}})
	})},
	{name: "cut instead of refused", hard: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		s.user().dial(refusal("none")).opened().ended(history.Closed{By: history.ByNetwork})
	})},
	{name: "left open", hard: []string{"auth/refusal"}, tell: undeclared(func(s *story) { s.user().dial(refusal("none")).opened().shut() })},
	{name: "not reached", hard: []string{"infra/tcp"}, tell: func(s *story) {
		s.user().dial(refusal("none")).ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepTCP, Error: "refused"}})
	}},
	{name: "429 at the upgrade", hard: []string{"infra/rate-limited"}, tell: upgradeRefusedWith(refusal("none"), 429, nil, "")},

	{name: "REST 403 with a bad token", hard: []string{"auth/refusal"}, tell: answered(403, `{}`, badToken)},
	{name: "REST 403 with a bad token, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(answered(403, `{}`, badToken))},
	{name: "REST 403 of the edge, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(answered(403, `<html>`, badToken))},
	{name: "REST 401 of the edge, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(answered(401, `<html>`, badToken))},
	{name: "REST 404, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(answered(404, `{}`, badToken))},
	{name: "REST 429", hard: []string{"infra/rate-limited"}, tell: answered(429, `{}`, badToken)},
	{name: "REST 403 without a token, nothing declared", hard: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		x := get("/api/threads", `{}`)
		x.Status, x.Bearer = 403, false
		s.user().http(x, &history.Intent{Expect: "401", Token: "none"})
	})},
	{name: "a refresh with a bad token answered 403, nothing declared", soft: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		s.user().refresh(403, &history.Intent{Expect: "401", Token: "garbage"})
	})},

	{name: "one session too many", tell: refusedWith(tooMany, limitReached)},
	{name: "one session too many, otherwise", hard: []string{"handshake/refusal"}, tell: refusedWith(tooMany, nil)},
	{name: "one session too many, nothing declared", soft: []string{"handshake/refusal"}, tell: undeclared(upgradeRefusedWith(tooMany, 403, nil, ""))},
	{name: "one session too many is welcomed", hard: []string{"handshake/refusal"}, about: "was welcomed", tell: func(s *story) {
		s.user().dial(tooMany).opened().welcomed().shut()
	}},

	{name: "stable", tell: func(s *story) {
		u := s.user()
		for range 3 {
			u.refused(refusal("expired"), nil)
			u.refused(refusal("none"), nil)
			u.upgradeRefused(unsupported, 403, nil, "")
			u.threads(401, `{"error_code":"AUTH_FAILED"}`, badToken)
			u.threads(401, `{"error_code":"AUTH_UNAUTHORIZED"}`, &history.Intent{Expect: "401", Token: "none"})
		}
	}},
	{name: "another text each time", tell: func(s *story) {
		u := s.user()
		for _, text := range []string{"Refused (request 1)", "Refused (request 2)"} {
			c := u.dial(refusal("expired")).opened()
			c.recv(obj{"type": "error_message", "error_code": "AUTH_FAILED", "error_message": text, "timestamp": c.now()}, "")
			c.ended(history.Closed{By: history.ByServer, Code: 1008, Reason: "Authentication failed"})
		}
	}},
	{name: "another reason after the burst", hard: []string{"auth/refusal-stable"}, soft: []string{"auth/refusal"}, about: `and before with error frame "AUTH_FAILED"`, tell: undeclared(func(s *story) {
		u := s.user()
		u.refused(refusal("expired"), nil)
		u.refused(refusal("expired"), reason("Too many attempts"))
	})},
	{name: "another door does not matter", soft: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.refused(refusal("expired"), nil)
		u.refused(refusal("expired"), reason("Auth failed"))
		dial := s.records[len(s.records)-4]
		dial.Dialled.URL += "?mode=legacy"
	})},
	{name: "another status after the burst", hard: []string{"auth/refusal-stable"}, soft: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.threads(403, `{}`, badToken)
		s.user().threads(401, `{}`, badToken)
	})},
	{name: "another error after the burst", hard: []string{"auth/refusal-stable"}, tell: func(s *story) {
		u := s.user()
		u.threads(401, `{"error_code":"AUTH_FAILED"}`, badToken)
		u.threads(401, `{"error_code":"SERVICE_UNAVAILABLE"}`, badToken)
	}},
	{name: "another status at the upgrade after the burst", hard: []string{"auth/refusal-stable"}, soft: []string{"auth/refusal"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.upgradeRefused(unsupported, 403, nil, "")
		u.upgradeRefused(unsupported, 401, nil, "")
	})},
	{name: "another text after the burst", tell: func(s *story) {
		u := s.user()
		u.refused(refusal("expired"), nil)
		u.refused(refusal("expired"), nil)
		frame := s.records[len(s.records)-2]
		frame.Frame = strings.Replace(frame.Frame, "Token validation failed", "Expired 373 s ago", 1)
		decode(frame)
	}},
	{name: "the edge answers after the burst", hard: []string{"auth/refusal", "infra/rate-limited"}, tell: func(s *story) {
		u := s.user()
		u.threads(401, `{}`, badToken)
		u.threads(403, `<html>`, badToken)
		u.threads(429, `{}`, badToken)
	}},
	{name: "a server that fails after the burst", hard: []string{"auth/refusal", "infra/unavailable"}, tell: func(s *story) {
		u := s.user()
		u.threads(401, `{}`, badToken)
		u.threads(503, `{}`, badToken)
	}},
}

var tooMany = &history.Intent{Expect: history.Refused, Why: "session limit"}

func limitReached(code *string, how *history.Closed) {
	*code, how.Code, how.Reason = "CONNECTION_LIMIT", 1013, "Connection limit"
}

func (u *person) threads(status int, body string, in *history.Intent) {
	x := get("/api/threads", body)
	x.Status = status
	u.http(x, in)
}
