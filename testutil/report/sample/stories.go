package sample

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Hostile is text of a server that attacks whoever shows it: terminals, CI logs, HTML, Markdown and XML.
const Hostile = "</pre><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> ]]> @everyone #891 " +
	"::error::owned ##[error]owned \x1b[31m \u202egnirts `code` **bold** [link](https://evil.example) | cell & <b>"

// Green tells a healthy story of two users in a folder of its own.
func Green(t testing.TB, dir, pkg, name string) {
	t.Helper()
	s := Begin(t, file(t, dir, name), Header(pkg, name))
	for range 2 {
		session := s.User().Connect()
		session.Ask().Answer()
		session.Close()
	}
	s.End()
}

// Leak tells one in which the first of several users is sent the events of the second, and a hostile frame.
func Leak(t testing.TB, dir, pkg, name string, users int) {
	t.Helper()
	s := Begin(t, file(t, dir, name), Header(pkg, name))
	var sessions []*Session
	for range users {
		sessions = append(sessions, s.User().Connect())
	}
	run := sessions[1].Ask()
	for _, event := range run.Events() {
		sessions[1].Hear(run.Label, event)
		sessions[0].Hear("", event)
	}
	sessions[0].Hear("", map[string]any{"type": Hostile, "message": Hostile, "run_id": run.id})
	for _, session := range sessions {
		session.Close()
	}
	s.End()
}

// Silence tells one whose only run begins and is never answered.
func Silence(t testing.TB, dir, pkg, name string) {
	t.Helper()
	s := Begin(t, file(t, dir, name), Header(pkg, name))
	run := s.User().Connect().Ask()
	run.Hear(run.Label, run.Events()[0])
	s.Wait(6 * time.Second)
	s.Add(history.Record{Kind: history.Note, User: run.User.Label, Session: run.Session.Label, Run: run.Label, Note: &history.Remark{Topic: history.TopicGaveUp, Text: "the answer"}})
	s.Note(history.TopicStory, "run "+run.Label+": no answer within its budget; "+Hostile)
	run.Close()
	s.End()
}

// Long tells a story of two users with so many events, and a leak at its end.
func Long(t testing.TB, dir, pkg, name string, events int) {
	t.Helper()
	s := Begin(t, file(t, dir, name), Header(pkg, name))
	s.Step = time.Millisecond
	one, two := s.User().Connect(), s.User().Connect()
	var last *Run
	for n := 0; n < events; n += 10 {
		one.Ask().Answer()
		last = two.Ask()
		last.Answer()
	}
	one.Hear("", last.Event("agent_thinking", map[string]any{"thought": "a thought of " + last.nonce}))
	one.Close()
	two.Close()
	s.End()
}

// Flood tells one in which a user is sent so many runs of others, each with a thought of so many bytes.
func Flood(t testing.TB, dir, pkg, name string, runs, size int) {
	t.Helper()
	s := Begin(t, file(t, dir, name), Header(pkg, name))
	s.Step = time.Millisecond
	one, two := s.User().Connect(), s.User().Connect()
	for range runs {
		run := two.Ask()
		run.Answer()
		one.Hear("", run.Event("agent_thinking", map[string]any{"thought": strings.Repeat(Hostile+run.nonce, 1+size/len(Hostile))}))
	}
	one.Close()
	two.Close()
	s.End()
}

func file(t testing.TB, dir, name string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	folder := filepath.Join(dir, fmt.Sprintf("%03d-%s", len(entries), name))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	return filepath.Join(folder, "history.jsonl")
}
