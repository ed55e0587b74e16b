package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

func TestServeListsFaults(t *testing.T) {
	var out bytes.Buffer
	c := command()
	c.SetArgs([]string{"serve", "--list-faults"})
	c.SetOut(&out)
	require.NoError(t, c.ExecuteContext(t.Context()))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	ids := faults.IDs()
	require.Len(t, lines, len(ids))
	for i, line := range lines {
		assert.Regexp(t, "^"+ids[i]+": .{10}", line, "its one-line symptom")
	}
}

// The backend refuses every token, since it verifies with another secret.
func TestServeExhibitsAFault(t *testing.T) {
	_, variables, end := serveUntil(t, "--fault", "auth-secret-mismatch", "--variant", "jitter")
	request, err := http.NewRequestWithContext(t.Context(), "GET", variables["STAGING_API_URL"]+"/api/threads", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer x")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.NoError(t, answer.Body.Close())
	require.NoError(t, end())
}
