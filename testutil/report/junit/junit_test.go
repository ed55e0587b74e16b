package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/junit"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// What GitHub's actions, GitLab and Jenkins read of the document.
type document struct {
	XMLName xml.Name `xml:"testsuites"`
	T       int      `xml:"tests,attr"`
	F       int      `xml:"failures,attr"`
	E       int      `xml:"errors,attr"`
	Suites  []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Name    string   `xml:"name,attr"`
			Class   string   `xml:"classname,attr"`
			Failure *problem `xml:"failure"`
			Error   *problem `xml:"error"`
			Output  string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func write(t require.TestingT, s *summary.Summary) (text string, read document) {
	var out bytes.Buffer
	require.NoError(t, junit.Write(&out, s))
	require.NoError(t, xml.Unmarshal(out.Bytes(), &read), "%s", out.String())
	return out.String(), read
}

func mixed(t testing.TB) *summary.Summary {
	t.Helper()
	dir := t.TempDir()
	sample.Green(t, dir, "goldenpath", "TestStagingCompleteGoldenPathUserFlow")
	sample.Leak(t, dir, "concurrentusers", "TestStagingConcurrentUserWebSocketConnections", 3)
	sample.Silence(t, dir, "concurrentusers", "TestStagingIdle")
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, summary.Options{Verdict: summary.Verdict{Decision: summary.Rollback}})
	require.NoError(t, err)
	return s
}

func TestRedStoriesAreFailures(t *testing.T) {
	s := mixed(t)
	text, read := write(t, s)
	assert.Equal(t, [3]int{3, 2, 0}, [3]int{read.T, read.F, read.E})
	require.Len(t, read.Suites, 2)
	leak := read.Suites[0].Cases[0]
	assert.Equal(t, "concurrentusers", leak.Class)
	assert.Contains(t, leak.Failure.Type, "isolation/")
	for _, want := range []string{"FINDING isolation/foreign-run: ", "←", "run again: go test ./e2e/concurrentusers", "staging replay "} {
		assert.Contains(t, leak.Failure.Text, want)
	}
	assert.Nil(t, read.Suites[1].Cases[0].Failure)
	assert.Contains(t, read.Suites[1].Cases[0].Output, "target: embedded")
	for _, acting := range []string{"::error", "##[", "\x1b", "<script", "<img", "]]>", "\u202e"} {
		assert.NotContains(t, text, acting)
	}
}

func TestWhatTheEvidenceLacksIsAnError(t *testing.T) {
	s := mixed(t)
	s.Gaps = []string{"history.jsonl cannot be read"}
	_, read := write(t, s)
	assert.Equal(t, [3]int{4, 2, 1}, [3]int{read.T, read.F, read.E})
	assert.Equal(t, "history.jsonl cannot be read", read.Suites[2].Cases[0].Error.Message)
}

// Whatever a target says arrives, but for backslashes as it was neutralised, and nothing else is read from it.
func TestAnyTextSurvives(t *testing.T) {
	s := mixed(t)
	bare := func(text string) string { return strings.ReplaceAll(text, `\`, "") }
	rapid.Check(t, func(t *rapid.T) {
		message := report.Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "message")) + rapid.String().Draw(t, "more"))
		s.Stories[0].Findings[0].Message = message
		_, read := write(t, s)
		require.Contains(t, bare(read.Suites[0].Cases[0].Failure.Message), bare(message))
		require.Contains(t, bare(read.Suites[0].Cases[0].Failure.Text), bare(message))
	})
}

// Nor does it act where a viewer takes it for Markdown or HTML.
func TestNoTextActs(t *testing.T) {
	s := mixed(t)
	acts := regexp.MustCompile("@\\w|#\\w|<[\\w/!?]|\\]\\(|```")
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"@", "all", "#", "891", "<", "b>", "/", "!--", "![a]", "(b)", "`", "\\", " "}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		hostile := report.Clean(strings.Join(words.Draw(t, "text"), ""))
		story := s.Stories[0]
		story.Why, story.Findings[0].Message, story.Findings[0].Lines, s.Gaps = []string{hostile}, hostile, []string{hostile}, []string{hostile}
		_, read := write(t, s)
		shown := read.Suites[0].Cases[0].Failure
		for _, text := range []string{shown.Message, shown.Text, read.Suites[2].Cases[0].Error.Message} {
			require.NotRegexp(t, acts, text)
		}
	})
}

// The schema of Jenkins' xUnit plugin (junit-10.xsd): elements with the attributes that they may have, of which those
// that begin with ! they must have.
var schema = map[string][]string{
	"testsuites": {"name", "time", "tests", "failures", "errors"},
	"testsuite":  {"!name", "!tests", "!failures", "!errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
	"properties": {}, "property": {"!name", "!value"},
	"testcase": {"!name", "time", "classname", "group"},
	"failure":  {"type", "message"}, "error": {"type", "message"}, "system-out": {},
}

func TestItKeepsToTheSchemaOfJenkins(t *testing.T) {
	s := mixed(t)
	s.Gaps = []string{"a gap"}
	text, _ := write(t, s)
	seen := map[string]bool{}
	for in := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		element, is := token.(xml.StartElement)
		if !is {
			continue
		}
		seen[element.Name.Local] = true
		allowed, known := schema[element.Name.Local]
		require.True(t, known, "%s", element.Name.Local)
		var has []string
		for _, a := range element.Attr {
			has = append(has, a.Name.Local)
			assert.True(t, slices.Contains(allowed, a.Name.Local) || slices.Contains(allowed, "!"+a.Name.Local), "%s of %s", a.Name.Local, element.Name.Local)
			if a.Name.Local == "time" {
				assert.Regexp(t, `^[0-9]+\.[0-9]{3}$`, a.Value)
			}
		}
		for _, name := range allowed {
			if must, is := strings.CutPrefix(name, "!"); is {
				assert.Contains(t, has, must, "%s", element.Name.Local)
			}
		}
	}
	assert.Len(t, seen, len(schema), "all of it was written")
}

// A red run of thousands of findings stays far below what GitLab reads (30 MB).
func TestAFloodOfFindingsIsBounded(t *testing.T) {
	s := mixed(t)
	f := s.Stories[0].Findings[0]
	for len(f.Lines) < 500 {
		f.Lines = append(f.Lines, f.Lines...)
	}
	for range 5_000 {
		s.Stories[0].Findings = append([]summary.Finding{f}, s.Stories[0].Findings...)
	}
	text, _ := write(t, s)
	assert.Less(t, len(text), 1<<20)
	assert.True(t, strings.Contains(text, "more"))
}

func FuzzPlain(f *testing.F) {
	acts := regexp.MustCompile("@\\w|#\\w|<[\\w/!?]|\\]\\(|```")
	for _, seed := range []string{"@all", "<b>", "[a](b)", "```", "<<b@@all##1", "``@x```", "]((", "a\x00b\xff\ufffe"} {
		f.Add(seed)
	}
	s := mixed(f)
	f.Fuzz(func(t *testing.T, text string) {
		s.Gaps = []string{report.Clean(text)}
		_, read := write(t, s)
		told := read.Suites[2].Cases[0].Error.Message
		assert.NotRegexp(t, acts, told)
		bare := strings.NewReplacer(`\`, "")
		assert.Equal(t, bare.Replace(report.Clean(text)), bare.Replace(told))
	})
}
