package wire

import (
	"hash/maphash"
	"strings"
	"time"
)

// maxAgents bounds the agents of one run that are told apart; a run has a handful. All names beyond
// share the last place.
const maxAgents = 64

// maxAgentName bounds the bytes of a name that count.
const maxAgentName = 128

// An AgentState counts what one agent of a run did.
type AgentState struct {
	Name                       string // as its first event spelled it
	Started, Completed, Errors int

	open    int
	failing bool // reported an error; its own completion may still follow

	start, end, failure lastSeen
}

// Open is how often the agent was started and has neither completed nor failed since.
func (a *AgentState) Open() int { return a.open }

// close ends one start of the agent, if there is one.
func (a *AgentState) close() bool {
	if a.open == 0 {
		return false
	}
	a.open--
	return true
}

// A roster is the agents of a run, in the order of their first event.
type roster []*AgentState

func (r *roster) named(name string) *AgentState {
	name = name[:min(len(name), maxAgentName)]
	for _, a := range *r {
		if strings.EqualFold(a.Name, name) {
			return a
		}
	}
	if len(*r) == maxAgents {
		return (*r)[maxAgents-1]
	}
	a := &AgentState{Name: strings.Clone(name)}
	*r = append(*r, a)
	return a
}

// onlyOpen is the one agent that is open, or nil if there are several or none.
func (r roster) onlyOpen() *AgentState {
	var only *AgentState
	for _, a := range r {
		if a.open > 0 {
			if only != nil {
				return nil
			}
			only = a
		}
	}
	return only
}

func (r roster) list() []AgentState {
	list := make([]AgentState, len(r))
	for i, a := range r {
		list[i] = *a
	}
	return list
}

// lastSeen remembers the last event of one type and agent, to know its retry. It keeps a hash, so
// that a hostile id costs no memory.
type lastSeen struct {
	known bool
	id    uint64 // 0 without an event_id
	time  time.Time
}

var idSeed = maphash.MakeSeed()

// repeatedBy says whether e is a retry of the event seen before, and remembers e otherwise. Section
// 5.4: a retry has the same event_id, or none, an attempt of 2 or more, and the same timestamp.
func (l *lastSeen) repeatedBy(e *Event) bool {
	now := lastSeen{known: true, time: e.Time}
	if e.EventID != "" {
		now.id = maphash.String(idSeed, e.EventID)
	}
	if l.known && l.id == now.id {
		if now.id != 0 || e.Attempt >= 2 && !e.Time.IsZero() && e.Time.Equal(l.time) {
			return true
		}
	}
	*l = now
	return false
}
