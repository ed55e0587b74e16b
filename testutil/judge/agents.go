package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// maxAgents bounds the agents of one run that are told apart; a run has a handful.
const maxAgents = 64

// An Agent counts what one agent of a run did, as one session saw it.
type Agent struct {
	Name               string // as its first event spelled it
	Started, Completed int
	Seq                uint64 // its last start or completion
}

// agents counts starts and completions. A frame without a name speaks of the root.
func (v *View) agents() {
	e, st, step := v.Event, v.Stream, &v.Step
	if isError(e.Type) {
		return
	}
	a := st.agent(e.Agent)
	switch e.Type {
	case wire.AgentStarted:
		if a == nil {
			a = st.newAgent(v.word(e.Agent))
		}
		a.Started++
		a.Seq = v.Record.Seq
	case wire.AgentCompleted:
		if a == nil {
			a = st.newAgent(v.word(e.Agent))
		}
		a.Completed++
		a.Seq = v.Record.Seq
		step.Unstarted = a.Completed > a.Started
	default:
		step.Unstarted = e.Agent != "" && len(st.Agents) > 0 && st.Agents[0].Name != "" && (a == nil || a.Completed >= a.Started)
	}
}

func (s *Stream) agent(name string) *Agent {
	for i := range s.Agents {
		if a := &s.Agents[i]; name == "" || a.Name == name || strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

func (s *Stream) newAgent(name string) *Agent {
	if len(s.Agents) == maxAgents {
		return &s.Agents[maxAgents-1]
	}
	s.Agents = append(s.Agents, Agent{Name: name})
	return &s.Agents[len(s.Agents)-1]
}
