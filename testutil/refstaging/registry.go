package refstaging

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/agents"
)

// lookup is the correct end of the Lookup chain: exactly the agents that are advertised.
func lookup(name string) (Agent, bool) {
	if !slices.Contains(fixtures.AgentNames, strings.ToLower(name)) {
		return nil, false
	}
	return agents.Lookup(name)
}
