// Package sample makes histories up: what the tests of those who read histories are fed.
package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Start is when the stories began.
var Start = time.Date(2025, 9, 17, 10, 0, 0, 0, time.UTC)

// Header opens a history of a story at the embedded target.
func Header(pkg, story string) history.Header {
	return history.Header{
		Suite: "1.2.3", Package: "./e2e/" + pkg, Story: story, Attempt: 1, Start: Start,
		Target: history.Target{
			Kind: "embedded", API: "http://127.0.0.1:1", Auth: "http://127.0.0.1:2", WebSocket: "ws://127.0.0.1:1/ws",
			Dialect: "auto", Shape: "auto", Abilities: []string{history.ExactAnswers},
		},
		Budgets: fixtures.EmbeddedBudgets(),
	}
}

// A Story is a history that is being made up. Its clock goes on by Step with each record.
type Story struct {
	Step time.Duration

	t      testing.TB
	path   string
	log    *history.Log
	at     time.Duration
	users  int
	events int
	mark   uint32 // of its ids at the target, which no other story has
}

// Begin creates the file, which must not be there.
func Begin(t testing.TB, path string, h history.Header) *Story {
	t.Helper()
	log, err := history.Create(path, h, nil)
	require.NoError(t, err)
	return &Story{Step: 10 * time.Millisecond, t: t, path: path, log: log, mark: crc32.ChecksumIEEE([]byte(h.Package + h.Story))}
}

// End closes the history in order. The log's own last note is replaced, since it has the time of the log's clock.
func (s *Story) End() {
	s.t.Helper()
	s.Note(history.TopicEnd, "")
	require.NoError(s.t, s.log.Close())
	file, err := os.ReadFile(s.path)
	require.NoError(s.t, err)
	end := bytes.LastIndexByte(bytes.TrimSuffix(file, []byte("\n")), '\n')
	require.NoError(s.t, os.Truncate(s.path, int64(end+1)))
}

// Wait lets time pass.
func (s *Story) Wait(d time.Duration) { s.at += d }

// Add appends a record.
func (s *Story) Add(r history.Record) {
	s.at += s.Step
	r.At = s.at
	s.log.Append(&r, nil)
}

// Note appends a note.
func (s *Story) Note(topic, text string) {
	s.Add(history.Record{Kind: history.Note, Note: &history.Remark{Topic: topic, Text: text}})
}

// A User is one who has logged in.
type User struct {
	*Story
	Label, Subject, email string
	sessions              int
}

// User logs a fresh user in.
func (s *Story) User() *User {
	s.users++
	local := fmt.Sprintf("go-20250917-%012d", s.users*7919)
	u := &User{Story: s, Label: fmt.Sprintf("u%d", s.users), Subject: "e2e-" + local, email: local + "@staging.netrasystems.ai"}
	s.Add(history.Record{Kind: history.HTTP, User: u.Label, Exchange: &history.Exchange{
		Purpose: history.PurposeLogin, Method: "POST", URL: "http://127.0.0.1:2/auth/e2e/test-auth", Status: 200, Took: 3 * time.Millisecond,
		Header: map[string]string{"Content-Type": "application/json"},
		Body:   fmt.Sprintf(`{"access_token":"[redacted]","token_type":"Bearer","expires_in":1800,"user":{"id":%q,"email":%q}}`, u.Subject, u.email),
	}})
	issued := time.Now().UTC().Truncate(time.Second) // as the log's own clock
	s.Add(history.Record{Kind: history.Login, User: u.Label, Login: &history.Identity{
		Email: u.email, Method: "simulation", Subject: u.Subject, Issued: issued, Expires: issued.Add(30 * time.Minute), ExpiresIn: 30 * time.Minute,
	}})
	return u
}

// A Session is one of a user.
type Session struct {
	*User
	Label string
	runs  int
}

// Connect dials, and is welcomed.
func (u *User) Connect() *Session {
	u.sessions++
	s := &Session{User: u, Label: fmt.Sprintf("%s.s%d", u.Label, u.sessions)}
	s.add(history.Record{Kind: history.Dial, Dialled: &history.Dialled{URL: "ws://127.0.0.1:1/ws", Offered: []string{"jwt-auth", "jwt.[redacted]"}}})
	s.add(history.Record{Kind: history.Open, Opened: &history.Opened{Subprotocol: "jwt-auth", Took: time.Millisecond}})
	s.Hear("", map[string]any{"type": "connection_established", "timestamp": s.now(), "server_id": nil, "correlation_id": nil, "data": map[string]any{
		"mode": "main", "user_id": u.Subject[:8] + "...", "connection_id": fmt.Sprintf("main_%s_%08x", s.Label, 1), "timestamp": "2025-09-17T10:00:00.210+00:00",
		"features": map[string]any{"agent_orchestration": true},
	}})
	return s
}

func (s *Session) now() float64 { return float64(Start.Add(s.at).UnixMicro()) / 1e6 }

func (s *Session) add(r history.Record) {
	r.User, r.Session = s.User.Label, s.Label
	s.Story.Add(r)
}

// Hear receives a frame.
func (s *Session) Hear(run string, frame map[string]any) {
	text, err := json.Marshal(frame)
	require.NoError(s.t, err)
	s.add(history.Record{Kind: history.Recv, Run: run, Frame: string(text)})
}

// Close ends the session from the client's side.
func (s *Session) Close() {
	s.add(history.Record{Kind: history.Close, Closed: &history.Closed{By: history.ByClient, Code: 1000}})
}
