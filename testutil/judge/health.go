package judge

import (
	"slices"

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
		Says:  "The agent registry is available and lists its agents.",
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
	if !available || len(list) == 0 {
		v.Report(v.Here(), "the registry is available: %t, and lists %d agents: %s", available, len(list), quote(x.Body))
	}
}
