package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// TestRulesExist keeps the table from naming rules or criteria that nobody knows (any more).
func TestRulesExist(t *testing.T) {
	var rules, criteria []string
	for _, r := range judge.Standing() {
		rules = append(rules, r.ID)
	}
	for _, q := range questions {
		criteria = append(criteria, q.id)
	}
	for _, a := range accusations {
		named := func(id string) bool {
			return id == a.rule || strings.HasSuffix(a.rule, "/") && strings.HasPrefix(id, a.rule)
		}
		assert.True(t, slices.ContainsFunc(rules, named), "no rule is %s", a.rule)
		for _, id := range strings.Fields(a.anywhere + " " + a.showing) {
			assert.Contains(t, criteria, id, a.rule)
		}
	}
	named := slices.Concat(unreached, neutral, []string{loginRefused})
	for _, q := range questions {
		named = append(named, q.endless...)
	}
	for _, id := range named {
		assert.Contains(t, rules, id)
	}
	assert.Subset(t, criteria, slices.Concat(grave, essential))
}

// TestExactRulesComeBeforeTheirGroup since the first that fits is taken.
func TestExactRulesComeBeforeTheirGroup(t *testing.T) {
	for _, a := range accusations {
		assert.Equal(t, a, accusationBy(strings.TrimSuffix(a.rule, "/")+strings.Repeat("/x", strings.Count(a.rule[len(a.rule)-1:], "/"))), a.rule)
	}
}
