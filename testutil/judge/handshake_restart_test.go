package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func (s *story) restarts() { s.note(history.TopicRestart, "") }

// restarted is a story of a session during whose run the backend is restarted.
func restarted(tell func(*job)) func(*story) {
	return func(s *story) {
		j := s.user().connect().ask().started().thinking()
		s.restarts()
		tell(j)
	}
}

var restartTrials = []trial{
	{name: "closed with 1001, and a new session", tell: restarted(func(j *job) {
		j.closed(1001)
		j.person.connect().ask().whole().shut()
	})},
	{name: "closed with 1001, and the next session as well", hard: []string{"handshake/closed", "lifecycle/silence"}, tell: restarted(func(j *job) {
		j.closed(1001)
		j.person.connect().ask().closed(1001)
	})},
	{name: "two sessions, one of them idle, of whom one is closed first", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		j := one.ask().started()
		s.restarts()
		one.closed(1001)
		j.thinking()
		two.closed(1001)
	}},
	{name: "it ends with an outcome", tell: restarted(func(j *job) { j.executing().executed().completed().closed(1001) })},
	{name: "it fails for the restart", tell: restarted(func(j *job) { j.failed().closed(1001) })},
	{name: "a ping that the restart swallowed", tell: restarted(func(j *job) {
		j.send(obj{"type": "ping"}, "", nil)
		j.closed(1001)
	})},
	{name: "provocations that the restart swallowed", tell: func(s *story) {
		c := s.user().connect().provoke(halfJSON, history.Failure).provoke(halfJSON, history.Failure)
		c.send(obj{"type": "ping"}, "", nil)
		s.restarts()
		c.closed(1001)
	}},
	{name: "the outcome that one session heard, and another did not", tell: func(s *story) {
		u := s.user()
		one, two := u.connect(), u.connect()
		j := one.ask().started().thinking().executing()
		s.restarts()
		u.sessions = []*conn{one}
		j.executed().completed()
		two.recv(obj{"type": "heartbeat"}, "")
		one.closed(1001)
		two.closed(1001)
	}},
	{name: "a run that had ended fails", hard: []string{"lifecycle/failed", "lifecycle/one-outcome"}, tell: func(s *story) {
		j := s.user().connect().ask().whole()
		s.restarts()
		j.failed().closed(1001)
	}},
	{name: "the story hangs up first", tell: restarted(func(j *job) { j.shut() })},
	{name: "closed with another code", hard: []string{"handshake/restart"}, about: "did not end with 1001 (going away)", tell: restarted(func(j *job) { j.closed(1000) })},
	{name: "closed with another code, nothing declared", soft: []string{"handshake/restart"}, tell: undeclared(restarted(func(j *job) { j.closed(1012) }))},
	{name: "closed with 1011, nothing declared", hard: []string{"handshake/restart"}, tell: undeclared(restarted(func(j *job) { j.closed(1011) }))},
	{name: "cut", hard: []string{"handshake/restart"}, tell: restarted(func(j *job) { j.cut() })},
	{name: "cut within a frame, nothing declared", soft: []string{"handshake/restart"}, tell: undeclared(restarted(func(j *job) {
		j.ended(history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepFrame, Error: "unexpected EOF"}})
	}))},
	{name: "closed late", hard: []string{"handshake/restart"}, about: "budget 5s", tell: restarted(func(j *job) {
		j.wait(6 * time.Second)
		j.closed(1001)
	})},
	{name: "never closed", hard: []string{"handshake/restart"}, about: "was not closed", tell: restarted(func(j *job) {
		j.wait(6 * time.Second)
		j.shut()
	})},
	{name: "the run before it was silent", hard: []string{"lifecycle/silence"}, tell: func(s *story) {
		c := s.user().connect()
		c.ask().gaveUp("the first event")
		s.restarts()
		c.closed(1001)
	}},
}
