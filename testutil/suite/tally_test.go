package suite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// asked is a series of runs u1.r1, u1.r2, …, of which the first ended well.
func asked(runs, well int) *series {
	s := newSeries(config.Config{MaxFailureRate: 0.03, Confidence: 0.95, MaxRuns: 200})
	for i := range runs {
		ended := s.begin(fmt.Sprintf("u1.r%d", i+1))
		if i < well {
			ended()
		}
	}
	return s
}

func TestTally(t *testing.T) {
	about := func(run string) judge.Finding { return judge.Finding{Rule: "lifecycle/failed", Hard: true, Run: run} }
	for name, row := range map[string]struct {
		series   *series
		findings []judge.Finding
		clean    bool
		want     string
	}{
		"a green one": {asked(99, 99), nil, true,
			"0 of 99 runs failed: the failure rate is at most 2.98 % with 95 % confidence (one-sided; 3 % is to be ruled out); two-sided 95 % interval 0 % to 3.66 %"},
		"advice is no failure": {asked(99, 99), []judge.Finding{{Rule: "latency/slow", Run: "u1.r3"}}, true, "0 of 99 runs failed: the failure rate is at most 2.98 %"},
		"a failure, of which there are two findings": {asked(18, 17), []judge.Finding{about("u1.r18"), about("u1.r18")}, false,
			"1 of 18 runs failed (5.56 %); two-sided 95 % interval 0.141 % to 27.3 %; 99 were meant, and nothing was asked after the first failure: " +
				"the rate is too high on average, and the interval that of a number of runs fixed beforehand"},
		"the last one":              {asked(99, 99), []judge.Finding{about("u1.r99")}, false, "1 of 99 runs failed (1.01 %); two-sided 95 % interval 0.0256 % to 5.5 %"},
		"one that was cut off":      {asked(3, 2), nil, false, "1 of 3 runs failed"},
		"a finding about no run":    {asked(99, 99), []judge.Finding{about("")}, false, "0 of 99 runs failed; two-sided 95 % interval 0 % to 3.66 %; what failed is about no single run, so that no rate is ruled out"},
		"a run of another series":   {asked(99, 99), []judge.Finding{about("u9.r1")}, false, "0 of 99 runs failed; "},
		"stopped by what is no run": {asked(9, 9), []judge.Finding{about("")}, false, "0 of 9 runs failed; two-sided 95 % interval 0 % to 33.6 %; 99 were meant"},
		"nothing was asked":         {asked(0, 0), []judge.Finding{about("")}, false, "0 of 0 runs failed; two-sided 95 % interval 0 % to 100 %; 99 were meant"},
		"too few":                   {asked(98, 98), nil, false, "0 of 98 runs failed; "},
	} {
		t.Run(name, func(t *testing.T) {
			got := row.series.tally(row.findings)
			assert.Equal(t, row.clean, got.clean())
			assert.Contains(t, got.String(), row.want)
			assert.Equal(t, row.clean, strings.Contains(got.String(), "at most"), "only a clean series bounds the rate")
		})
	}
}
