package proof

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// intermittent is an entry whose fault heeds a rate.
func intermittent(id string) regressions.Entry {
	e := entry(id, "one-run")
	e.Chance = 0.5
	return e
}

// At rate 0 nothing strikes, so that every story must be green, in every round.
func TestNothingStrikesAtRateZero(t *testing.T) {
	o := with(t, intermittent("auth-unseen"), intermittent("auth-seldom"), intermittent("auth-hangs"), entry("auth-caught", "one-run"))
	o.Rate, o.Rounds, o.Seed, o.Share, o.Limit = 0, 3, 1, 0.5, time.Second
	o.Only = []string{"auth-unseen", "auth-seldom"}
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	assert.ErrorAs(t, report.Err(), &Miss{})
	require.Len(t, report.Results, 2)
	quiet, alarm := report.Results[0], report.Results[1]
	assert.Equal(t, Quiet, quiet.Outcome, quiet.Why)
	assert.Equal(t, [2]int{3, 3}, [2]int{quiet.Caught, quiet.Rounds})
	assert.Equal(t, Alarm, alarm.Outcome)
	assert.Equal(t, "red by auth/token, although nothing struck", alarm.Why)
	assert.Equal(t, [2]int{2, 3}, [2]int{alarm.Caught, alarm.Rounds})
	assert.DirExists(t, alarm.Kept)

	o.Only = []string{"auth-hangs"}
	report, err = Run(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, Hung, report.Results[0].Outcome)

	o.Only = []string{"auth-caught"}
	_, err = Run(t.Context(), o)
	assert.ErrorContains(t, err, "heeds no rate")
}

// Without --only all that heed a rate are tried.
func TestWhatHeedsNoRateIsLeftOutAtRateZero(t *testing.T) {
	o := with(t, intermittent("auth-unseen"), entry("auth-caught", "one-run"))
	o.Rate = 0
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Len(t, report.Results, 1)
	assert.Equal(t, Quiet, report.Results[0].Outcome)
}
