package html

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

func sum(t testing.TB, dir string, o summary.Options) *summary.Summary {
	t.Helper()
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, o)
	require.NoError(t, err)
	return s
}

func written(t testing.TB, s *summary.Summary) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Write(&out, s))
	return out.String()
}

// What is lost is said in the first lines, although all that is left is green.
func TestThePageSaysWhatIsLost(t *testing.T) {
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingX")
	s := sum(t, dir, summary.Options{})
	s.Gaps = []string{"package <x>: fail"}
	page := written(t, s)
	header, rest, _ := strings.Cut(page, "</header>")
	assert.Contains(t, header, `the evidence lacks <a href="#gaps"><b>1 thing</b></a>`)
	assert.Contains(t, rest, "<li><b>▲</b> package &lt;x&gt;: fail</li>")
}

// Every sentence of the issue about the document has its place in it.
func TestThePageHasItAll(t *testing.T) {
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrentUserWebSocketConnections", 3)
	sample.Silence(t, dir, "agentregistry", "TestStagingAgentExecutionFullFlow")
	page := written(t, sum(t, dir, summary.Options{
		Detection: &summary.Detection{Caught: 1, Results: []summary.Detected{{ID: "auth-secret-mismatch", Outcome: "caught"}}},
		Trend: &nights.Trend{
			Nights:   []nights.Column{{ID: "night7", Decision: "ROLLBACK"}},
			Phases:   []nights.Line{{Name: "answer", Points: []nights.Phase{{Count: 1, P50: time.Second}}}},
			Stories:  []nights.Told{{Name: "TestStagingX", Outcomes: []string{nights.Red}}},
			Rules:    []nights.Rule{{Rule: "a<b", Times: []int{2}}},
			Findings: []nights.Finding{{Rule: nights.ShiftRule, Message: "<b>slower"}},
		},
		Verdict: summary.Verdict{Decision: summary.Rollback, Confidence: "HIGH", Reasons: []string{"F5 failed"}},
	}))
	for what, want := range map[string]string{
		"the verdict":                      "ROLLBACK",
		"its confidence":                   "confidence HIGH",
		"its reasons":                      "<li>F5 failed</li>",
		"the target":                       "says nothing about any staging",
		"the checklist":                    `<th scope="row">P4</th>`,
		"a finding":                        `<details class="finding" id="f1">`,
		"its rule's sentence":              "What a correct system does: ",
		"its proof, framed":                `class="proof"`,
		"the frames":                       `"type": "agent_started"`,
		"suspects":                         "It looks like:",
		"the command":                      "go test ./e2e/concurrentusers -run",
		"a replay":                         "staging replay ",
		"the distribution":                 `class="bars"`,
		"its budget":                       "budget 5 s",
		"a phase beyond its budget":        `class="over"`,
		"the isolation matrix":             `<td class="leak">✘`,
		"the detection matrix":             "auth-secret-mismatch",
		"the trend":                        "trend/shift: &lt;b&gt;slower",
		"its rules":                        `aria-label="2 findings of a&lt;b over 1 night"`,
		"its nights":                       `<th scope="row">night7</th>`,
		"its bars":                         `aria-label="medians of answer over 1 night, from 1 s to 1 s"`,
		"what is missing":                  "no output of go test -json",
		"the budgets of a story":           "Budgets: connect 5 s",
		"the language for a screen reader": `<html lang="en">`,
	} {
		assert.Contains(t, page, want, what)
	}
	assert.NotRegexp(t, `(?i)<(link|img|iframe|object|embed|base|form)\b|\b(src|srcset|action)=["']|url\(|@import`, outsideText(page), "it needs something else")
	assert.Equal(t, 1, strings.Count(page, "<script"))
}

// outsideText is the page without what it quotes.
func outsideText(page string) string {
	return regexp.MustCompile(`>[^<]*<`).ReplaceAllString(page, "><")
}

func TestAnEmptySummaryIsAPage(t *testing.T) {
	page := written(t, &summary.Summary{Verdict: summary.Verdict{Decision: summary.NoDecision}})
	assert.Contains(t, page, "No story is red.")
	assert.Contains(t, page, "NO DECISION")
}

// The bound of the issue: 10,000 events stay below 5 MiB, and so does more.
func TestTheFileStaysSmall(t *testing.T) {
	const most = 5 << 20
	for _, events := range []int{10_000, 14_000} {
		dir := t.TempDir()
		sample.Long(t, dir, "goldenpath", "TestStagingLong", events)
		sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrent", 40)
		s := sum(t, dir, summary.Options{})
		page := written(t, s)
		assert.Less(t, len(page), most, "%d events", events)
		t.Logf("%d events: %.1f MiB", events, float64(len(page))/(1<<20))
		if s.Stories[0].Records+s.Stories[1].Records > maxRecords {
			assert.Contains(t, page, "left out", "it says what it lacks")
		}
	}
}

func TestHundredsOfFindingsStaySmall(t *testing.T) {
	dir := t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrent", 3)
	s := sum(t, dir, summary.Options{})
	leak := s.Stories[0]
	for range 9 {
		leak.Findings = append(leak.Findings, leak.Findings...)
		if len(leak.Findings) > 2000 {
			break
		}
	}
	page := written(t, s)
	assert.Less(t, len(page), 5<<20)
	assert.LessOrEqual(t, strings.Count(page, `aria-label="time line of finding`), maxPictures)
}

func BenchmarkWrite(b *testing.B) {
	dir := b.TempDir()
	sample.Long(b, dir, "goldenpath", "TestStagingLong", 5_000)
	s := sum(b, dir, summary.Options{})
	for b.Loop() {
		written(b, s)
	}
}
