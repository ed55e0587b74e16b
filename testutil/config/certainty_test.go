package config

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRuns(t *testing.T) {
	for _, row := range []struct {
		vars map[string]string
		want int
	}{
		{nil, 99},
		{with(nil, "STAGING_MAX_FAILURE_RATE=0.05", "STAGING_CONFIDENCE=0.9"), 45},
		{with(nil, "STAGING_MAX_FAILURE_RATE=0.01", "STAGING_MAX_RUNS=299"), 299},
		{with(nil, "STAGING_MAX_FAILURE_RATE=0.5", "STAGING_CONFIDENCE=0.1", "STAGING_MAX_RUNS=1"), 1},
		{remote("STAGING_MAX_RUNS=99"), 99},
	} {
		c, err := Parse(row.vars, nil)
		require.NoError(t, err)
		assert.Equal(t, row.want, c.Runs())
	}
}

func TestWhatCannotBeHadTogetherIsRefused(t *testing.T) {
	for _, row := range []struct {
		vars map[string]string
		want string
	}{
		{with(nil, "STAGING_MAX_RUNS=98"), "STAGING_MAX_RUNS is 98, and it takes 99 runs to rule a failure rate of 0.03 out with confidence 0.95: " +
			"set it to that, or set STAGING_MAX_FAILURE_RATE to 0.0302, or set STAGING_CONFIDENCE to 0.9494"},
		{with(nil, "STAGING_MAX_FAILURE_RATE=0.01"), "takes 299 runs"},
		{with(nil, "STAGING_MAX_FAILURE_RATE=0.00001"), "takes 299572 runs to rule a failure rate of 1e-05 out with confidence 0.95: set STAGING_MAX_FAILURE_RATE to 0.0149, or set STAGING_CONFIDENCE to 0.0019"},
		{with(nil, "STAGING_MAX_FAILURE_RATE=1e-300"), "takes more runs than anybody can make to rule a failure rate of 1e-300 out with confidence 0.95: set STAGING_MAX_FAILURE_RATE to 0.0149"},
	} {
		_, err := Parse(row.vars, nil)
		require.ErrorContains(t, err, row.want)
		assert.Equal(t, []string{"STAGING_MAX_RUNS"}, refused(t, err))
	}
}

func TestWhatIsNoShareIsRefused(t *testing.T) {
	for _, value := range []string{"0", "1", "-0.1", "1.5", "NaN", "Inf", "3%", "3e-400"} {
		for _, variable := range []string{"STAGING_MAX_FAILURE_RATE", "STAGING_CONFIDENCE"} {
			_, err := Parse(with(nil, variable+"="+value), nil)
			assert.Equal(t, []string{variable}, refused(t, err), value)
		}
	}
	for _, value := range []string{"0", "-1", "100001", "many"} {
		_, err := Parse(with(nil, "STAGING_MAX_RUNS="+value), nil)
		assert.Equal(t, []string{"STAGING_MAX_RUNS"}, refused(t, err), value)
	}
}

// What the refusal proposes is taken.
func TestTheValuesThatGoTogetherDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := Config{
			MaxFailureRate: rapid.Float64Range(0.0001, 0.2).Draw(t, "rate"),
			Confidence:     rapid.Float64Range(0.5, 0.9999).Draw(t, "confidence"),
			MaxRuns:        rapid.IntRange(1, 5000).Draw(t, "runs"),
		}
		if asked.Runs() <= asked.MaxRuns {
			return
		}
		var rate, sure float64
		ways := asked.together()
		for _, form := range []string{"set it to that, or set STAGING_MAX_FAILURE_RATE to %g, or set STAGING_CONFIDENCE to %g", "set STAGING_MAX_FAILURE_RATE to %g, or set STAGING_CONFIDENCE to %g"} {
			if n, _ := fmt.Sscanf(ways, form, &rate, &sure); n > 0 {
				break
			}
		}
		with := asked
		with.MaxFailureRate = rate
		require.True(t, rate >= 1 || with.Runs() <= with.MaxRuns, "%s", ways)
		with = asked
		with.Confidence = sure
		require.True(t, sure == 0 || with.Runs() <= with.MaxRuns, "%s", ways)
	})
}

// Nobody said is not never.
func TestFaultRate(t *testing.T) {
	for _, row := range []struct {
		vars map[string]string
		want float64
	}{
		{nil, -1}, {with(nil, "STAGING_FAULT_RATE="), -1}, {with(nil, "STAGING_FAULT_RATE=0"), 0}, {with(nil, "STAGING_FAULT_RATE=1"), 1},
	} {
		c, err := Parse(row.vars, nil)
		require.NoError(t, err)
		assert.InDelta(t, row.want, c.FaultRate, 0)
	}
	for _, value := range []string{"-1", "1.1", "NaN", "x"} {
		_, err := Parse(with(nil, "STAGING_FAULT_RATE="+value), nil)
		assert.Equal(t, []string{"STAGING_FAULT_RATE"}, refused(t, err), value)
	}
}
