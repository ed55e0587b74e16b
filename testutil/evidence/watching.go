package evidence

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// watching is a rule that nothing can break: it sees what the rules see, and gathers what no finding says.
func (s *Story) watching() judge.Rule {
	return judge.Rule{ID: "evidence/watching", Hooks: judge.Hooks{
		Login:  s.login,
		Dial:   func(*judge.View) { s.Sessions++ },
		Frame:  s.frame,
		Event:  s.event,
		Reply:  s.reply,
		RunEnd: s.runEnd,
		Exchange: func(v *judge.View) {
			s.Contacts.met(v)
			if x := v.Record.Exchange; x.Broken == nil && x.Stream == nil {
				s.took(HTTP, x.Took)
			}
			s.Logins.answered(v.Record)
			s.executed(v.Record.Exchange)
		},
		Send: func(v *judge.View) {
			if v.Run != nil && v.Run.SentSeq == v.Record.Seq {
				s.Prompts++
			}
		},
		End: func(v *judge.View) {
			s.Stopped, s.Interrupted = v.Stopped.Text, v.Stopped.Topic == history.TopicInterrupted
			s.serving(v)
		},
	}}
}

// took takes in how long a phase was.
func (s *Story) took(p Phase, d time.Duration) {
	s.Latencies.add(p, d)
	s.Slowest[p] = max(s.Slowest[p], d)
}

// executed takes in the answer of an agent over REST, of which no session heard.
func (s *Story) executed(x *history.Exchange) {
	if x.Broken == nil && (x.Purpose == history.PurposeExecute || x.Purpose == history.PurposeStream) {
		s.Slowest[Answer] = max(s.Slowest[Answer], x.Took)
	}
}

func (s *Story) login(v *judge.View) {
	s.Logins.ended(v.Record.Login)
	if v.User != nil && v.User.Before == nil {
		s.Users++
		s.Contacts.is(v.User.Label)
	}
}

func (s *Story) frame(v *judge.View) {
	s.Contacts.met(v)
	if session := v.Session; session != nil && session.WelcomeSeq == v.Record.Seq {
		s.took(Connect, session.WelcomeAt-session.DialAt)
	}
}

func (s *Story) event(v *judge.View) {
	s.Events++
	switch {
	case !v.Stream.Whole:
	case v.Step.First:
		s.took(FirstEvent, v.Step.Gap)
	case v.Stream.Outcome == wire.Open || v.Step.Concludes:
		s.took(Gap, v.Step.Gap)
	}
}

func (s *Story) reply(v *judge.View) {
	if !v.Answered.Provoked() {
		s.took(Reply, v.Now-v.Answered.At)
	}
}

// runEnd counts a run once, as the session saw it that asked, whoever heard it first.
func (s *Story) runEnd(v *judge.View) {
	if v.Run.Session == nil {
		return
	}
	if stream := v.Run.Stream(v.Run.Session); stream != nil && stream.Outcome != wire.Open {
		s.took(Answer, stream.EndAt-v.Run.SentAt)
	}
}
