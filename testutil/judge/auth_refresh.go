package judge

import (
	"net/http"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var refreshRules = []Rule{
	{
		ID: "auth/refresh", Hard: true, Source: "http.md 3.5",
		Says:  "A refresh gives two new tokens of the same user: subject and e-mail are kept, and the access token is issued later and expires later, by the time between the two.",
		State: refreshed,
	},
	{
		ID: "auth/refresh-once", Hard: true, Source: "http.md 3.5; issue #3, Token life",
		Says:  "Of several simultaneous uses of one refresh token exactly one succeeds, the others are answered 401. That several succeed is advice, unless the target declares its shape.",
		State: refreshedOnce,
	},
}

// contested tells whether others use the same refresh token at the same time.
func contested(in *history.Intent) bool { return in != nil && in.Together }

func isRefresh(v *View) bool {
	return v.User != nil && v.Record.Exchange.Purpose == history.PurposeRefresh
}

// refreshed compares an identity with the one that it replaces. Those that were won together replace
// the one before all of them, in whatever order they are recorded.
func refreshed() Hooks {
	type race struct {
		token  string
		before User
		won    int // identities that are still to come
	}
	races := map[*User]*race{}
	begun := map[*User]time.Duration{} // the request that bought the identity to come; of a race the first
	return Hooks{
		Exchange: func(v *View) {
			in := v.Record.Intent
			if !isRefresh(v) {
				return
			}
			complete(v)
			r := races[v.User]
			switch at := v.moment().Begun; {
			case !contested(in):
				delete(races, v.User)
				begun[v.User] = at
				return
			case r == nil || r.token != in.Token:
				r = &race{token: strings.Clone(in.Token), before: *v.User}
				races[v.User], begun[v.User] = r, at
			default:
				begun[v.User] = min(begun[v.User], at)
			}
			if succeeded(v.Record.Exchange) {
				r.won++
			}
		},
		Login: func(v *View) {
			id, before := v.Record.Login, v.User.Before
			if id.Method != "refresh" {
				return
			}
			if r := races[v.User]; r != nil && r.won > 0 {
				r.won--
				before = &r.before
			}
			if id.Problem == "" && before != nil && before.LoginSeq != 0 {
				at, known := begun[v.User]
				if !known {
					at = v.Now
				}
				compareRefreshed(v, id, before, at-before.LoginAt)
			}
		},
	}
}

// complete wants both tokens of a refresh. Without an access token there is no login either.
func complete(v *View) {
	x := v.Record.Exchange
	if fields := object(x); fields != nil && succeeded(x) && !mustRefuse(v) && text(fields, "refresh_token") == "" {
		v.Report(v.Here(), "the refresh gave no new refresh token: %s", quote(x.Body))
	}
}

// rounding is what the times of two tokens may be off together: iat and exp count whole seconds.
const rounding = 2 * time.Second

// compareRefreshed compares an identity with the one before it, which was there for that long when a new one
// was asked for. The clocks of both sides may differ, so only ours tells how long.
func compareRefreshed(v *View, id *history.Identity, before *User, later time.Duration) {
	proof := v.Here(before.LoginSeq)
	if len(id.Repeats) > 0 {
		v.Report(proof, "the refresh gave the old %s again", strings.Join(id.Repeats, " and the old "))
	}
	if id.Subject != before.Subject {
		v.Report(proof, "the refresh turned subject %s into %s", quote(before.Subject), quote(id.Subject))
	}
	if id.Claimed != before.Claimed {
		v.Report(proof, "the refresh turned e-mail %s into %s", quote(before.Claimed), quote(id.Claimed))
	}
	switch gained := id.Expires.Sub(before.Expires); {
	case gained < 0:
		v.Report(proof, "the refreshed token expires %s before the old one", -gained)
	case gained < later-rounding:
		v.Report(proof, "the refreshed token, asked for %s after the old one, expires %s after it", later.Round(time.Second), gained)
	}
	if later >= rounding && !id.Issued.After(before.Issued) && !id.Issued.IsZero() {
		v.Report(proof, "the refresh gave a token that was issued at %s, no later than the old one", id.Issued.UTC().Format(time.RFC3339))
	}
}

const (
	maxContests = 256 // refresh tokens that a story uses several times at once
	maxProof    = 8   // records that a finding about many shows
)

// A contest is about one refresh token.
type contest struct {
	user       *User
	token      string
	used, won  int
	unknown    bool // at least one use has no answer that tells how it went
	wins, uses []uint64
}

func refreshedOnce() Hooks {
	var contests []*contest
	of := func(v *View) *contest {
		token := v.Record.Intent.Token
		for _, c := range contests {
			if c.user == v.User && c.token == token {
				return c
			}
		}
		c := &contest{user: v.User, token: strings.Clone(token)}
		if len(contests) < maxContests {
			contests = append(contests, c)
		}
		return c
	}
	return Hooks{
		Exchange: func(v *View) {
			if isRefresh(v) && contested(v.Record.Intent) {
				of(v).take(v)
			}
		},
		End: func(v *View) {
			for _, c := range contests {
				v.User = c.user
				c.judge(v)
			}
			v.User = nil
		},
	}
}

func (c *contest) take(v *View) {
	x := v.Record.Exchange
	c.used++
	c.uses = proving(c.uses, v.Record.Seq)
	switch {
	case succeeded(x):
		c.won++
		c.wins = proving(c.wins, v.Record.Seq)
	case x.Status == http.StatusUnauthorized:
	case refusedOtherwise(x.Status):
		v.ReportAs(v.Declared(), v.Here(), "%s, one of several simultaneous uses of %s, was refused with %s, want 401", what(x), c.token, status(x.Status))
	default:
		c.unknown = true // infra
	}
}

// refusedOtherwise tells whether a status says that a use of a token is wrong. That there is nothing to use it at,
// or that too much was asked, is for infra.
func refusedOtherwise(status int) bool {
	return status/100 == 4 && status != http.StatusNotFound && status != http.StatusMethodNotAllowed && status != http.StatusTooManyRequests
}

func proving(list []uint64, seq uint64) []uint64 {
	if len(list) < maxProof {
		list = append(list, seq)
	}
	return list
}

func (c *contest) judge(v *View) {
	switch {
	case c.won == 0 && !c.unknown:
		v.Report(c.uses, "none of %d simultaneous uses of %s of %s succeeded", c.used, quote(c.token), c.user.Label)
	case c.won > 1:
		v.ReportAs(v.Declared(), c.wins, "%d of %d simultaneous uses of %s of %s succeeded, want 1", c.won, c.used, quote(c.token), c.user.Label)
	}
}
