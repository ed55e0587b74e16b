package markdown_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/markdown"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

func write(t require.TestingT, s *summary.Summary) string {
	var b strings.Builder
	require.NoError(t, markdown.Write(&b, s))
	return b.String()
}

func mixed(t testing.TB) *summary.Summary {
	t.Helper()
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrentUserWebSocketConnections", 3)
	sample.Silence(t, dir, "agentregistry", "TestStagingAgentExecutionFullFlow")
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, summary.Options{Verdict: summary.Verdict{Decision: summary.Rollback, Confidence: "HIGH", Reasons: []string{"F5 failed"}}})
	require.NoError(t, err)
	return s
}

// fields are those that issue #891 fixed (docs/protocol/deployment.md, section 7), in their order.
var fields = []string{
	"# Issue #891 Staging Validation Results",
	"## Deployment Status", "- **Revision ID**: ", "- **Deployment Time**: ", "- **Status**: ", "- **Error Count**: ",
	"## Test Results", "- **Golden Path Test**: ", "- **Agent Registry Test**: ", "- **Concurrent Users Test**: ", "- **WebSocket Infrastructure**: ",
	"## Performance Metrics", "- **WebSocket Connection Time**: ", "- **Agent Response Time**: ", "- **Memory Usage**: ", "- **Error Rate Change**: ",
	"## Issues Discovered", "- ", "## Recommendation", "- **Action**: ", "- **Confidence**: ", "- **Next Steps**: ",
}

func TestTheFormIsThatOfTheIssue(t *testing.T) {
	text := write(t, mixed(t))
	rest := text
	for _, field := range fields {
		_, after, found := strings.Cut(rest, "\n"+strings.TrimSuffix(field, " "))
		if !found {
			_, after, found = strings.Cut(rest, strings.TrimSuffix(field, " "))
		}
		require.True(t, found, "%q is not there, or not in its place", field)
		rest = after
	}
	for _, want := range []string{
		"**Status**: not measured - `", "**Golden Path Test**: PASS - ", "**Concurrent Users Test**: FAIL - ", "(1 of 1 story red)", "**Action**: ROLLBACK\n", "**Confidence**: HIGH\n",
		"go test ./e2e/concurrentusers -run", "staging replay ", "isolation/foreign-run", "says nothing about any staging", "| F5 | Users isolated | ⚪ not measured |",
	} {
		assert.Contains(t, text, want)
	}
}

// What was not obtained is never written as a number or as a success.
func TestNothingIsMadeUp(t *testing.T) {
	text := write(t, &summary.Summary{Verdict: summary.Verdict{Decision: summary.NoDecision}})
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "- **") && !strings.HasPrefix(line, "- **Next Steps") {
			assert.Contains(t, line, "not measured", "%s", line)
		}
	}
}

var github = goldmark.New(goldmark.WithExtensions(extension.GFM))

var (
	inCode = regexp.MustCompile(`(?s)<pre><code[^>]*>.*?</code></pre>|<code>.*?</code>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
	ours   = []string{"h1", "h2", "h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}
)

// TestTextOfATargetIsCodeOnly renders the document as GitHub would: outside of code there are only our own words.
func TestTextOfATargetIsCodeOnly(t *testing.T) {
	s := mixed(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"`", "``", "```", "|", "\\", "@all", "#891", "<b>", "&lt;", "*", "\n", " ", "x", "https://evil.example", "</details>", "~~", "![a](b)", "::"}), 0, 12)
		hostile := report.Clean(strings.Join(words.Draw(t, "text"), ""))
		quotes(s, hostile)
		actsNowhere(t, s)
	})
}

// quotes puts a text wherever one of a target stands.
func quotes(s *summary.Summary, text string) {
	s.Gaps, s.Stories[0].Why, s.Verdict.Reasons = []string{text}, []string{text}, []string{text}
	s.Trend = &nights.Trend{Nights: []nights.Column{{ID: text}}, Findings: []nights.Finding{{Rule: text, Message: text}}, Notes: []string{text}}
	s.Verdict.Criteria[0].Evidence, s.Stories[1].Findings[0].Message, s.Stories[1].Findings[0].Lines = text, text, []string{text, text}
}

// actsNowhere renders the document, and fails the test if there is more outside of code than our own words.
func actsNowhere(t require.TestingT, s *summary.Summary) {
	var html bytes.Buffer
	require.NoError(t, github.Convert([]byte(write(t, s)), &html))
	plain := inCode.ReplaceAllString(html.String(), "")
	for _, acting := range []string{"@all", "evil", "<b>", "&lt;", "~~", "::", "<a", "<img", "<del>", "<em>"} {
		require.NotContains(t, plain, acting)
	}
	for _, found := range tag.FindAllString(plain, -1) {
		name := strings.Trim(strings.Fields(found)[0], "</>")
		require.True(t, slices.Contains(ours, name), "%s", found)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{sample.Hostile, "`", "``` ` ``", "|\\|", "\n- @all", "</details>", " ` ", "&lt;b&gt;", "a\u2028b", "~~~\nx"} {
		f.Add(seed)
	}
	s := mixed(f)
	f.Fuzz(func(t *testing.T, text string) {
		quotes(s, report.Clean(text))
		actsNowhere(t, s)
	})
}

func TestItFitsIntoAComment(t *testing.T) {
	s := mixed(t)
	one := s.Stories[0]
	for n := range 300 {
		more := *one
		more.Name += fmt.Sprint(n)
		s.Stories = append([]*summary.Story{&more}, s.Stories...)
		s.Gaps = append(s.Gaps, strings.Repeat("gap ", 300))
	}
	s.Trend = &nights.Trend{Nights: make([]nights.Column, 1000)}
	text := write(t, s)
	assert.Contains(t, text, "## Trend")
	assert.Less(t, len(text), 64_000, "CI adds a few lines to the 65,536 characters of a comment")
	assert.Contains(t, text, "red stories more: see the HTML report")
}

// Nor is anything else without a bound: every rule broken, in words of any length and script.
func TestAFloodFitsIntoAComment(t *testing.T) {
	for _, letter := range []string{"x", "`", "|", "漢", "\U0001f600"} {
		s := mixed(t)
		long := strings.Repeat(letter, 64<<10)
		f := &s.Stories[0].Findings[0]
		f.Message, f.Lines = long, slices.Repeat([]string{long}, 100)
		for n := range 200 {
			more := *f
			more.Rule = fmt.Sprint("group/rule", n)
			s.Stories[0].Findings = append([]summary.Finding{more}, s.Stories[0].Findings...)
		}
		s.Gaps, s.Verdict.Reasons = slices.Repeat([]string{long}, 1000), slices.Repeat([]string{long}, 1000)
		s.Targets = slices.Repeat([]summary.Target{{Kind: "remote", API: long}}, 1000)
		for i := range s.Verdict.Criteria {
			s.Verdict.Criteria[i].Evidence = long
		}
		text := write(t, s)
		assert.Less(t, utf8.RuneCountInString(text), 64_000, "%q", letter)
		for _, cut := range []string{"broken rules", "reasons more", "## Checklist", "## Failures", "## What the evidence lacks", "- … and "} {
			assert.True(t, strings.Contains(text, cut), "%q: %s", letter, cut)
		}
	}
}
