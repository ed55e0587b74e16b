package judge

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trials are stories that break rules, by family.
var trials = map[string][]trial{
	"infra":       infraTrials,
	"auth":        authTrials,
	"handshake":   handshakeTrials,
	"provoked":    provokedTrials,
	"october":     octoberTrials,
	"restart":     restartTrials,
	"limit":       limitTrials,
	"reconnect":   reconnectTrials,
	"lifecycle":   lifecycleTrials,
	"events":      eventTrials,
	"answer":      answerTrials,
	"streams":     streamTrials,
	"starts":      startTrials,
	"isolation":   isolationTrials,
	"latency":     latencyTrials,
	"together":    togetherTrials,
	"hygiene":     hygieneTrials,
	"health":      healthTrials,
	"refusal":     refusalTrials,
	"recovery":    recoveryTrials,
	"refresh":     refreshTrials,
	"verify":      verifyTrials,
	"cors":        corsTrials,
	"environment": environmentTrials,
	"urls":        servedURLTrials,
	"threads":     threadTrials,
	"deployed":    bare(revisionTrials, startupTrials, startTimeTrials),
	"versions":    oneVersionTrials,
	"proof":       bare(proofTrials),
}

// measuredTrials are stories that are judged by a few rules, together with what becomes of a criterion.
func measuredTrials() []measured {
	return slices.Concat(rateTrials(), hiddenTrials(), slowerTrials(), useTrials(), unsaidTrials(), platformTrials(), refusedAgainTrials(), slowingTrials())
}

func TestBrokenStories(t *testing.T) {
	for family, list := range trials {
		t.Run(family, func(t *testing.T) { run(t, list) })
	}
}

// A rule that has never been red is not trusted (catalogue README, rule 9).
func TestEveryRuleIsBrokenByAStory(t *testing.T) {
	broken := map[string]bool{}
	for _, list := range trials {
		for _, try := range list {
			for _, id := range slices.Concat(try.hard, try.soft) {
				broken[id] = true
			}
		}
	}
	for _, try := range measuredTrials() {
		for _, id := range slices.Concat(try.hard, try.soft) {
			broken[id] = true
		}
	}
	for _, rule := range Standing() {
		assert.True(t, broken[rule.ID], "no story breaks %s", rule.ID)
	}
}

func TestStandingRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range Standing() {
		require.Regexp(t, `^[a-z]+/[a-z-]+$`, rule.ID)
		require.False(t, seen[rule.ID], "%s is there twice", rule.ID)
		seen[rule.ID] = true
		require.Regexp(t, `^[A-Z].*\.$`, rule.Says, rule.ID)
		require.NotEmpty(t, rule.Source, rule.ID)
		hooks := rule.Hooks
		if rule.State != nil {
			hooks = rule.State()
		}
		heard := false
		for m := range moments {
			heard = heard || hooks.at(m) != nil
		}
		require.True(t, heard, "%s listens to nothing", rule.ID)
	}
}
