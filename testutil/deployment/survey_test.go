package deployment_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// configOf names the cloud of a reference.
func configOf(s *refstaging.Server) config.Config {
	c := s.Config().Cloud
	return config.Config{GCPProject: c.Project, GCPRegion: c.Region, GCPEndpoint: s.CloudURL(), GCPToken: config.NewSecret(c.Token)}
}

// storyOf is the header of a story at a reference with these services.
func storyOf(s *refstaging.Server, services ...history.Service) history.Header {
	return history.Header{
		Start: time.Now(), Target: history.Target{API: s.APIURL(), Auth: s.AuthURL()}, Budgets: fixtures.EmbeddedBudgets(),
		Deployment: &history.Deployment{Services: services},
	}
}

// measure measures a criterion, and returns what was recorded.
func measure(ctx context.Context, t *testing.T, s *deployment.Survey, criterion string) (notes []history.Remark, read []string, err error) {
	t.Helper()
	log := history.New(new(bytes.Buffer), history.Header{}, func(r *history.Record) {
		switch {
		case r.Note != nil && r.Note.Topic != history.TopicEnd:
			notes = append(notes, *r.Note)
		case r.Cloud != nil && !slices.Contains(read, r.Cloud.Purpose):
			read = append(read, r.Cloud.Purpose)
		}
	})
	err = s.Measure(ctx, log, criterion)
	require.NoError(t, log.Close())
	return notes, read, err
}

var (
	ofBackend = history.Service{Role: history.Backend, Name: backend}
	ofAuth    = history.Service{Role: history.Auth, Name: auth}
)

func TestASurveyReadsWhatShowsACriterion(t *testing.T) {
	t.Parallel()
	s := start(t, refstaging.Config{})
	began := time.Now()
	_, err := s.Deploy(t.Context(), history.Backend)
	require.NoError(t, err)
	story := storyOf(s, ofBackend, ofAuth)
	story.Deployment.Began = began
	survey := deployment.NewSurvey(story, deployment.NewAccess(configOf(s)))
	rollout := []string{history.ReadService, history.ReadRevisions}
	for _, c := range []struct {
		criterion string
		reads     []string
	}{
		{"D1", append(rollout, history.ReadMarkers, history.ReadStart)},
		{"D2", append(rollout, history.ReadMarkers, history.ReadStart)},
		{"P4", []string{history.ReadMarkers}},
		{"D4", append(rollout, history.ReadRequests, history.ReadCounts, history.ReadLatencies)},
		{"P3", append(rollout, history.ReadMemory, history.ReadInstances)},
	} {
		require.True(t, deployment.Shows(c.criterion))
		notes, read, err := measure(t.Context(), t, survey, c.criterion)
		require.NoError(t, err)
		assert.Equal(t, []history.Remark{{Topic: history.TopicMeasures, Text: c.criterion}}, notes)
		assert.Equal(t, c.reads, read, c.criterion)
	}
	assert.False(t, deployment.Shows("D3"))
}

// Of the traces that a survey saw, the log is asked.
func TestASurveyAsksWhoAnswered(t *testing.T) {
	t.Parallel()
	s := start(t, refstaging.Config{})
	survey := deployment.NewSurvey(storyOf(s, ofBackend), deployment.NewAccess(configOf(s)))
	see := func(purpose, url, trace string, status int) {
		survey.See(&history.Record{Kind: history.HTTP, Exchange: &history.Exchange{Purpose: purpose, URL: url, Trace: trace, Status: status}})
	}
	see(history.PurposeTraffic, s.AuthURL()+"/x", "of another service", 200)
	see(history.PurposeTraffic, s.APIURL()+"/x", "without an answer", 0)
	see(history.PurposeSample, s.APIURL()+"/x", "of a sample", 200)
	_, read, err := measure(t.Context(), t, survey, "D4")
	require.NoError(t, err)
	assert.NotContains(t, read, history.ReadTraced)
	_, read, err = measure(t.Context(), t, survey, "P3")
	require.NoError(t, err)
	assert.Contains(t, read, history.ReadTraced)
}

// What the cloud does not let anybody read is not measured, and a story goes on; with what is not there, or at
// its own end, it cannot.
func TestWhatASurveyCannotRead(t *testing.T) {
	t.Parallel()
	denied := start(t, refstaging.Config{Hooks: refstaging.Hooks{Cloud: refstaging.CloudHooks{
		Permit: func(refstaging.Permit) refstaging.Permit {
			return func(_, permission string) error { return refstaging.PermissionDenied(permission) }
		},
	}}})
	notes, _, err := measure(t.Context(), t, deployment.NewSurvey(storyOf(denied, ofBackend), deployment.NewAccess(configOf(denied))), "D1")
	var unmeasured *deployment.UnmeasuredError
	require.ErrorAs(t, err, &unmeasured)
	require.ErrorAs(t, err, new(*deployment.DeniedError))
	require.Len(t, notes, 2)
	assert.Equal(t, history.Remark{Topic: history.TopicNotMeasured, Text: err.Error()}, notes[1])
	assert.Contains(t, notes[1].Text, "D1: ")

	notes, _, err = measure(t.Context(), t, deployment.NewSurvey(history.Header{}, deployment.NewAccess(config.Config{})), "P3")
	require.ErrorAs(t, err, &unmeasured)
	require.ErrorIs(t, err, deployment.ErrNoProject)
	assert.Len(t, notes, 2)

	s := start(t, refstaging.Config{})
	access := deployment.NewAccess(configOf(s))
	notes, _, err = measure(t.Context(), t, deployment.NewSurvey(storyOf(s, history.Service{Role: history.Backend, Name: "nobody"}), access), "D1")
	require.ErrorAs(t, err, new(*deployment.MissingError))
	require.NotErrorAs(t, err, &unmeasured)
	assert.Len(t, notes, 1)

	ended, end := context.WithCancel(t.Context())
	end()
	notes, _, err = measure(ended, t, deployment.NewSurvey(storyOf(s, ofBackend), access), "D1")
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, notes, 1)
}
