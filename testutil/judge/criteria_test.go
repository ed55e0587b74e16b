package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// criteriaOf are the criteria of a story, and its findings, under a rule of X1 that hears notes.
func criteriaOf(s *story, hear func(*View, string)) ([]Criterion, []Finding) {
	rule := Rule{ID: "x/one", Hard: true, Criterion: "X1", Hooks: Hooks{Note: func(v *View) {
		if v.Record.Note.Topic == history.TopicWaited {
			hear(v, v.Record.Note.Text)
		}
	}}}
	j := New(s.header, append([]Rule{rule}, storyRules...)...)
	var found []Finding
	for _, r := range s.records {
		found = append(found, j.Observe(r)...)
	}
	found = append(found, j.Finish()...)
	return j.Criteria(), found
}

func TestVerdictsOfACriterion(t *testing.T) {
	const begun, noted = history.TopicMeasures + "=X1", history.TopicNotMeasured + "=X1: no log access"
	for _, try := range []struct {
		name  string
		notes string // what happens, in words separated by "|"
		want  string // "verdict: reason records"
		found string // of infra/not-measured
	}{
		{"nobody spoke of it", "finds|lacks", "", ""},
		{"begun, and no rule saw any evidence", begun, "not measured: the history holds no evidence of it []", "hard"},
		{"measured", begun + "|measured", "pass:  []", ""},
		{"measured before it began", "measured|" + begun, "pass:  []", ""},
		{"measured in part", begun + "|measured|lacks", "not measured: lacks access [3]", "hard"},
		{"lacked before it began", "lacks|" + begun + "|measured", "not measured: lacks access [1]", "hard"},
		{"two reasons, one of them twice", begun + "|lacks|" + noted + "|lacks", "not measured: lacks access; no log access [2 3]", "hard"},
		{"noted, never begun", noted, "not measured: no log access [1]", "hard"},
		{"noted, although measured", begun + "|" + noted + "|measured", "not measured: no log access [2]", "hard"},
		{"failed", begun + "|measured|finds", "fail: x/one: it is broken [3]", ""},
		{"failed, and not measured", begun + "|finds|lacks|" + noted, "fail: x/one: it is broken [2]", ""},
		{"failed twice", begun + "|finds|breaks", "fail: x/one: it is broken (and 1 more) [2]", ""},
		{"failed twice in the same way", begun + "|finds|finds", "fail: x/one: it is broken [2]", ""},
		{"advice fails nothing", begun + "|measured|advises", "pass:  []", ""},
		{"no reason given", history.TopicNotMeasured + "=X1", "not measured: the story does not say why [1]", "hard"},
		{"text that is not harmless", history.TopicNotMeasured + "=X1: a\x1b[0m\nb", `not measured: a\x1b[0m\nb [1]`, "hard"},
	} {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			for _, word := range strings.Split(try.notes, "|") {
				topic, text, isNote := strings.Cut(word, "=")
				if !isNote {
					topic, text = history.TopicWaited, word
				}
				s.note(topic, text)
			}
			all, found := criteriaOf(s.end(), func(v *View, word string) {
				switch word {
				case "finds":
					v.Report(nil, "it is broken")
				case "breaks":
					v.Report(nil, "it breaks")
				case "advises":
					v.ReportAs(false, nil, "it could be better")
				case "measured":
					v.Measured("X1")
				case "lacks":
					v.Unmeasured("X1", nil, "lacks %s", "access")
				}
			})
			got, missing := "", ""
			for _, c := range all {
				require.Equal(t, "X1", c.ID)
				got += fmt.Sprintf("%s: %s %v", c.Verdict, c.Reason, c.Records)
			}
			for _, f := range found {
				if f.Rule == "infra/not-measured" {
					missing += map[bool]string{true: "hard", false: "soft"}[f.Hard]
				}
			}
			assert.Equal(t, try.want, got)
			assert.Equal(t, try.found, missing)
		})
	}
}

func TestCriteriaThatMayStayUnmeasured(t *testing.T) {
	s := newStory()
	s.header.AllowUnmeasured = []string{"X1"}
	s.note(history.TopicMeasures, "X1")
	s.note(history.TopicMeasures, "X2")
	all, found := criteriaOf(s.end(), nil)
	require.Len(t, all, 2)
	for _, c := range all {
		assert.Equal(t, NotMeasured, c.Verdict, "allowed is not passed")
	}
	assert.Equal(t, []string{"infra/not-measured"}, ids(found, false))
	assert.Contains(t, ids(found, true), "infra/not-measured", "of X2")
}

func TestCriteriaAreBounded(t *testing.T) {
	s := newStory()
	for n := range 10 * maxCriteria {
		s.note(history.TopicNotMeasured, fmt.Sprintf("X%d: no log access", n))
		s.note(history.TopicNotMeasured, fmt.Sprintf("X1: reason %d", n))
	}
	all, _ := criteriaOf(s.end(), nil)
	require.Len(t, all, maxCriteria)
	for _, c := range all {
		assert.LessOrEqual(t, len(c.Records), maxWhys)
		assert.Less(t, len(c.Reason), maxWhys*(longest+2))
	}
}
