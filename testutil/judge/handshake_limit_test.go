package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var inItsPlace = &history.Intent{Freed: true}

// full refuses a session as one too many.
func (u *person) full(in *history.Intent) {
	c := u.dial(in).opened()
	c.recv(obj{"type": "error_message", "error_code": "CONNECTION_LIMIT", "error_message": "Too many sessions", "timestamp": c.now()}, "")
	c.ended(history.Closed{By: history.ByServer, Code: 1013, Reason: "Connection limit"})
}

// left is a story in which a session is left, and what comes then.
func left(then func(u *person)) func(*story) {
	return func(s *story) {
		u := s.user()
		u.connect().ask().whole().shut()
		then(u)
	}
}

var limitTrials = []trial{
	{name: "the place is free at once", tell: left(func(u *person) { u.dial(inItsPlace).opened().welcomed().shut() })},
	{name: "the place is free a moment later", soft: []string{"handshake/place-freed"}, about: "and 2 refusals", tell: left(func(u *person) {
		u.full(inItsPlace)
		u.wait(time.Second)
		u.full(inItsPlace)
		u.dial(inItsPlace).opened().welcomed().shut()
		u.dial(inItsPlace).opened().welcomed().shut()
	})},
	{name: "the place is never free again", hard: []string{"handshake/place-freed"}, about: "2 refusals", tell: left(func(u *person) {
		u.full(inItsPlace)
		u.full(inItsPlace)
	})},
	{name: "the place of one user is free, and that of another is not", hard: []string{"handshake/place-freed"}, tell: left(func(u *person) {
		u.story.user().full(inItsPlace)
		u.dial(inItsPlace).opened().welcomed().shut()
	})},
	{name: "the place is free, and then not", hard: []string{"handshake/place-freed"}, tell: left(func(u *person) {
		u.dial(inItsPlace).opened().welcomed().shut()
		u.full(inItsPlace)
	})},
	{name: "a free place, refused in another way", hard: []string{"handshake/refused"}, tell: left(func(u *person) {
		u.dial(inItsPlace).opened().ended(history.Closed{By: history.ByServer, Code: 1011})
	})},
	{name: "a limit where nobody was at it", hard: []string{"handshake/first-frame", "handshake/refused"}, tell: left(func(u *person) { u.full(nil) })},
}
