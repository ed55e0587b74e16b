package diagnosis

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A team is the agents of one run: the lead, which starts first, and those that work for it.
type team struct {
	lead string
	left map[string]int // of the others: how many more times they started than completed
	done bool           // the lead completed
	ends int            // completions of the others
}

func (t *team) hear(e *wire.Event) {
	switch e.Type {
	case wire.AgentStarted:
		if t.left == nil {
			t.lead, t.left = strings.Clone(e.Agent), map[string]int{}
		}
		if e.Agent != t.lead {
			t.add(e.Agent, 1)
		}
	case wire.AgentCompleted:
		if e.Agent == "" || t.lead == "" || e.Agent == t.lead || t.left[e.Agent] == 0 {
			t.done = true
			return
		}
		t.add(e.Agent, -1)
		t.ends++
	}
}

// add counts in memory of its own: the key of a map is the last that was assigned, and would keep its frame.
func (t *team) add(agent string, n int) {
	t.left[strings.Clone(agent)] += n
}

// parts returns how many agents that work for others have not completed, and how many have.
func (t *team) parts() (open, ended int) {
	for _, left := range t.left {
		open += left
	}
	return open, t.ends
}
