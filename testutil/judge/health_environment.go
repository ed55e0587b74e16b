package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var environmentRules = []Rule{{
	ID: "health/environment", Hard: true, Source: "http.md 3.3, 5.4; catalogue, config-environment-misdetected",
	Says:  "Wherever health or public configuration name the target's environment, it is staging.",
	Hooks: Hooks{Exchange: namesEnvironment},
}}

func namesEnvironment(v *View) {
	x := v.Record.Exchange
	if !isHealth(x) && x.Purpose != history.PurposeConfig || !strings.Contains(x.Body, `"environment"`) {
		return // most name none
	}
	said, named := object(x)["environment"].(string)
	if named && !strings.EqualFold(said, "staging") {
		v.Report(v.Here(), "%s says that its environment is %s, want staging", what(x), quote(said))
	}
}
