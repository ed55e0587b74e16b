package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// Version is that of the JSON form of a [Report]. A change that an old reader would misunderstand raises it.
const Version = 1

// A Report says of each regression whether the stories find it.
type Report struct {
	Version int      `json:"version"`
	Full    bool     `json:"full"`           // each fault met all stories
	Whole   bool     `json:"whole"`          // no regression was left out
	Rate    float64  `json:"rate"`           // of intermittent faults; 0: they never strike; negative: as the catalogue says
	Seed    uint64   `json:"seed"`           // of the first round
	Rounds  int      `json:"rounds"`         // of each fault
	Kept    string   `json:"kept,omitempty"` // folder with outputs and histories of what went wrong
	Results []Result `json:"results"`
}

// A Result is what became of one regression.
type Result struct {
	ID           string   `json:"id"`
	Class        string   `json:"class"` // of an uncatalogued failure: that it is most like, or none
	Uncatalogued bool     `json:"uncatalogued,omitempty"`
	Mode         string   `json:"mode"`
	Expected     []string `json:"expected"` // rules, of which any is enough
	Outcome      Outcome  `json:"outcome"`  // the worst of the rounds that count
	Why          string   `json:"why,omitempty"`
	// Of the first round that caught it:
	Story     string `json:"story,omitempty"`
	Rule      string `json:"rule,omitempty"`
	Ranks     Ranks  `json:"ranks"`
	Renamed   Ranks  `json:"renamed"` // after the target said everything in other words
	Diagnosed bool   `json:"diagnosed"`
	Caught    int    `json:"caught"` // rounds in which it was, or at rate 0 stayed quiet
	Rounds    int    `json:"rounds"` // that were made
	// Seconds are those of all processes, one after the other.
	Seconds float64 `json:"seconds"`
	Kept    string  `json:"kept,omitempty"`
}

// An Outcome says whether a regression was found.
type Outcome string

// The outcomes, the best first.
const (
	Quiet        Outcome = "quiet"        // green, as it must be at rate 0
	Caught       Outcome = "caught"       // red, for an expected reason, and recognised
	Misdiagnosed Outcome = "misdiagnosed" // red for an expected reason, its class not among the first suspects
	OtherRule    Outcome = "other rule"   // red, but for no reason that is expected
	Missed       Outcome = "missed"       // green
	Alarm        Outcome = "false alarm"  // red at rate 0
	Hung         Outcome = "hung"         // the stories did not come to their end
	Unproven     Outcome = "unproven"     // it could not be tried
)

var worse = []Outcome{Quiet, Caught, Misdiagnosed, OtherRule, Missed, Alarm, Hung, Unproven}

func worst(a, b Outcome) Outcome {
	return worse[max(slices.Index(worse, a), slices.Index(worse, b))]
}

// firstSuspects are how many suspects a person is shown.
const firstSuspects = 3

// A Miss is the error of a proof with regressions that were not caught.
type Miss struct{ Missed, Of int }

func (m Miss) Error() string {
	return fmt.Sprintf("%d of %d regressions are not as they must be: see the matrix, and run one alone with --only", m.Missed, m.Of)
}

// Err is a [Miss] unless every regression was caught or, at rate 0, stayed quiet; and otherwise it says what the
// diagnosis does not reach.
func (r Report) Err() error {
	if n := r.count(Caught) + r.count(Quiet); n < len(r.Results) || n == 0 {
		return Miss{len(r.Results) - n, len(r.Results)}
	}
	return r.diagnoses()
}

func (r Report) count(o Outcome) (n int) {
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// begin is the result of a regression that has not been tried.
func begin(e regressions.Entry) Result {
	return Result{ID: e.ID, Class: e.Class, Uncatalogued: e.Uncatalogued, Mode: e.Mode, Expected: e.Rules, Outcome: Caught}
}

// expectation is what the catalogue expects, in words.
func (r Result) expectation() string {
	if len(r.Expected) == 0 {
		return "none"
	}
	return strings.Join(r.Expected, " or ")
}
