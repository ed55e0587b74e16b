package summary_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

func mixed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrentUserWebSocketConnections", 3)
	sample.Silence(t, dir, "agentregistry", "TestStagingAgentExecutionFullFlow")
	return dir
}

func sum(t *testing.T, dir string, o summary.Options) *summary.Summary {
	t.Helper()
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, o)
	require.NoError(t, err)
	return s
}

func TestASummarySaysWhatIsWrongFirst(t *testing.T) {
	s := sum(t, mixed(t), summary.Options{})
	require.Len(t, s.Stories, 3)
	assert.Equal(t, []bool{true, true, false}, []bool{s.Stories[0].Red, s.Stories[1].Red, s.Stories[2].Red})
	assert.Equal(t, 1, s.Green())
	leak := s.Stories[1]
	require.NotEmpty(t, leak.Hard())
	for _, f := range leak.Hard() {
		assert.Len(t, f.Lines, len(f.Records), "%s has its proof", f.Rule)
	}
	assert.Equal(t, `go test ./e2e/concurrentusers -run '^TestStagingConcurrentUserWebSocketConnections$' -v`, leak.Rerun)
	assert.NotEmpty(t, leak.Suspects)
	require.NotNil(t, leak.Contacts)
	assert.Positive(t, leak.Contacts.Leaks)
	assert.Positive(t, leak.Contacts.Heard[0][1])
	assert.Zero(t, leak.Contacts.Heard[2][1])
	assert.Contains(t, s.Stories[0].Why[0], "no answer within its budget")
	assert.Equal(t, []summary.Target{{Kind: "embedded", API: "http://127.0.0.1:1", Auth: "http://127.0.0.1:2", Stories: 3}}, s.Targets)
	assert.Len(t, s.Notes, 1, "nobody kept what go test said")
}

func TestTheTestsOfTheIssueAreNeverGreenWithoutEvidence(t *testing.T) {
	results := func(s *summary.Summary) (all []string) {
		for _, test := range s.Tests {
			all = append(all, test.Result)
		}
		return all
	}
	assert.Equal(t, []string{"pass", "fail", "fail", "fail"}, results(sum(t, mixed(t), summary.Options{})))

	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	assert.Equal(t, []string{"pass", "not measured", "not measured", "pass"}, results(sum(t, dir, summary.Options{})))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "tests.jsonl"), []byte(`{"Action":"fail","Package":"x/e2e/goldenpath","Elapsed":1}`+"\n"), 0o600))
	s := sum(t, dir, summary.Options{})
	assert.Equal(t, []string{"fail", "not measured", "not measured", "fail"}, results(s), "go test speaks against it")
	assert.Contains(t, strings.Join(s.Gaps, "\n"), "package goldenpath: fail, and by none of its tests")
	assert.Contains(t, s.Next(), summary.Step{Says: "See to what the evidence lacks, and run what is missing again"})

	require.NoError(t, os.Remove(filepath.Join(dir, "tests.jsonl")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "history.jsonl"), nil, 0o600))
	s = sum(t, dir, summary.Options{})
	assert.Equal(t, []string{"pass", "not measured", "not measured", "fail"}, results(s), "a history is lost")
	assert.Contains(t, strings.Join(s.Gaps, "\n"), "cannot be read")
}

func TestACriterionThatNobodyJudgedIsNotMeasured(t *testing.T) {
	v := summary.Verdict{Decision: summary.Investigate, Confidence: "LOW", Criteria: []summary.Criterion{{ID: "F5", Verdict: summary.Fail, Evidence: sample.Hostile}}}
	s := sum(t, mixed(t), summary.Options{Verdict: v})
	require.Len(t, s.Verdict.Criteria, 13)
	for _, c := range s.Verdict.Criteria {
		assert.NotEmpty(t, c.Asks)
		if c.ID != "F5" {
			assert.Equal(t, summary.NotMeasured, c.Verdict)
			assert.NotEmpty(t, c.Evidence)
		}
	}
	assert.Equal(t, summary.Fail, s.Verdict.Criterion("F5").Verdict)
	assert.NotContains(t, s.Verdict.Criterion("F5").Evidence, "::error")
}

const proven = `{"version":1,"results":[{"id":"auth-x","class":"auth-x","expected":["auth/a"],"outcome":"caught","story":"X","rule":"auth/a","rank":1},{"id":"y","class":"y","uncatalogued":true,"expected":null,"outcome":"missed"}]}`

// trend is one of two nights, with something in every list.
func trend(t *testing.T) *nights.Trend {
	began := sample.Start
	night := nights.Night{
		ID: "1", Began: began, Target: nights.Target{Kind: "remote", API: "https://api.example"}, Decision: summary.Rollback, Revision: "r1",
		Stories:  []nights.Story{{Package: "p", Name: "TestStagingX", Red: true}},
		Phases:   []nights.Phase{{Name: "answer", Count: 1, P50: time.Second, P95: time.Second, P99: time.Second, Max: time.Second}},
		Findings: []nights.Broken{{Rule: "events/order", Hard: true, Times: 1}},
	}
	before := night
	before.ID, before.Began = "0", began.AddDate(0, 0, -1)
	made, err := nights.Over([]nights.Night{night, before}, 10)
	require.NoError(t, err)
	made.Findings = []nights.Finding{{Rule: nights.ShiftRule, Message: "it shifted"}}
	return &made
}

func TestJSONKeepsToItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/report.schema.json")
	require.NoError(t, err)
	detection, err := summary.ReadDetection(strings.NewReader(proven))
	require.NoError(t, err)
	assert.Equal(t, 1, detection.Caught)
	for name, o := range map[string]summary.Options{
		"no decision": {Made: time.Now(), Verdict: summary.Verdict{Decision: summary.NoDecision}},
		"all of it": {Made: sample.Start, Detection: detection, Trend: trend(t), Verdict: summary.Verdict{
			Decision: summary.Rollback, Confidence: "HIGH", Reasons: []string{"F5 failed"},
			Criteria: []summary.Criterion{{ID: "F5", Verdict: summary.Fail, Evidence: "3 findings", Stories: []string{"TestStagingX"}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, sum(t, mixed(t), o).WriteJSON(&out))
			doc, err := jsonschema.UnmarshalJSON(&out)
			require.NoError(t, err)
			require.NoError(t, schema.Validate(doc))
			doc.(map[string]any)["stories"].([]any)[0].(map[string]any)["more"] = 1
			require.Error(t, schema.Validate(doc), "it allows what it does not name")
		})
	}
}

func TestNoFormOfTheModelHasTextThatActs(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sum(t, mixed(t), summary.Options{Verdict: summary.Verdict{Decision: summary.NoDecision, Reasons: []string{sample.Hostile}}}).WriteJSON(&out))
	assert.True(t, json.Valid(out.Bytes()))
	for _, acting := range []string{"::error", "##[", "\x1b", `\u001b[`, "\u202e", "<script"} {
		assert.NotContains(t, strings.ReplaceAll(out.String(), `\\u001b`, ""), acting)
	}
}

func TestADetectionOfAnotherVersionIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", `{"version":2,"results":[{"id":"x"}]}`, `{"version":1,"results":[]}`} {
		_, err := summary.ReadDetection(strings.NewReader(text))
		require.Error(t, err)
	}
}
