package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func received(frame string) *history.Record {
	event, err := wire.Decode(frame)
	if err != nil {
		return &history.Record{Kind: history.Recv, Session: "u1.s1", Frame: frame, Unreadable: err.Error()}
	}
	return &history.Record{Seq: 7, At: 1234567 * time.Microsecond, Kind: history.Recv, Session: "u1.s1", Run: "u1.s1.r1", Frame: frame, Event: &event}
}

func TestLineSaysWhatHappened(t *testing.T) {
	for name, row := range map[string]struct {
		record *history.Record
		want   []string
	}{
		"an event":        {received(`{"type":"tool_completed","agent_name":"data","tool_name":"sum_figures","success":false}`), []string{"   7", "1.235s", "u1.s1.r1", "← tool_completed data sum_figures success:false"}},
		"an error":        {received(`{"type":"error_message","error_code":"AUTH_FAILED","error_message":"no\u001b[2J"}`), []string{"← error (as error_message) AUTH_FAILED", `"no\u001b[2J"`}},
		"not a frame":     {received("boom\n"), []string{`← boom\n (`}},
		"a refused dial":  {&history.Record{Kind: history.Close, Closed: &history.Closed{By: history.ByDial, Status: 503, Body: "<html>", Cut: -1}}, []string{"ended by the dial", "upgrade answered 503 <html> [cut]"}},
		"a close":         {&history.Record{Kind: history.Close, Closed: &history.Closed{By: history.ByServer, Code: 1011, Reason: "main mode error"}}, []string{"close 1011 main mode error"}},
		"a closed port":   {&history.Record{Kind: history.HTTP, Exchange: &history.Exchange{Method: "GET", URL: "http://x/health", Took: time.Millisecond, Broken: &history.Broken{Step: history.StepTCP, Error: "refused"}}}, []string{"↔ GET http://x/health ✗ at tcp: refused after 0.001s"}},
		"silence":         {&history.Record{Kind: history.HTTP, Exchange: &history.Exchange{Broken: &history.Broken{Step: history.StepAnswer, Timeout: true, Error: "5s"}}}, []string{"at answer: budget ran out: 5s"}},
		"an answer":       {&history.Record{Kind: history.HTTP, User: "u1", Exchange: &history.Exchange{Method: "POST", URL: "http://x", Status: 401, Body: `{"detail":"no"}`}}, []string{"u1", `401 in 0.000s {"detail":"no"}`}},
		"a dial":          {&history.Record{Kind: history.Dial, Dialled: &history.Dialled{URL: "ws://x/ws", Offered: []string{"jwt-auth"}}, Intent: &history.Intent{Expect: history.Refused}}, []string{"dial ws://x/ws offering jwt-auth (expected to be refused)"}},
		"an open session": {&history.Record{Kind: history.Open, Opened: &history.Opened{Subprotocol: "jwt-auth"}}, []string{"101 open after 0.000s, subprotocol jwt-auth"}},
		"a login":         {&history.Record{Kind: history.Login, Login: &history.Identity{Email: "a@x", Subject: "e2e-a", Method: "simulation"}}, []string{"a@x is e2e-a (simulation)"}},
		"a failed login":  {&history.Record{Kind: history.Login, Login: &history.Identity{Email: "a@x", Method: "password", Problem: "401"}}, []string{"✗ login of a@x (password): 401"}},
		"a note":          {&history.Record{Kind: history.Note, Note: &history.Remark{Topic: history.TopicGaveUp, Text: "the answer"}}, []string{"gave-up: the answer"}},
		"a reading":       {&history.Record{Kind: history.Cloud, Cloud: &history.Reading{API: history.LoggingAPI, Purpose: history.ReadStart, Service: "api", Revision: "api-00642-abc", Instance: "00f8a1b2c3d4e5f60718", Page: 2, Left: true, Status: 200, Body: "long"}}, []string{"☁ logging start api-00642-abc 00f8a1b2c3d… page 2 200 in 0.000s (there is more)"}},
		"no access":       {&history.Record{Kind: history.Cloud, Cloud: &history.Reading{API: history.RunAPI, Purpose: history.ReadService, Service: "api", Page: 1, Status: 403, Body: "denied\n", Role: "roles/run.viewer"}}, []string{`☁ run service api 403 in 0.000s denied\n (lacks roles/run.viewer)`}},
		"no cloud":        {&history.Record{Kind: history.Cloud, Cloud: &history.Reading{API: history.RunAPI, Purpose: history.ReadService, Broken: &history.Broken{Step: history.StepDNS, Error: "no such host"}}}, []string{"☁ run service ✗ at dns: no such host after 0.000s"}},
		"a prompt":        {&history.Record{Kind: history.Send, Frame: "x"}, []string{"→ x"}},
	} {
		t.Run(name, func(t *testing.T) {
			line := report.Line(row.record)
			for _, want := range row.want {
				assert.Contains(t, line, want)
			}
			assert.NotContains(t, line, "\n")
		})
	}
}

func TestLongServerTextIsCut(t *testing.T) {
	line := report.Line(received(`{"type":"error","message":"` + strings.Repeat("ü", 100_000) + `"}`))
	assert.Less(t, len(line), 1000)
	assert.Contains(t, line, "ü…")
}

func TestFailureExplainsItself(t *testing.T) {
	f := report.Failure{
		Target: "remote https://api.x",
		Findings: []judge.Finding{
			{Rule: "lifecycle/no-outcome", Hard: true, Message: "run u1.s1.r1 has no outcome", Records: []uint64{7, 99}},
			{Rule: "latency/gap", Message: "::warning::slow"},
		},
		Stopped: "run u1.s1.r1: no answer",
		Rerun:   "go test ./e2e/goldenpath -run '^TestStagingX$' -v",
		Replay:  "go run ./cmd/staging replay histories/history.jsonl",
		History: "histories/history.jsonl",
	}
	record := received(`{"type":"agent_started","agent_name":"Supervisor"}`)
	var b strings.Builder
	require.NoError(t, f.Text(&b, func(seq uint64) *history.Record {
		if seq == 7 {
			return record
		}
		return nil // lost with the end of a damaged history
	}))
	assert.Equal(t, `FINDING lifecycle/no-outcome: run u1.s1.r1 has no outcome
       7    1.235s  u1.s1.r1   ← agent_started Supervisor
advice  latency/gap: :\:warning:\:slow
the story stopped: run u1.s1.r1: no answer
target:    remote https://api.x
run again: go test ./e2e/goldenpath -run '^TestStagingX$' -v
replay:    go run ./cmd/staging replay histories/history.jsonl
look:      go run ./cmd/staging show histories/history.jsonl
report:    go run ./cmd/staging report histories/history.jsonl
history:   histories/history.jsonl
`, b.String())
}
