package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

func (u *person) logout() {
	x := get("/auth/logout", `{"message":"Successfully logged out","status":"success"}`)
	x.Purpose, x.Method = history.PurposeLogout, "POST"
	u.http(x, nil)
}

// inspect asks about the user's token.
func (u *person) inspect(path, body string, in *history.Intent) {
	x := get(path, body)
	x.Purpose = history.PurposeVerify
	u.http(x, in)
}

// about is the good answer about the user's token.
func (u *person) about() string {
	return `{"valid":true,"user_id":"` + u.subject + `","email":"` + u.email + `"}`
}

func inspected(path, body string, in *history.Intent) func(*story) {
	return func(s *story) { s.user().inspect(path, body, in) }
}

// returned asks about a token after logout.
func returned(path, body string) func(*story) {
	return func(s *story) {
		u := s.user()
		u.logout()
		u.inspect(path, body, nil)
	}
}

func (u *person) me(body string) {
	x := get("/auth/me", body)
	x.Purpose = history.PurposeMe
	u.http(x, nil)
}

var verifyTrials = []trial{
	{name: "a list", hard: []string{"auth/verify"}, about: "no JSON object", tell: asked(history.PurposeVerify, `[true]`)},
	{name: "every endpoint", tell: func(s *story) {
		u := s.user()
		u.me(`{"user_id":"` + u.subject + `","email":"` + u.email + `","permissions":[]}`)
		for _, path := range []string{"/auth/verify", "/auth/validate", "/api/v1/jwt/validate"} {
			u.inspect(path, u.about(), nil)
			u.inspect(path, `{"valid":false,"error":"invalid_token"}`, badToken)
		}
		u.inspect("/auth/check-blacklist", `{"blacklisted":false,"status":"valid"}`, nil)
		u.inspect("/auth/check-blacklist", `{"blacklisted":false,"status":"valid"}`, badToken)
		u.logout()
		u.inspect("/auth/verify", `{"valid":false,"error":"revoked"}`, nil)
		u.inspect("/auth/check-blacklist", `{"blacklisted":true,"status":"blacklisted"}`, nil)
		u.inspect("/auth/check-blacklist", `{"blacklisted":false,"status":"valid"}`, refusal("garbage"))
	}},
	{name: "says invalid", hard: []string{"auth/verify"}, tell: inspected("/auth/verify", `{"valid":false,"error":"signature"}`, nil)},
	{name: "says valid of a bad one", hard: []string{"auth/verify"}, about: "(expired)", tell: inspected("/auth/validate", `{"valid":true}`, badToken)},
	{name: "says valid of a refused one", hard: []string{"auth/verify"}, tell: inspected("/auth/validate", `{"valid":true}`, refusal("expired"))},
	{name: "says blacklisted", hard: []string{"auth/verify"}, tell: inspected("/auth/check-blacklist", `{"blacklisted":true}`, nil)},
	{name: "says nothing", hard: []string{"auth/verify"}, about: "does not say", tell: inspected("/auth/verify", `{"status":"ok"}`, nil)},
	{name: "still accepts the logged-out", hard: []string{"auth/verify"}, about: "(logged out)", tell: returned("/api/v1/jwt/validate", `{"valid":true}`)},
	{name: "does not know the logged-out", hard: []string{"auth/verify"}, about: "gave the token back", tell: returned("/auth/check-blacklist", `{"blacklisted":false}`)},
	{name: "does not know the logged-out that it must refuse", hard: []string{"auth/verify"}, about: "gave the token back", tell: func(s *story) {
		u := s.user()
		u.logout()
		u.inspect("/auth/check-blacklist", `{"blacklisted":false}`, refusal(history.LoggedOutToken))
	}},
	{name: "401 for a bad one", hard: []string{"auth/verify"}, tell: func(s *story) {
		x := get("/auth/verify", `{}`)
		x.Purpose, x.Status = history.PurposeVerify, 401
		s.user().http(x, refusal("expired"))
	}},
	{name: "401 for a bad one, nothing declared", soft: []string{"auth/verify"}, tell: undeclared(func(s *story) {
		x := get("/auth/verify", `{}`)
		x.Purpose, x.Status = history.PurposeVerify, 401
		s.user().http(x, refusal("expired"))
	})},
	{name: "401 for a good one", hard: []string{"auth/token-refused"}, tell: func(s *story) {
		x := get("/auth/verify", `{}`)
		x.Purpose, x.Status = history.PurposeVerify, 401
		s.user().http(x, nil)
	}},
	{name: "names another user", hard: []string{"auth/identity"}, tell: inspected("/auth/verify", `{"valid":true,"user_id":"demo-user-001","email":"demo@example.com"}`, nil)},
	{name: "names nobody", hard: []string{"auth/subject"}, about: "does not say who u1 is", tell: inspected("/auth/verify", `{"valid":true,"email":"a@b.example"}`, nil)},
	{name: "names no address", hard: []string{"auth/subject"}, tell: func(s *story) {
		u := s.user()
		u.me(`{"user_id":"` + u.subject + `"}`)
	}},
	{name: "names no address, nothing declared", soft: []string{"auth/subject"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.me(`{"user_id":"` + u.subject + `"}`)
	})},
	{name: "names everybody's address", hard: []string{"auth/subject"}, about: "user@example.com", tell: func(s *story) {
		u := s.user()
		u.me(`{"user_id":"` + u.subject + `","email":"user@example.com"}`)
	}},
	{name: "names another user of the story", hard: []string{"isolation/foreign-user"}, tell: func(s *story) {
		a, b := s.user(), s.user()
		b.me(`{"user_id":"` + a.subject + `","email":"` + a.email + `"}`)
	}},
	{name: "a second login of the same user", tell: func(s *story) {
		a := s.user()
		x := get("/auth/e2e/test-auth", `{"access_token":"[redacted]","token_type":"Bearer","expires_in":1800,"user":{"id":"`+a.subject+`"}}`)
		x.Purpose, x.Method, x.Bearer, x.Request = history.PurposeLogin, "POST", false, `{"email":"`+a.email+`"}`
		again := &person{story: s, label: "u2", email: a.email, subject: a.subject}
		again.http(x, nil)
		again.login("simulation")
		again.inspect("/auth/verify", again.about(), nil)
	}},
	{name: "a login is answered with another user", hard: []string{"auth/one-identity", "isolation/foreign-user"}, tell: func(s *story) {
		a := s.user()
		x := get("/auth/e2e/test-auth", `{"access_token":"[redacted]","token_type":"Bearer","expires_in":1800,"user":{"id":"`+a.subject+`"}}`)
		x.Purpose, x.Method, x.Bearer, x.Request = history.PurposeLogin, "POST", false, `{"email":"go-20250917-other@staging.netrasystems.ai"}`
		other := &person{story: s, label: "u2", email: "go-20250917-other@staging.netrasystems.ai", subject: a.subject}
		other.http(x, nil)
		other.login("simulation")
	}},
	{name: "a second login keeps its token", tell: func(s *story) {
		a, b := s.user(), s.user()
		b.email, b.subject = a.email, a.subject
		b.login("simulation")
		a.logout()
		a.threads(401, `{}`, &history.Intent{Expect: "401", Token: "logged out"})
		b.inspect("/auth/verify", b.about(), nil)
		b.threads(200, `[]`, nil)
		b.connect().shut()
	}},
}
