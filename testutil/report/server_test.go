package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// told is the failure of findings as a terminal has it, without its end.
func told(t *testing.T, sides ...*report.ServerSide) string {
	t.Helper()
	f := report.Failure{Target: "remote https://api.x", Rerun: "go test", History: "history.jsonl"}
	for i := range sides {
		f.Findings = append(f.Findings, judge.Finding{Rule: fmt.Sprintf("infra/%d", i), Hard: true, Message: "503"})
	}
	f.Server = func(finding judge.Finding) *report.ServerSide {
		for i, side := range sides {
			if finding.Rule == f.Findings[i].Rule {
				return side
			}
		}
		return nil
	}
	var b strings.Builder
	require.NoError(t, f.Text(&b, func(uint64) *history.Record { return nil }))
	text, _, _ := strings.Cut(b.String(), "target: ")
	return text
}

func TestTheServersSideStandsUnderItsFinding(t *testing.T) {
	upgrade := gcp.Entry{
		ID: "a", Log: gcp.RequestLog, Time: at(1.5), Severity: gcp.Error, Revision: "netra-backend-staging-00642-abc", Instance: "00f8a1b2c3d4e5f60718",
		Request: &gcp.Request{Method: "GET", URL: "https://api.x/ws", Status: 503, Latency: 12 * time.Millisecond},
	}
	crash := gcp.Entry{ID: "b", Log: gcp.StderrLog, Time: at(1.25), Severity: gcp.Critical, Text: "\x1b[31mworker died\n::error::now"}
	silent := gcp.Entry{ID: "c", Log: gcp.StdoutLog, Time: at(2), Severity: gcp.Warning, Instance: "00aa", Empty: true}
	assert.Equal(t, `FINDING infra/0: 503
    the server's log:
      12:00:01.250 CRITICAL \u001b[31mworker died\n:\:error:\:now
      12:00:01.500 ERROR    netra-backend-staging-00642-abc 00f8a1b2c3d… GET https://api.x/ws 503 in 0.012s
      12:00:02.000 WARNING  00aa (empty)
      query: trace="x" AND\n timestamp>"y"
      link:  https://console.cloud.google.com/logs/query;query=x
FINDING infra/1: 503
    the server's log:
      … 1 that stand above
FINDING infra/2: 503
    the server's log has no entry of it, or none yet
      query: trace="z"
FINDING infra/3: 503
    the server's log was not read: the account lacks roles/logging.viewer
      link:  https://console.cloud.google.com/logs/query;query=z
FINDING infra/4: 503
`, told(t,
		&report.ServerSide{Entries: []gcp.Entry{upgrade, crash, silent}, Query: "trace=\"x\" AND\n timestamp>\"y\"", Link: "https://console.cloud.google.com/logs/query;query=x"},
		&report.ServerSide{Entries: []gcp.Entry{upgrade}},
		&report.ServerSide{Query: `trace="z"`},
		&report.ServerSide{Unread: "the account lacks roles/logging.viewer", Link: "https://console.cloud.google.com/logs/query;query=z"},
		nil,
	))
}

func TestOfManyEntriesTheWorstAreShown(t *testing.T) {
	var many []gcp.Entry
	for i := range 15 {
		e := gcp.Entry{ID: fmt.Sprint(i), Time: at(float64(i)), Severity: gcp.Info, Text: fmt.Sprintf("line %d.", i)}
		if i > 10 {
			e.Severity = gcp.Warning
		}
		many = append(many, e)
	}
	text := told(t, &report.ServerSide{Entries: many, Left: true}, &report.ServerSide{Entries: many})
	first, second, _ := strings.Cut(text, "FINDING infra/1")
	for i := range 15 {
		line := fmt.Sprintf(" line %d.\n", i)
		assert.Equal(t, i < 6 || i > 10, strings.Contains(first, line), line)
		assert.Equal(t, i >= 6 && i <= 10, strings.Contains(second, line), "%s what was not shown yet", line)
	}
	assert.Less(t, strings.Index(first, "line 5."), strings.Index(first, "line 11."), "in the order of time")
	assert.Contains(t, first, "      … 5 more, of less weight, and more that were not read\n")
	assert.Contains(t, second, "      … 10 that stand above\n")
}

func TestTheEntriesOfTheRequestItselfComeFirst(t *testing.T) {
	var others []gcp.Entry
	for i := range 20 {
		others = append(others, gcp.Entry{ID: fmt.Sprint(i), Time: at(1), Severity: gcp.Critical, Trace: "another", Text: "noise"})
	}
	own := gcp.Entry{ID: "own", Time: at(2), Severity: gcp.Info, Trace: "00ff", Text: "what became of it"}
	text := told(t, &report.ServerSide{Entries: append(others, own), Traces: []string{"00ff"}})
	assert.Contains(t, text, "what became of it")
	assert.Equal(t, 9, strings.Count(text, "noise"))
}

func TestNothingOfTheServersReachesATerminal(t *testing.T) {
	hostile := "\x1b[2J::error::\u202e\n##[x]"
	long := hostile + strings.Repeat("x", 1000) + hostile
	e := gcp.Entry{Text: long, Revision: hostile, Instance: hostile, Request: &gcp.Request{Method: hostile, URL: hostile}}
	for _, side := range []*report.ServerSide{
		{Entries: []gcp.Entry{e}, Query: hostile, Link: hostile}, {Unread: hostile},
	} {
		text := told(t, side)
		assert.NotContains(t, text, "::")
		assert.NotContains(t, text, "##")
		for _, r := range text {
			assert.True(t, r == '\n' || unicode.IsPrint(r), "%q", r)
		}
		for line := range strings.Lines(text) {
			assert.Regexp(t, `^(FINDING|    )`, line, "no line is the server's own")
		}
	}
}

func TestATracebackKeepsItsEnd(t *testing.T) {
	text := told(t, &report.ServerSide{Entries: []gcp.Entry{{Text: "Traceback (most recent call last):\n" + strings.Repeat("  File \"ü.py\"\n", 10_000) + "KeyError: 'session'"}}})
	assert.Less(t, len(text), 1000)
	assert.Contains(t, text, `Traceback (most recent call last):\n`)
	assert.Contains(t, text, ` … `)
	assert.True(t, strings.HasSuffix(text, "KeyError: 'session'\n"), text)
}
