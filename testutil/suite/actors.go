package suite

import (
	"sync"

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
	u, err := s.target.Login(s.ctx)
	actor{s}.must(err)
	return &User{User: u, Nonce: prompts.NewNonce(), actor: actor{s}}
}

// Users logs n fresh users in, all at once.
func (s *Story) Users(n int) []*User {
	s.t.Helper()
	users := make([]*User, n)
	s.together(n, func(i int) { users[i] = s.User() })
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

func (s *Story) together(n int, act func(i int)) {
	s.t.Helper()
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { act(i) })
	}
	group.Wait()
	if s.t.Failed() {
		s.t.FailNow()
	}
}

// Verify asks the auth service about the user's token.
func (u *User) Verify() {
	u.story.t.Helper()
	u.must(u.User.Verify(u.story.ctx))
}

// Agents returns the agents that the target advertises.
func (u *User) Agents() []string {
	u.story.t.Helper()
	names, err := u.User.Agents(u.story.ctx)
	u.must(err)
	return names
}

// Execute lets an agent answer over REST.
func (u *User) Execute(agent string, p prompts.Prompt) staging.Answer {
	u.story.t.Helper()
	answer, err := u.User.Execute(u.story.ctx, agent, p)
	u.must(err)
	return answer
}

// Connect opens a session and returns after its welcome. The session is closed when the story ends.
func (u *User) Connect(options ...staging.ConnectOption) *Session {
	u.story.t.Helper()
	session, err := u.User.Connect(u.story.ctx, options...)
	u.must(err)
	u.story.keep(session)
	return &Session{Session: session, actor: u.actor}
}

// A Session is one WebSocket connection of a user.
type Session struct {
	*staging.Session
	actor
}

func (s *Story) keep(session *staging.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, session)
}

func (s *Story) openSessions() []*staging.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []*staging.Session
	for _, session := range s.sessions {
		select {
		case <-session.Done():
		default:
			open = append(open, session)
		}
	}
	return open
}

// Ask sends a prompt.
func (s *Session) Ask(p prompts.Prompt, options ...staging.AskOption) *Run {
	s.story.t.Helper()
	run, err := s.Session.Ask(p, options...)
	s.must(err)
	return &Run{Run: run, actor: s.actor}
}

// Ping waits for the pong to a ping.
func (s *Session) Ping() {
	s.story.t.Helper()
	s.must(s.Session.Ping(s.story.ctx))
}

// Close closes the session as a client does that leaves.
func (s *Session) Close() {
	s.story.t.Helper()
	s.must(s.Session.Close(s.story.ctx))
}

// A Run is an agent at work on a prompt.
type Run struct {
	*staging.Run
	actor
}

// Wait returns the answer when the run has ended well. A run that was expected to fail, and did, has
// an empty answer.
func (r *Run) Wait() staging.Answer {
	r.story.t.Helper()
	answer, err := r.Run.Wait(r.story.ctx)
	r.must(err)
	return answer
}
