package config

import (
	"fmt"
	"math"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// maxRuns is more than anybody pays for: a greater number is a slip.
const maxRuns = 100_000

// checkCertainty refuses a failure rate, a confidence and a number of runs that cannot be had together. What is
// asked for is never weakened in silence.
func (c *Config) checkCertainty(ps *problems) {
	before := len(*ps)
	for _, share := range []struct {
		variable string
		value    float64
	}{{"STAGING_MAX_FAILURE_RATE", c.MaxFailureRate}, {"STAGING_CONFIDENCE", c.Confidence}} {
		if !(share.value > 0 && share.value < 1) { // nor is it NaN
			ps.add(share.variable, fmt.Sprintf("is %v", share.value), "write a number above 0 and below 1, such as 0.03 for 3 percent")
		}
	}
	if c.MaxRuns < 1 || c.MaxRuns > maxRuns {
		ps.add("STAGING_MAX_RUNS", fmt.Sprintf("is %d", c.MaxRuns), fmt.Sprintf("write a number from 1 to %d", maxRuns))
	}
	if len(*ps) > before || c.Runs() <= c.MaxRuns {
		return
	}
	ps.add("STAGING_MAX_RUNS",
		fmt.Sprintf("is %d, and it takes %s to rule a failure rate of %v out with confidence %v", c.MaxRuns, c.runsInWords(), c.MaxFailureRate, c.Confidence),
		c.together())
}

func (c *Config) runsInWords() string {
	if n := c.Runs(); n < math.MaxInt32 {
		return fmt.Sprintf("%d runs", n)
	}
	return "more runs than anybody can make"
}

// together says which values go together, each as near as possible to what was asked for, with four decimals.
func (c *Config) together() string {
	const decimals = 1e4
	rate := math.Ceil(stat.UpperBound(0, c.MaxRuns, c.Confidence)*decimals) / decimals
	sure := math.Floor(-math.Expm1(float64(c.MaxRuns)*math.Log1p(-c.MaxFailureRate))*decimals) / decimals
	var ways []string
	if c.Runs() <= maxRuns {
		ways = append(ways, "set it to that")
	}
	if rate < 1 {
		ways = append(ways, fmt.Sprintf("set STAGING_MAX_FAILURE_RATE to %v", rate))
	}
	if sure > 0 {
		ways = append(ways, fmt.Sprintf("set STAGING_CONFIDENCE to %v", sure))
	}
	return strings.Join(ways, ", or ")
}
