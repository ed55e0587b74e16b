package evidence_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

// theOne gathers one story.
func theOne(t *testing.T, tell func(*sample.Story)) *evidence.Story {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	s := sample.Begin(t, path, sample.Header("goldenpath", "TestStagingX"))
	tell(s)
	s.End()
	return gather(t, path).Stories[0]
}

// login is an exchange that was answered so.
func login(s *sample.Story, status int, intent *history.Intent) {
	s.Add(history.Record{Kind: history.HTTP, User: "u9", Intent: intent, Exchange: &history.Exchange{
		Purpose: history.PurposeLogin, Method: "POST", URL: "http://127.0.0.1:2/auth/login", Status: status,
	}})
	s.Add(history.Record{Kind: history.Login, User: "u9", Login: &history.Identity{Email: "a@b.example", Method: history.MethodPassword, Problem: "none"}})
}

func TestLoginsAreCounted(t *testing.T) {
	s := theOne(t, func(s *sample.Story) { s.User() })
	assert.Equal(t, evidence.Logins{Answered: 1, Method: history.MethodSimulation}, s.Logins)

	s = theOne(t, func(s *sample.Story) {
		login(s, 401, nil)
		login(s, 403, nil)
		login(s, 500, nil)
		login(s, 0, nil)
		login(s, 429, nil)
		login(s, 401, &history.Intent{Expect: "401"})
		s.Add(history.Record{Kind: history.HTTP, User: "u9", Exchange: &history.Exchange{Purpose: history.PurposeRefresh, Method: "GET", Status: 401}})
	})
	assert.Equal(t, evidence.Logins{Answered: 3, Refused: 2, Status: 403, Method: history.MethodPassword}, s.Logins)
}

func TestASignalIsNoTimeout(t *testing.T) {
	s := theOne(t, func(s *sample.Story) { s.Note(history.TopicInterrupted, "a signal") })
	assert.True(t, s.Interrupted)
	assert.Equal(t, "a signal", s.Stopped)
	s = theOne(t, func(s *sample.Story) { s.Note(history.TopicTimeout, "no more time") })
	assert.False(t, s.Interrupted)
	assert.Equal(t, "no more time", s.Stopped)
}

// A histogram rounds what is just below a limit to more.
func TestTheSlowestIsExact(t *testing.T) {
	const took = 59_990 * time.Millisecond
	s := theOne(t, func(s *sample.Story) {
		s.Add(history.Record{Kind: history.HTTP, Exchange: &history.Exchange{Purpose: history.PurposeHealth, Method: "GET", Status: 200, Took: took}})
		s.Add(history.Record{Kind: history.HTTP, Exchange: &history.Exchange{Purpose: history.PurposeExecute, Method: "POST", Status: 200, Took: took + 1}})
	})
	assert.Equal(t, took+1, s.Slowest[evidence.HTTP])
	assert.Equal(t, took+1, s.Slowest[evidence.Answer], "an execution is an agent's answer")
	assert.NotEqual(t, took+1, s.Latencies.Of(evidence.HTTP).Max)
}
