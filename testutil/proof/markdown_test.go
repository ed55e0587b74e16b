package proof

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

func TestMarkdownGoesStale(t *testing.T) {
	caught, single, never := entry("auth-caught", "rest"), entry("auth-alone", "rest"), entry("auth-never")
	other := regressions.Entry{ID: "beside-token", Uncatalogued: true, Reproducible: true, Rules: []string{"auth/token"}}
	single.Class, never.Reproducible, never.Why = single.ID, false, "nobody | sees\nit"
	entries := []regressions.Entry{caught, never, single, other}
	one, two, three := begin(caught), begin(single), begin(other)
	one.Story, one.Rule, one.Ranks, one.Diagnosed, one.Seconds = "Two", "auth/login", Ranks{1, 1}, true, 17.5
	two.Story, two.Rule = "One", "auth/token"
	three.Story, three.Rule = "Three", "auth/token"
	document := Report{Results: []Result{one, two, three}}.Markdown(entries)

	assert.Contains(t, document, "| the catalogue, by class | 1 (100 %) | 1 (100 %) | 1 |\n")
	assert.Contains(t, document, "Caught: 2 of 2.")
	assert.Contains(t, document, "Caught: 1 of 1.")
	assert.Contains(t, document, "| beside-token |  | auth/token | Three | auth/token |  | caught |\n")
	assert.Contains(t, document, "| auth-caught | tokens | auth/token, auth/login | Two | auth/login | 1 | caught |\n")
	assert.Contains(t, document, "| auth-alone |  | auth/token, auth/login | One | auth/token | unknown | caught |\n")
	assert.Contains(t, document, `| auth-never | nobody \| sees it |`)
	assert.NotContains(t, document, "17.5", "no timing")
	require.NoError(t, Stale(document, entries, told3))

	for name, change := range map[string]func(all []regressions.Entry, stories *[]Story){
		"another id":         func(all []regressions.Entry, _ *[]Story) { all[0].ID = "auth-b" },
		"another class":      func(all []regressions.Entry, _ *[]Story) { all[2].Class = "tokens" },
		"another rule":       func(all []regressions.Entry, _ *[]Story) { all[2].Rules = []string{"auth/login"} },
		"another reason":     func(all []regressions.Entry, _ *[]Story) { all[1].Why = "because" },
		"one more":           func(all []regressions.Entry, _ *[]Story) { all[1].Reproducible = true },
		"another order":      func(all []regressions.Entry, _ *[]Story) { all[0], all[2] = all[2], all[0] },
		"another beside":     func(all []regressions.Entry, _ *[]Story) { all[3].ID = "beside-login" },
		"a story that is no": func(_ []regressions.Entry, stories *[]Story) { *stories = told3[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			changed, stories := []regressions.Entry{caught, never, single, other}, told3
			change(changed, &stories)
			require.Error(t, Stale(document, changed, stories))
		})
	}
	require.Error(t, Stale(strings.Replace(document, "| auth/login | 1 |", "| infra/tcp | 1 |", 1), entries, told3), "a rule that is not expected")
	two.Outcome = Missed
	require.ErrorContains(t, Stale(Report{Results: []Result{one, two, three}}.Markdown(entries), entries, told3), "auth-alone: it was not caught: missed")
	require.Error(t, Stale("", entries, told3))
}
