package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var environmentRules = []Rule{{
	ID: "health/environment", Hard: true, Source: "http.md 3.3, 5.4; catalogue, config-environment-misdetected",
	Says:  "Wherever health or public configuration name the target's environment, it is staging. One that they name of a part is advice, unless the target declares its shape.",
	Hooks: Hooks{Exchange: namesEnvironment},
}}

func namesEnvironment(v *View) {
	x := v.Record.Exchange
	if !isHealth(x) && x.Purpose != history.PurposeConfig || !strings.Contains(x.Body, `"environment"`) {
		return // most name none
	}
	eachText("", object(x), func(path, said string) {
		inside, named := strings.CutSuffix(path, "environment")
		if !named || inside != "" && !strings.HasSuffix(inside, ".") || strings.EqualFold(said, "staging") {
			return
		}
		v.ReportAs(inside == "" || v.Declared(), v.Here(), "%s says that its %s is %s, want staging", what(x), bounded(path), quote(said))
	})
}
