package judge

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var limitRules = []Rule{{
	ID: "handshake/place-freed", Hard: true, Source: "websocket.md 2.4, Server duties",
	Says: "At the session limit, a session that was left frees its place. That the place is free only a while after the close frame, " +
		"and sessions are refused until then, is advice.",
	State: placesFreed,
}}

// stillFull tells whether a session in the place of one that was just left was refused as one too many.
func (s *Session) stillFull() bool {
	c := s.Closed
	return s.Intent.Freed && !s.Welcomed() && c != nil && c.By == history.ByServer && c.Code == closeTryLater
}

// placesFreed remembers, for each user, the refusals that no welcome has followed.
func placesFreed() Hooks {
	type refusals struct {
		user        *User
		begun       time.Duration
		first, last uint64
		times       int
	}
	waiting := map[*User]refusals{}
	return Hooks{
		Frame: func(v *View) {
			s := v.Session
			if r, refused := waiting[s.User]; refused && s.Intent.Freed && s.WelcomeSeq == v.Record.Seq {
				delete(waiting, s.User)
				v.ReportAs(false, v.Here(r.first, r.last), "the place of a session that was left was free only after %s and %d refusals", s.DialAt-r.begun, r.times)
			}
		},
		SessionEnd: func(v *View) {
			s := v.Session
			if !s.stillFull() {
				return
			}
			r, refused := waiting[s.User]
			if !refused {
				r = refusals{user: s.User, begun: s.DialAt, first: s.DialSeq}
			}
			r.times++
			r.last = s.CloseSeq
			waiting[s.User] = r
		},
		End: func(v *View) {
			for _, r := range slices.SortedFunc(maps.Values(waiting), func(a, b refusals) int { return cmp.Compare(a.first, b.first) }) {
				v.User = r.user
				v.Report([]uint64{r.first, r.last}, "the place of a session that was left is not free again: %d refusals with %s", r.times, closeCode(closeTryLater))
			}
			v.User = nil
		},
	}
}
