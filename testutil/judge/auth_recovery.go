package judge

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var recoveryRules = []Rule{{
	ID: "auth/recovery", Hard: true, Source: "issue #3, Doors that must stay shut; websocket.md 3.5",
	Says:  "After a burst of bad credentials good ones work again within the recovery budget, at once where there is none.",
	State: recovery,
}}

// An Offence is the story's last attempt with bad credentials; its Seq is 0 if there was none.
type Offence struct {
	Seq uint64
	At  time.Duration // its end
}

// offend takes in the end of an attempt.
func (v *View) offend(in *history.Intent) {
	if isBadCredentials(in) {
		v.Offence = Offence{v.Record.Seq, v.Now}
	}
}

// recovers tells whether an exchange with good credentials follows a burst of bad ones.
func recovers(r *history.Record) bool { return r.Intent != nil && r.Intent.Recovers }

// recovering tells whether an exchange with good credentials says that nobody can look at them now, as it does
// while a circuit breaker is open (http.md 4.3: authentication that is not available is 503).
func recovering(r *history.Record) bool {
	return recovers(r) && r.Exchange.Status == http.StatusServiceUnavailable
}

// turnedAway tells whether a session with good credentials was refused as an open circuit breaker may
// refuse it. 1011 and 5xx are failures at any time.
func (s *Session) turnedAway() bool {
	c := s.Closed
	if s.OpenSeq == 0 {
		return isRefusal(c.Status) && !isHTML(c.Header, c.Body)
	}
	return c.By == history.ByServer && c.Code != closeServerError
}

// recovery remembers, for each user and kind of door, the last refusal that was in time and that no
// success has followed.
func recovery() Hooks {
	type door struct {
		user    *User
		session bool
	}
	waiting := map[door]refusedGood{}
	refused := func(v *View, d door, begun time.Duration, what string) {
		if late := tooLate(v, begun); late != "" {
			delete(waiting, d)
			v.Report(v.Here(v.loginSeq(), v.Offence.Seq), "%s, %s", what, late)
			return
		}
		waiting[d] = refusedGood{v.Record.Seq, v.User, what}
	}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			switch d := (door{v.User, false}); {
			case !recovers(v.Record):
			case succeeded(x):
				delete(waiting, d)
			case isRefusal(x.Status), recovering(v.Record):
				refused(v, d, v.Now-x.Took, what(x)+" refused good credentials with "+status(x.Status)+", body "+quote(x.Body))
			}
		},
		Frame: func(v *View) {
			if s := v.Session; s.Intent.Recovers && s.WelcomeSeq == v.Record.Seq {
				delete(waiting, door{s.User, true})
			}
		},
		SessionEnd: func(v *View) {
			if s := v.Session; s.Intent.Recovers && s.authRefused() {
				refused(v, door{s.User, true}, s.DialAt, "the session to "+bounded(s.URL)+" refused good credentials: "+s.ending())
			}
		},
		End: func(v *View) {
			for _, last := range slices.SortedFunc(maps.Values(waiting), refusedGood.compare) {
				v.User = last.user
				v.Report([]uint64{v.Offence.Seq, last.seq}, "%s, and they were not accepted afterwards", last.what)
			}
			v.User = nil
		},
	}
}

// A refusedGood is a refusal of good credentials.
type refusedGood struct {
	seq  uint64
	user *User
	what string
}

func (r refusedGood) compare(o refusedGood) int { return cmp.Compare(r.seq, o.seq) }

// tooLate says why good credentials that were offered at begun may not be refused any more; "" if they may.
func tooLate(v *View, begun time.Duration) string {
	since, budget := begun-v.Offence.At, v.Header.Budgets.Recovery
	switch {
	case v.Offence.Seq == 0:
		return "and no bad credentials were offered before"
	case budget == 0 || since > budget:
		return prose("%s after the last bad credentials, budget %s", max(0, since), budget)
	}
	return ""
}
