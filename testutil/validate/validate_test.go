package validate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// A folder that holds something would be taken for evidence of this run.
func TestOldEvidenceIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "history.jsonl"), nil, 0o600))
	_, err := Run(t.Context(), Options{Out: dir, Tell: func(Moment) {}})
	assert.ErrorContains(t, err, "is not empty")
}

// Who is interrupted before anything was told gets a report all the same, and no decision.
func TestInterruptedBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the keyboard"))
	out := filepath.Join(t.TempDir(), "out")
	r, err := Run(ctx, Options{Config: config.Config{Target: config.Embedded}, Out: out, Tell: func(Moment) {}})
	require.NoError(t, err)
	assert.Equal(t, summary.NoDecision, r.Verdict.Decision)
	assert.Equal(t, "the run was interrupted: the keyboard", r.Verdict.Reasons[0])
	require.NotEmpty(t, r.Reports)
	for _, path := range r.Reports {
		assert.FileExists(t, path)
	}
	var text strings.Builder
	require.NoError(t, r.Text(&text, 0))
	assert.True(t, strings.HasPrefix(text.String(), "NO DECISION, confidence LOW: embedded, 0 stories, 0 red"), text.String())
}

// observing is a validation of a reference deployment whose cloud can be looked at.
func observing(t *testing.T, deploy string) (*validation, *refstaging.Server) {
	t.Helper()
	server, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	cloud := server.Config().Cloud
	c := config.Config{
		Target: config.Remote, APIURL: server.APIURL(), AuthURL: server.AuthURL(), DeployCommand: deploy,
		GCPProject: cloud.Project, GCPRegion: cloud.Region, GCPEndpoint: server.CloudURL(), GCPToken: config.NewSecret(cloud.Token),
		BackendService: "netra-backend-staging", AuthService: "netra-auth-service", BaselineRevision: []string{"netra-backend-staging-00000-old"},
		Budgets: config.Budgets{Rollout: 10 * time.Second},
	}
	return &validation{Options: Options{Config: c, Tell: func(Moment) {}, Patience: t.Context()}, result: &Result{}}, server
}

// What serves before a deployment is its baseline, whatever the configuration says; without one nothing changes.
func TestTheBaselineIsWhatServes(t *testing.T) {
	v, server := observing(t, "deploy")
	require.NoError(t, v.observe(t.Context()))
	assert.Equal(t, []string{"STAGING_BASELINE_REVISION=" + server.Revision("backend")}, v.env)
	require.Len(t, v.result.Before, 2)
	assert.Equal(t, Served{"netra-backend-staging", server.Revision("backend"), 100}, v.result.Before[0])

	v, _ = observing(t, "")
	require.NoError(t, v.observe(t.Context()))
	assert.Empty(t, v.env)
	assert.Len(t, v.result.Before, 2)
}

// A deployment whose baseline cannot be recorded could not be judged.
func TestNothingIsDeployedWithoutABaseline(t *testing.T) {
	v, _ := observing(t, "deploy")
	v.Config.GCPToken = config.NewSecret("wrong")
	assert.ErrorContains(t, v.observe(t.Context()), "record what serves before the deployment")

	v, _ = observing(t, "")
	v.Config.GCPToken = config.NewSecret("wrong")
	assert.NoError(t, v.observe(t.Context()))
}

func TestAwait(t *testing.T) {
	v, _ := observing(t, "")
	require.NoError(t, v.observe(t.Context()))
	var news []string
	v.Tell = func(m Moment) { news = append(news, m.News) }
	v.await(t.Context())
	assert.Equal(t, []string{"wait until the deployment is ready, at most 10s"}, news)
}
