package judge

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// waitAgain makes the story give up where, after the damage, it would still wait for an outcome.
func (s *story) waitAgain() {
	for i := 0; i < len(s.records); i++ {
		closing := s.records[i]
		if closing.Kind != history.Close {
			continue
		}
		for _, prompt := range s.records[:i] {
			if prompt.Kind == history.Send && prompt.Run != "" && prompt.Session == closing.Session && !s.ends(prompt) {
				s.records = slices.Insert(s.records, i, &history.Record{
					Kind: history.Note, User: prompt.User, Session: prompt.Session, Run: prompt.Run, At: closing.At,
					Note: &history.Remark{Topic: history.TopicGaveUp, Text: "outcome"},
				})
				i++
			}
		}
	}
	for i, r := range s.records {
		r.Seq = uint64(i + 1)
	}
}

// ends tells whether the client saw the end of the prompt's run.
func (s *story) ends(prompt *history.Record) bool {
	var track wire.Tracker
	for _, i := range s.eventRecords() {
		if r := s.records[i]; r.Run == prompt.Run && r.Session == prompt.Session {
			track.Observe(r.Event)
		}
	}
	return track.Ended() || track.Quiet()
}

// eventRecords are the indices of the events of runs.
func (s *story) eventRecords() []int {
	var list []int
	for i, r := range s.records {
		if r.Kind == history.Recv && r.Run != "" {
			list = append(list, i)
		}
	}
	return list
}

// alike counts the events of a session that are of the same run, type and agent.
func (s *story) alike(r *history.Record) (n int) {
	for _, i := range s.eventRecords() {
		o := s.records[i]
		if o.Run == r.Run && o.Session == r.Session && o.Event.Type == r.Event.Type {
			n++
		}
	}
	return n
}

// alone tells whether the session is the only one of its user that heard the run.
func (s *story) alone(r *history.Record) bool {
	for _, i := range s.eventRecords() {
		if o := s.records[i]; o.Run == r.Run && o.Session != r.Session {
			return false
		}
	}
	return true
}

// drop loses an event. One thought of several is not missed, nor any thought of a run that fails, nor
// the completion that may follow an error (websocket.md 5.4).
func drop(_ *rapid.T, s *story, i int) (legal bool) {
	r := s.records[i]
	optional := r.Event.Type == wire.AgentThinking && (s.alike(r) > 1 || s.fails(r)) || r.Event.Type == wire.AgentCompleted && r.Event.Success == wire.False
	legal = optional && s.alone(r)
	s.records = slices.Delete(s.records, i, i+1)
	return legal
}

// repeat delivers an event again as it is, without calling it a retry.
func repeat(_ *rapid.T, s *story, i int) (legal bool) {
	again := *s.records[i]
	s.records = slices.Insert(s.records, i+1, &again)
	return false
}

// sendTwice sends an event again, under another id. Thoughts may repeat, and an agent of a run that
// fails need not complete as often as it started.
func sendTwice(_ *rapid.T, s *story, i int) (legal bool) {
	again := *s.records[i]
	event := *again.Event
	event.EventID += "0"
	again.Event = &event
	s.records = slices.Insert(s.records, i+1, &again)
	mayRepeat := event.Type == wire.AgentThinking || event.Type == wire.AgentStarted && s.fails(&again)
	return mayRepeat && s.alone(&again)
}

// swap exchanges an event with the next one of its run and session. Agents work side by side, and
// thoughts come when they come; of these only the timestamps go back, which is advice (V17).
func swap(_ *rapid.T, s *story, i int) (legal bool) {
	r := s.records[i]
	for k := i + 1; k < len(s.records); k++ {
		o := s.records[k]
		if o.Run != r.Run || o.Session != r.Session || o.Kind != history.Recv {
			continue
		}
		r.Frame, o.Frame = o.Frame, r.Frame
		r.Event, o.Event = o.Event, r.Event
		return s.mayFollow(r, o)
	}
	return true // it was the last
}

// mayFollow tells whether two neighbours, which were swapped, may stand in this order as well.
func (s *story) mayFollow(now, then *history.Record) bool {
	a, b := now.Event, then.Event
	thinks := func(e *wire.Event) bool { return e.Type == wire.AgentThinking }
	tool := func(e *wire.Event) bool { return e.Type == wire.ToolExecuting || e.Type == wire.ToolCompleted }
	switch {
	case thinks(a) && thinks(b):
		return true
	case a.Agent != b.Agent: // neighbours of two agents, unless one of them is the root at either end
		return b.Type != wire.AgentStarted || s.firstOf(now) != now
	case thinks(b) && tool(a), thinks(a) && tool(b):
		return s.thoughtBefore(now)
	case a.Type == wire.ToolExecuting && b.Type == wire.ToolCompleted: // the next tool starts before this one is done
		return true
	}
	return false
}

// fails tells whether the story provoked the failure of the record's run.
func (s *story) fails(r *history.Record) bool {
	return slices.ContainsFunc(s.records, func(o *history.Record) bool {
		return o.Kind == history.Send && o.Run == r.Run && o.Intent.Expect == history.Failure
	})
}

func (s *story) firstOf(r *history.Record) *history.Record {
	for _, i := range s.eventRecords() {
		if o := s.records[i]; o.Run == r.Run && o.Session == r.Session {
			return o
		}
	}
	return nil
}

// thoughtBefore tells whether the run had a thought before the record.
func (s *story) thoughtBefore(r *history.Record) bool {
	for _, o := range s.records {
		if o == r {
			return false
		}
		if o.Run == r.Run && o.Session == r.Session && o.Kind == history.Recv && o.Event.Type == wire.AgentThinking {
			return true
		}
	}
	return false
}

// misroute delivers an event to a session of another user instead. The client knows no run for it.
func misroute(t *rapid.T, s *story, i int) (legal bool) {
	r := s.records[i]
	var others []*history.Record
	for _, o := range s.records[:i] {
		if o.Kind == history.Recv && o.User != r.User {
			others = append(others, o)
		}
	}
	if len(others) == 0 {
		return true
	}
	to := rapid.SampledFrom(others).Draw(t, "to")
	r.User, r.Session, r.Run = to.User, to.Session, ""
	return false
}
