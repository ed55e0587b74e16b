package suite_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// TestRefusingStoriesHaveTheRemoteTargetForThemselves holds the target as another process would.
func TestRefusingStoriesHaveTheRemoteTargetForThemselves(t *testing.T) {
	cache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // where the processes of a machine meet
	server, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	other, err := staging.NewTarget(config.Config{
		Target: config.Remote, APIURL: server.APIURL(), AuthURL: server.AuthURL(), WebSocketURL: server.WebSocketURL(),
	}, fixtures.RemoteBudgets())
	require.NoError(t, err)
	defer other.Close()

	const ordinary, refusing = "TestStagingCompleteGoldenPathUserFlow", "TestStagingTokenForms"
	for _, row := range []struct {
		name, story string
		hold        func(context.Context) (func(), error)
		waits       string // empty: it need not
	}{
		{"an ordinary story beside ordinary ones", ordinary, other.Share, ""},
		{"an ordinary story beside a refusing one", ordinary, other.Exclude, "wait for a story that provokes refusals"},
		{"a refusing story beside ordinary ones", refusing, other.Share, "wait for all other stories"},
		{"a refusing story beside a refusing one", refusing, other.Exclude, "wait for all other stories"},
	} {
		release, err := row.hold(t.Context())
		require.NoError(t, err)
		patience := "6s" // of which a process that is slow to start has enough left to judge and say what it saw
		if row.waits == "" {
			patience = "60s"
		}
		out, _ := stories(t, "goldenpath", t.TempDir(), row.story, patience,
			"STAGING_API_URL="+server.APIURL(), "STAGING_AUTH_URL="+server.AuthURL(), "STAGING_MAX_REQUESTS_PER_MINUTE=0",
			"STAGING_BUDGET_SETTLE=50ms", "E2E_OAUTH_SIMULATION_KEY="+server.SimulationKey()).CombinedOutput()
		release()
		if row.waits == "" {
			assert.Contains(t, string(out), "--- PASS: "+row.story, "%s\n%s", row.name, out)
			continue
		}
		assert.Contains(t, string(out), "--- FAIL: "+row.story, row.name)
		assert.Contains(t, string(out), row.waits, row.name)
		assert.Contains(t, string(out), "-timeout leaves no more time", row.name)
	}
	out := runStories(t, "goldenpath", t.TempDir(), refusing,
		"STAGING_API_URL="+server.APIURL(), "STAGING_AUTH_URL="+server.AuthURL(), "STAGING_MAX_REQUESTS_PER_MINUTE=0",
		"STAGING_BUDGET_SETTLE=50ms", "E2E_OAUTH_SIMULATION_KEY="+server.SimulationKey())
	assert.Contains(t, out, "--- PASS: "+refusing, "nobody else is there\n%s", out)
}
