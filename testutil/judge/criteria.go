package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Verdict is what came of a criterion.
type Verdict string

// The verdicts. Not measured is never a pass.
const (
	Pass        Verdict = "pass"
	Fail        Verdict = "fail"
	NotMeasured Verdict = "not measured"
)

// A Criterion is one of issue #891 ("D1", deployment.md 7), or an ability of the target, that a history set
// out to measure or says that it could not.
type Criterion struct {
	ID      string
	Verdict Verdict
	// Reason says why it failed or was not measured, in one line of harmless text; it is empty if it passed.
	Reason string
	// Records are the sequence numbers of a few records that show it, ascending.
	Records []uint64
}

// Criteria returns what became of the criteria so far, by their names; what it says before Finish may
// change. A hard finding of a rule of a criterion fails it, whatever could not be measured besides. It
// passes if a rule had the evidence to judge it, and nobody lacked any.
func (j *Judge) Criteria() []Criterion { return j.view.verdicts() }

// criteria are those that the history speaks of, by name.
type criteria map[string]*measurement

// A measurement is how far a criterion was judged.
type measurement struct {
	begun    bool // the history set out to measure it
	noted    bool // the story says that it could not
	measured bool // a rule had what it takes to judge
	reasons  []string
	records  []uint64
	failures int
	failure  Finding // the first
}

// maxCriteria bounds what a history without end costs: there are six criteria, and some abilities. maxWhys
// bounds the reasons for one, and their records.
const (
	maxCriteria = 64
	maxWhys     = 8
)

// of returns the measurement of a criterion, nil if there are too many.
func (c criteria) of(id string) *measurement {
	m := c[id]
	if m == nil && id != "" && len(c) < maxCriteria {
		m = &measurement{}
		c[strings.Clone(id)] = m
	}
	return m
}

// lack adds a reason why a criterion is not measured.
func (m *measurement) lack(reason string, records ...uint64) {
	if len(m.reasons) < maxWhys && !slices.Contains(m.reasons, reason) {
		m.reasons = append(m.reasons, reason)
		m.records = append(m.records, records[:min(len(records), maxWhys)]...)
	}
}

// measures takes in a note about a criterion.
func (v *View) measures(n *history.Remark) {
	id, reason, _ := strings.Cut(n.Text, ":")
	m := v.criteria.of(strings.TrimSpace(id))
	if m == nil {
		return
	}
	if n.Topic == history.TopicMeasures {
		m.begun = true
		return
	}
	m.noted = true
	if reason = strings.TrimSpace(reason); reason == "" {
		reason = "the story does not say why"
	}
	m.lack(line(reason), v.Record.Seq)
}

// Measuring tells whether the history set out to measure the criterion.
func (v *View) Measuring(criterion string) bool {
	m := v.criteria[criterion]
	return m != nil && m.begun
}

// Measured says that the rule that runs has the evidence to judge the criterion, as far as it is the rule's
// to judge.
func (v *View) Measured(criterion string) {
	if m := v.criteria.of(criterion); m != nil {
		m.measured = true
	}
}

// Unmeasured says that the rule that runs lacks evidence to judge the criterion: then it does not pass. It
// counts only where the history set out to measure it. The reason is one line and says what to do; text of
// a server in it is quoted. Proof is as that of Report.
func (v *View) Unmeasured(criterion string, proof []uint64, reason string, args ...any) {
	if m := v.criteria.of(criterion); m != nil {
		m.lack(prose(reason, args...), v.proof(proof)...)
	}
}

// failed takes in a hard finding of a rule of the criterion.
func (v *View) failed(criterion string, f Finding) {
	m := v.criteria.of(criterion)
	if m == nil {
		return
	}
	if m.failures++; m.failures == 1 {
		m.failure = f
	}
}

func (v *View) verdicts() []Criterion {
	var all []Criterion
	for _, id := range slices.Sorted(maps.Keys(v.criteria)) {
		if m := v.criteria[id]; m.begun || m.noted {
			all = append(all, m.verdict(id))
		}
	}
	return all
}

func (m *measurement) verdict(id string) Criterion {
	switch {
	case m.failures > 0:
		reason := m.failure.Rule + ": " + m.failure.Message
		if m.failures > 1 {
			reason += fmt.Sprintf(" (and %d more)", m.failures-1)
		}
		return Criterion{id, Fail, reason, ascending(m.failure.Records)}
	case len(m.reasons) > 0:
		return Criterion{id, NotMeasured, strings.Join(m.reasons, "; "), ascending(m.records)}
	case !m.measured:
		return Criterion{id, NotMeasured, "the history holds no evidence of it", nil}
	}
	return Criterion{ID: id, Verdict: Pass}
}

func ascending(records []uint64) []uint64 {
	return slices.Compact(slices.Sorted(slices.Values(records)))
}
