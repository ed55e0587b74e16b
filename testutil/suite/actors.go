package suite

import (
	"context"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// An actor ends the story when one of its acts fails.
type actor struct{ story *Story }

// must ends the calling goroutine and fails the story. In a goroutine of Together, FailNow ends only
// the part of that user; Together then ends the test.
func (a actor) must(err error) {
	if err != nil {
		a.story.t.Helper()
		a.story.stop(err)
	}
}

// do acts while the story lasts.
func (a actor) do(act func(context.Context) error) {
	a.story.t.Helper()
	a.must(act(a.story.ctx))
}

// A User is somebody logged in, with a nonce of her own that her prompts carry.
type User struct {
	*staging.User
	Nonce string
	Chat  *Session // where a story keeps her session from one act to the next
	actor
}

// User logs a fresh user in.
func (s *Story) User() *User {
	s.t.Helper()
	return s.introduce(s.target.Login(s.ctx))
}

func (s *Story) introduce(u *staging.User, err error) *User {
	s.t.Helper()
	actor{s}.must(err)
	return &User{User: u, Nonce: prompts.NewNonce(), actor: actor{s}}
}

// UserLike logs a fresh user in whose id is like another's, where ids derive from addresses.
func (s *Story) UserLike(other *User, like staging.Likeness) *User {
	s.t.Helper()
	u, err := s.target.LoginLike(s.ctx, other.User, like)
	return s.introduce(u, err)
}

// Users logs n fresh users in, all at once. The first have ids of unusual forms, since what an id looks like is
// nobody's concern.
func (s *Story) Users(n int) []*User {
	s.t.Helper()
	users := make([]*User, n)
	s.together(n, func(i int) {
		form := staging.Addresses[min(i, len(staging.Addresses)-1)]
		users[i] = s.introduce(s.target.Login(s.ctx, form))
	})
	return users
}

// Crowd is how many users a story about concurrency brings (STAGING_USERS).
func (s *Story) Crowd() int { return here.config.Users }

// Together lets all users act at the same time and returns when the last is done. What one of them
// cannot do ends her part at once, and the story when all are done.
func (s *Story) Together(users []*User, act func(*User)) {
	s.t.Helper()
	s.together(len(users), func(i int) { act(users[i]) })
}

// AtOnce does something n times at the same time and returns when the last is done.
func (s *Story) AtOnce(n int, act func()) {
	s.t.Helper()
	s.together(n, func(int) { act() })
}

func (s *Story) together(n int, act func(i int)) {
	s.t.Helper()
	s.each(n, n, act)
}

// sessionsAtOnce is how many sessions of one user every target allows (websocket.md 6, Configuration
// defaults).
const sessionsAtOnce = 3

// Each acts on each row of a table, on a few rows at a time, and returns when the last is done. Rows must
// not depend on each other. An act has at most one session of a user open.
func Each[T any](s *Story, rows []T, act func(T)) {
	s.t.Helper()
	s.each(len(rows), sessionsAtOnce, func(i int) { act(rows[i]) })
}

// each acts n times, at most at once at the same time. A failed act ends its own part at once, and the
// story when all are done.
func (s *Story) each(n, atOnce int, act func(i int)) {
	s.t.Helper()
	inTurn(n, atOnce, nil, func(i, _ int) { act(i) })
	if s.t.Failed() {
		s.t.FailNow()
	}
}
