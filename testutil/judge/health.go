package judge

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

var healthRules = []Rule{
	{
		ID: "health/status", Hard: true, Source: "http.md 5.1, 3.3",
		Says:  "A health endpoint answers with status ok, healthy or ready in its body; degraded with 200 is not healthy.",
		Hooks: Hooks{Exchange: healthy},
	},
	{
		ID: "health/agents", Hard: true, Source: "http.md 5.4",
		Says:  "The agent registry is available and lists at least the six documented agents.",
		Hooks: Hooks{Exchange: agentsListed},
	},
}

func healthy(v *View) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeHealth && x.Purpose != history.PurposeWarmUp || !succeeded(x) {
		return
	}
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	if s := text(fields, "status"); !slices.Contains([]string{"ok", "healthy", "ready"}, s) {
		v.Report(v.Here(), "%s says status %s: %s", what(x), quote(s), quote(x.Body))
	}
}

func agentsListed(v *View) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeAgents || !succeeded(x) {
		return
	}
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	available, _ := fields["available"].(bool)
	list, _ := fields["supported_agents"].([]any)
	missing := slices.DeleteFunc(slices.Clone(fixtures.AgentNames), func(name string) bool { return slices.Contains(list, any(name)) })
	switch {
	case !available:
		v.Report(v.Here(), "the registry is not available, and lists %d agents: %s", len(list), quote(x.Body))
	case len(missing) > 0:
		v.Report(v.Here(), "the registry does not list %s: %s", strings.Join(missing, ", "), quote(x.Body))
	}
}
