package suite_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// TestOnePasswordGivesOneUser runs stories with an e-mail and a password only: those of one user work,
// those of several say why they cannot.
func TestOnePasswordGivesOneUser(t *testing.T) {
	server, err := refstaging.Start(refstaging.Config{Users: map[string]string{"someone@example.com": "their-password"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	target := []string{
		"STAGING_API_URL=" + server.APIURL(), "STAGING_AUTH_URL=" + server.AuthURL(), "STAGING_MAX_REQUESTS_PER_MINUTE=0",
		"STAGING_BUDGET_SETTLE=50ms", "TEST_USER_EMAIL=someone@example.com",
	}
	output := runStories(t, "concurrentusers", t.TempDir(), "Staging", append(target, "TEST_USER_PASSWORD=their-password")...)
	assert.Contains(t, output, "--- PASS: TestStagingTwoSessionsOfOneUser")
	for _, several := range []string{"ConcurrentUserWebSocketConnections", "IdleListenerHearsNothing"} {
		assert.Contains(t, output, "--- FAIL: TestStaging"+several)
	}
	assert.Contains(t, output, "FINDING auth/one-user-only")

	output = runStories(t, "concurrentusers", t.TempDir(), "TwoSessions", append(target, "TEST_USER_PASSWORD=another-password")...)
	assert.Contains(t, output, "--- FAIL: TestStagingTwoSessionsOfOneUser")
	assert.Contains(t, output, "FINDING auth/login-refused")
	assert.NotContains(t, output, "another-password")
}
