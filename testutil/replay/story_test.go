package replay

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// embedded is the embedded target, with faults.
func embedded(faults ...string) config.Config {
	return config.Config{Target: config.Embedded, Dialect: "auto", EventShape: "auto", Fault: faults, FaultRate: 1}
}

// A storyteller tells a story that is recorded.
type storyteller struct {
	*testing.T
	ctx    context.Context
	target *staging.Target
	log    *history.Log
	survey *deployment.Survey
}

func (s *storyteller) must(err error) { s.Helper(); require.NoError(s, err) }

func (s *storyteller) user() *staging.User {
	s.Helper()
	u, err := s.target.Login(s.ctx)
	s.must(err)
	return u
}

func (s *storyteller) connect(u *staging.User, options ...staging.ConnectOption) *staging.Session {
	s.Helper()
	session, err := u.Connect(s.ctx, options...)
	s.must(err)
	return session
}

// measure reads what the cloud shows; what it does not is for the judge.
func (s *storyteller) measure(criterion string) {
	s.Helper()
	err := s.survey.Measure(s.ctx, s.log, criterion)
	if _, unmeasured := errors.AsType[*deployment.UnmeasuredError](err); !unmeasured {
		s.must(err)
	}
}

// ask asks and waits; what becomes of it is for the judge.
func (s *storyteller) ask(session *staging.Session, p prompts.Prompt, options ...staging.AskOption) staging.Answer {
	s.Helper()
	run, err := session.Ask(p, options...)
	s.must(err)
	answer, _ := run.Wait(s.ctx)
	return answer
}

// record tells a story at a target and returns its history.
func record(t *testing.T, c config.Config, where venue.Placing, story func(*storyteller)) (path string) {
	t.Helper()
	v, err := venue.Open(t.Context(), c, where)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "history.jsonl")
	on, err := v.Described()
	require.NoError(t, err)
	header := history.Header{
		Story: t.Name(), Start: time.Now().UTC().Round(0), Target: v.Target.Describe(), Budgets: v.Target.Budgets(), Agent: v.Target.Agent(),
		Deployment: on,
	}
	survey := deployment.NewSurvey(header, deployment.NewAccess(v.Config))
	log, err := history.Create(path, header, survey.See)
	require.NoError(t, err)
	target := v.Target.Record(log)
	story(&storyteller{t, t.Context(), target, log, survey})
	target.Close()
	require.NoError(t, log.Close())
	require.NoError(t, v.Close())
	return path
}

// told plays a recording and returns the replay, and its own script.
func told(t *testing.T, path string, c config.Config) (*Result, *Script) {
	t.Helper()
	script, err := ReadFile(path)
	require.NoError(t, err)
	result, err := Play(t.Context(), script, Options{Config: c, History: filepath.Join(t.TempDir(), "again.jsonl"), Fast: true})
	require.NoError(t, err)
	again, err := ReadFile(result.History)
	require.NoError(t, err)
	return result, again
}
