package suite

import (
	"errors"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Session is one WebSocket connection of a user.
type Session struct {
	*staging.Session
	actor
}

// Connect opens a session and returns after its welcome. The session is closed when the story ends.
func (u *User) Connect(options ...staging.ConnectOption) *Session {
	u.story.t.Helper()
	session, err := u.User.Connect(u.story.ctx, options...)
	u.must(err)
	return u.keep(session)
}

// ConnectOn opens a session on which the conversation of a thread can go on. In October, where a session
// has one thread, the target may not offer that: then the criterion "resumed-thread" is not measured and
// ok is false.
func (u *User) ConnectOn(thread string) (session *Session, ok bool) {
	u.story.t.Helper()
	session = u.Connect(staging.Resume(thread))
	if served := session.Thread(); served != "" && served != thread {
		u.story.NotMeasured("resumed-thread", "the target does not let a new session go on with a thread")
		return session, false
	}
	return session, true
}

// keep makes sure that the session is closed when the story ends.
func (u *User) keep(session *staging.Session) *Session {
	s := u.story
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, session)
	return &Session{Session: session, actor: u.actor}
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
	return &Run{Run: run, actor: s.actor, again: func(thread string) {
		s.askAgain(p, slices.Concat(options, []staging.AskOption{staging.OnThread(thread)}))
	}}
}

// Ping waits for the pong to a ping.
func (s *Session) Ping() {
	s.story.t.Helper()
	s.do(s.Session.Ping)
}

// Listen lets the session hear what may come, for the budget Settle.
func (s *Session) Listen() {
	s.story.t.Helper()
	s.do(s.Session.Settle)
}

// Heartbeat waits for the reply to a heartbeat.
func (s *Session) Heartbeat() {
	s.story.t.Helper()
	s.do(s.Session.Heartbeat)
}

// Announce says that the client is there, and waits for the reply.
func (s *Session) Announce() {
	s.story.t.Helper()
	s.do(s.Session.Announce)
}

// Disconnect says that the client is about to leave, and waits for the reply. The session stays open.
func (s *Session) Disconnect() {
	s.story.t.Helper()
	s.do(s.Session.Disconnect)
}

// Typing says that the user starts or stops typing, and waits for the reply.
func (s *Session) Typing(thread string, started bool) {
	s.story.t.Helper()
	s.must(s.Session.Typing(s.story.ctx, thread, started))
}

// Idle does nothing until the server shows that it is still there, for the budget Idle at most. Whether it has
// to is for the judge; that the session lives is seen by what the story does next.
func (s *Session) Idle() {
	s.story.t.Helper()
	if err := s.Session.Idle(s.story.ctx); !expired(err) {
		s.must(err)
	}
}

// Provoke sends a message that is wrong, and waits for what answers it.
func (s *Session) Provoke(p staging.Provocation) {
	s.story.t.Helper()
	s.must(s.Session.Provoke(s.story.ctx, p))
}

// Burst sends n frames at once.
func (s *Session) Burst(n int) {
	s.story.t.Helper()
	s.must(s.Session.Burst(s.story.ctx, n))
}

// Close closes the session as a client does that leaves.
func (s *Session) Close() {
	s.story.t.Helper()
	s.do(s.Session.Close)
}

// A Run is an agent at work on a prompt.
type Run struct {
	*staging.Run
	actor
	again func(thread string) // asks the same on a thread
}

// Wait returns the answer when the run has ended well. A run that was expected to fail, and did, has
// an empty answer. So has one that claims another user's ids and was refused, or met with silence: what of
// that the target may do is for the judge, and the story goes on.
func (r *Run) Wait() staging.Answer {
	r.story.t.Helper()
	answer, err := r.Run.Wait(r.story.ctx)
	if r.Claims() && expired(err) {
		return answer
	}
	if expired(err) && answer.Events == 0 && r.story.series == nil { // a series has other runs to compare with
		r.story.silence.Do(func() { r.again(answer.Thread) })
	}
	r.must(err)
	return answer
}

// askAgain finds out for the diagnosis of a story that has failed what it is that met with silence: the session,
// the prompt, or only the first one on its thread. What comes of it is in the history.
func (s *Session) askAgain(p prompts.Prompt, options []staging.AskOption) {
	if s.Session.Ping(s.story.ctx) != nil {
		return
	}
	if run, err := s.Session.Ask(p, options...); err == nil {
		_, _ = run.Wait(s.story.ctx)
	}
}

// expired tells whether a wait ended because its budget ran out, which the history says as well.
func expired(err error) bool {
	var wait *staging.WaitError
	return errors.As(err, &wait) && wait.Cause == nil
}

// Begun returns when the run's first event has arrived.
func (r *Run) Begun() *Run {
	r.story.t.Helper()
	r.do(r.Run.Begun)
	return r
}

// Lost blocks until the session of the run has ended without the run's outcome, as it does when the
// server goes away, and ends the story if the run is answered after all.
func (r *Run) Lost() {
	r.story.t.Helper()
	var ended *staging.ClosedError
	if _, err := r.Run.Wait(r.story.ctx); !errors.As(err, &ended) {
		r.must(errors.Join(errors.New("the run was to be lost with its session, and was not"), err))
	}
}

// Overhear returns when the session has heard the outcome of a run that was asked in another session of the
// user, or the budget for it is used up. Whether a run goes on when its session is left is for the judge. A
// target that declares direct replies sends it to nobody else (websocket.md 7): then there is nothing to wait for.
func (s *Session) Overhear(r *Run) {
	s.story.t.Helper()
	if wire.DeclaredShape(s.story.deployment.Config.EventShape).Direct() {
		return
	}
	if err := s.Session.Overhear(s.story.ctx, r.Run); !expired(err) {
		s.must(err)
	}
}

// OneThread tells whether the session serves one thread only, as those of October do.
func (s *Session) OneThread() bool { return s.Thread() != "" }
