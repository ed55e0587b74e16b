package proof_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/proof"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

func catalogue(t *testing.T) []regressions.Entry {
	known, err := regressions.All()
	require.NoError(t, err)
	beside, err := regressions.Uncatalogued()
	require.NoError(t, err)
	return append(known, beside...)
}

func planned() (all []proof.Story) {
	for _, e := range e2e.Plan {
		all = append(all, proof.Story{Package: e.Package, Name: e.Story, Exercises: e.Exercises})
	}
	return all
}

func TestDetectionIsFresh(t *testing.T) {
	document, err := os.ReadFile("../../docs/DETECTION.md")
	require.NoError(t, err)
	require.NoError(t, proof.Stale(string(document), catalogue(t), planned()), "docs/DETECTION.md")
}

// The plan speaks of needs that the catalogue knows, and there is a story for each.
func TestEveryNeedIsExercised(t *testing.T) {
	exercised := map[string]bool{}
	for _, s := range planned() {
		assert.NotEmpty(t, s.Exercises, "%s: what does it exercise? (e2e/plan.go)", s.Name)
		assert.Subset(t, regressions.Needs(), s.Exercises, s.Name)
		for _, need := range s.Exercises {
			exercised[need] = true
		}
	}
	for _, need := range regressions.Needs() {
		assert.True(t, exercised[need], "no story exercises %s", need)
	}
}

// What can be proven can be tried: there is a fault, a story, and a rule that finds it.
func TestEveryRegressionCanBeProven(t *testing.T) {
	rules := map[string]bool{}
	for _, r := range judge.Standing() {
		rules[r.ID] = true
	}
	for _, e := range catalogue(t) {
		if !e.Reproducible {
			assert.NotContains(t, faults.IDs(), e.ID)
			continue
		}
		assert.Contains(t, faults.IDs(), e.ID)
		_, err := proof.Chosen(e, planned())
		assert.NoError(t, err, e.ID)
		assert.NotEmpty(t, e.Rules, "%s: which rule must find it?", e.ID)
		for _, rule := range e.Rules {
			assert.True(t, rules[rule], "%s: there is no rule %s", e.ID, rule)
		}
	}
}

// For every rule there is a failure that nobody has catalogued, or a reason why no target can break it.
func TestEveryRuleHasAFailureBesideTheCatalogue(t *testing.T) {
	beside, err := regressions.Uncatalogued()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, e := range beside {
		known[e.Rules[0]] = true
	}
	for _, r := range judge.Standing() {
		assert.True(t, known[r.ID], "%s: which failure that is not in the catalogue breaks it? (fixtures/regressions/uncatalogued.yaml)", r.ID)
	}
}
