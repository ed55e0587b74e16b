package suite

import (
	"fmt"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/stat"
)

func newSeries(c config.Config) *series {
	return &series{wanted: c.Runs(), rate: c.MaxFailureRate, confidence: c.Confidence, ended: map[string]bool{}}
}

// A tally is how many runs of a series failed.
type tally struct {
	failed, of, wanted int
	red                bool // something is wrong, be it about a run or not
	rate, confidence   float64
}

// clean tells whether the tally rules the rate out.
func (t tally) clean() bool { return !t.red && t.failed == 0 && t.of >= t.wanted }

// String says what is known of the failure rate. The bound of a clean tally is one-sided, since nobody minds a
// lower rate; the interval is two-sided. A series that stops at its first failure has seen one in fewer runs
// than it would have otherwise: the rate is then too high on average, which is said, and so is that the interval
// is that of a number of runs that is fixed beforehand.
func (t tally) String() string {
	both := stat.ClopperPearson(t.failed, t.of, t.confidence)
	interval := fmt.Sprintf("two-sided %s interval %s to %s", percent(t.confidence), percent(both.Low), percent(both.High))
	line := fmt.Sprintf("%d of %s failed", t.failed, report.Many(t.of, "run", "runs"))
	if t.clean() {
		return line + fmt.Sprintf(": the failure rate is at most %s with %s confidence (one-sided; %s is to be ruled out); %s",
			percent(stat.UpperBound(0, t.of, t.confidence)), percent(t.confidence), percent(t.rate), interval)
	}
	if t.failed > 0 {
		line += " (" + percent(float64(t.failed)/float64(t.of)) + ")"
	}
	line += "; " + interval
	if t.of < t.wanted {
		line += fmt.Sprintf("; %d were meant, and nothing was asked after the first failure: the rate is too high on average, and the interval that of a number of runs fixed beforehand", t.wanted)
	}
	if t.failed == 0 {
		line += "; what failed is about no single run, so that no rate is ruled out"
	}
	return line
}

// percent writes a share with three digits.
func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
