package judge

import (
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// refresh is an exchange that is answered with a status.
func (u *person) refresh(status int, in *history.Intent) {
	x := get("/auth/refresh", `{"detail":"Invalid refresh token"}`)
	if status == 200 {
		x.Body = `{"access_token":"[redacted]","refresh_token":"[redacted]","token_type":"Bearer","expires_in":1800}`
	}
	x.Purpose, x.Method, x.Bearer, x.Status = history.PurposeRefresh, http.MethodPost, false, status
	u.http(x, in)
}

var raced = &history.Intent{Together: true, Token: "refresh token 1"}

// loginLike is the identity of a refresh that expires later than another by d, or earlier.
func (u *person) loginLike(before *history.Identity, d time.Duration) {
	id := u.login("refresh").Login
	id.Expires = before.Expires.Add(d)
	id.ExpiresIn = id.Expires.Sub(id.Issued)
}

// race is a story of simultaneous refreshes with these answers.
func race(statuses ...int) func(*story) {
	return func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		for _, status := range statuses {
			u.refresh(status, raced)
		}
		for _, status := range statuses {
			if status == 200 {
				u.login("refresh")
			}
		}
	}
}

var used = &history.Intent{Expect: "401", Token: history.UsedRefreshToken}

var refreshTrials = []trial{
	{name: "refresh", tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		u.refresh(200, nil)
		u.login("refresh")
	}},
	{name: "at once, of a service whose clock is late", tell: func(s *story) {
		u := s.user()
		late := func(r *history.Record) {
			r.Login.Issued, r.Login.Expires = storyStart.Add(-3*time.Second), storyStart.Add(30*time.Minute-3*time.Second)
		}
		late(s.records[len(s.records)-1])
		u.refresh(200, nil)
		late(u.login("refresh"))
	}},
	{name: "turns the user into another", hard: []string{"auth/refresh"}, tell: func(s *story) {
		id := s.user().login("refresh").Login
		id.Subject, id.Claimed = "user_7", "user@example.com"
	}},
	{name: "gives the same token", hard: []string{"auth/refresh"}, about: "no later than the old one", tell: func(s *story) {
		u := s.user()
		old := *s.records[len(s.records)-1].Login
		old.Method = "refresh"
		u.wait(time.Minute)
		*u.login("refresh").Login = old
	}},
	{name: "is of another e-mail", hard: []string{"auth/refresh"}, about: "user@example.com", tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		u.login("refresh").Login.Claimed = "user@example.com"
	}},
	{name: "repeats a token", hard: []string{"auth/refresh"}, about: "gave the old refresh_token again", tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		u.login("refresh").Login.Repeats = []string{"refresh_token"}
	}},
	{name: "expires earlier", hard: []string{"auth/refresh"}, soft: []string{"auth/expires-in"}, tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		id := u.login("refresh").Login
		id.Expires = id.Expires.Add(-5 * time.Minute)
	}},
	{name: "gives no refresh token", hard: []string{"auth/refresh"}, about: "no new refresh token", tell: func(s *story) {
		u := s.user()
		u.wait(time.Minute)
		u.refresh(200, nil)
		s.records[len(s.records)-1].Exchange.Body = `{"access_token":"[redacted]","token_type":"Bearer","expires_in":1800}`
		u.login("refresh")
	}},
	{name: "expires as the old one", hard: []string{"auth/refresh"}, soft: []string{"auth/expires-in"}, about: "asked for 1m0s after the old one, expires 0s after it", tell: func(s *story) {
		u := s.user()
		old := s.records[len(s.records)-1].Login
		u.wait(time.Minute)
		u.refresh(200, nil)
		u.login("refresh").Login.Expires = old.Expires
	}},
	{name: "expires as the old one, seconds later", tell: func(s *story) {
		u := s.user()
		old := s.records[len(s.records)-1].Login
		u.wait(1900 * time.Millisecond)
		u.refresh(200, nil)
		*u.login("refresh").Login = history.Identity{Email: old.Email, Method: "refresh", Subject: old.Subject, Issued: old.Issued, Expires: old.Expires}
	}},
	{name: "a slow answer", tell: func(s *story) {
		u := s.user()
		old := s.records[len(s.records)-1].Login
		u.wait(4 * time.Second)
		u.refresh(200, nil)
		s.records[len(s.records)-1].Exchange.Took = 4 * time.Second
		*u.login("refresh").Login = history.Identity{Email: old.Email, Method: "refresh", Subject: old.Subject, Issued: old.Issued, Expires: old.Expires}
	}},
	{name: "a race with a late loser", tell: func(s *story) {
		u := s.user()
		old := s.records[len(s.records)-1].Login
		u.refresh(200, raced)
		u.wait(4 * time.Second)
		u.refresh(401, raced)
		*u.login("refresh").Login = history.Identity{Email: old.Email, Method: "refresh", Subject: old.Subject, Issued: old.Issued, Expires: old.Expires}
	}},
	{name: "is refused", hard: []string{"auth/login-refused"}, tell: func(s *story) { s.user().refresh(401, nil) }},
	{name: "is refused after logout", tell: func(s *story) {
		u := s.user()
		u.logout()
		u.refresh(401, nil)
		u.login("simulation")
	}},
	{name: "field unknown", hard: []string{"infra/not-accepted"}, tell: func(s *story) { s.user().refresh(422, nil) }},

	{name: "a used token is refused", tell: func(s *story) { s.user().refresh(401, used) }},
	{name: "a used token serves again", hard: []string{"auth/bad-credentials-accepted"}, tell: func(s *story) { s.user().refresh(200, used) }},
	{name: "a used token serves again, nothing declared", soft: []string{"auth/bad-credentials-accepted"}, tell: undeclared(func(s *story) { s.user().refresh(200, used) })},
	{name: "an access token serves, nothing declared", hard: []string{"auth/bad-credentials-accepted"}, tell: undeclared(func(s *story) {
		s.user().refresh(200, &history.Intent{Expect: "401", Token: "access token"})
	})},

	{name: "one of several", tell: race(401, 200, 401, 401)},
	{name: "the only one", tell: race(200)},
	{name: "none of several", hard: []string{"auth/refresh-once"}, about: "none of 3", tell: race(401, 401, 401)},
	{name: "none of several, nothing declared", hard: []string{"auth/refresh-once"}, tell: undeclared(race(401, 401))},
	{name: "two of several", hard: []string{"auth/refresh-once"}, about: "2 of 3", tell: race(200, 401, 200)},
	{name: "two of several, nothing declared", soft: []string{"auth/refresh-once"}, tell: undeclared(race(200, 401, 200))},
	{name: "two of several, recorded in another order", soft: []string{"auth/refresh-once"}, tell: undeclared(func(s *story) {
		race(200, 200)(s)
		late, early := s.records[len(s.records)-1].Login, s.records[len(s.records)-2].Login
		late.Issued, late.Expires = early.Issued.Add(-time.Second), early.Expires.Add(-time.Second)
		late.Expires = late.Issued.Add(30 * time.Minute)
		early.Expires = early.Issued.Add(30 * time.Minute)
	})},
	{name: "a winner who is somebody else", hard: []string{"auth/refresh"}, tell: func(s *story) {
		race(401, 200)(s)
		s.records[len(s.records)-1].Login.Subject = "user_7"
	}},
	{name: "losers refused with 403", hard: []string{"auth/refresh-once"}, tell: race(200, 403)},
	{name: "losers refused with 403, nothing declared", soft: []string{"auth/refresh-once"}, tell: undeclared(race(200, 403))},
	{name: "losers refused with 409", hard: []string{"auth/refresh-once", "infra/not-accepted"}, tell: race(200, 409)},
	{name: "losers find no endpoint", hard: []string{"infra/component-missing"}, tell: race(200, 404)},
	{name: "nobody knows who won", hard: []string{"infra/unavailable"}, tell: race(401, 503)},
	{name: "two tokens, one winner each", tell: func(s *story) {
		race(200, 401)(s)
		u := s.users[0]
		for _, status := range []int{401, 200} {
			u.refresh(status, &history.Intent{Together: true, Token: "refresh token 2"})
		}
		u.wait(time.Minute)
		u.login("refresh")
	}},
	{name: "worse than what the race before gave", hard: []string{"auth/refresh"}, tell: func(s *story) {
		race(200, 401)(s)
		u := s.users[0]
		u.wait(time.Minute)
		u.refresh(200, &history.Intent{Together: true, Token: "refresh token 2"})
		u.loginLike(s.records[len(s.records)-2].Login, -30*time.Second)
	}},
	{name: "worse than what a race gave of which one winner is not recorded", hard: []string{"auth/refresh"}, soft: []string{"auth/refresh-once"}, tell: undeclared(func(s *story) {
		race(200, 200)(s)
		s.records = s.records[:len(s.records)-1]
		u := s.users[0]
		u.wait(time.Minute)
		u.refresh(200, nil)
		u.loginLike(s.records[len(s.records)-2].Login, -30*time.Second)
	})},
	{name: "a winner without a token", hard: []string{"auth/login-refused"}, tell: func(s *story) {
		u := s.user()
		u.refresh(200, raced)
		u.refresh(401, raced)
		s.add(&history.Record{Kind: history.Login, User: u.label, Login: &history.Identity{Method: "refresh", Problem: "no access_token"}})
	}},
}
