package gcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// Whatever a text holds, the reference's own parser finds its entry by it, and by no other.
func TestQuotesAreWhatTheReferenceReads(t *testing.T) {
	var printer *refstaging.Instance
	var cfg refstaging.Config
	cfg.Hooks.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if name == "AUTH" {
				printer = i
			}
			return next(ctx, i, name)
		}
	}
	s, err := refstaging.Start(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()

	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		text := strconv.Itoa(n) + "|" + rapid.OneOf(rapid.String(), rapid.StringMatching(`["\\\n\x00 ()ANDOR:=-]*`)).Draw(t, "text")
		printer.Print(refstaging.Stdout, text)
		scope := gcp.Scope{Region: "us-central1", Service: "netra-auth-service", Revision: printer.Revision(), Instance: printer.ID}.Logs()
		found := entries(t, s, gcp.And(scope, gcp.Is("textPayload", text), gcp.OfLog(gcp.StdoutLog)))
		require.Len(t, found, 1)
		assert.Equal(t, text, found[0].Text)
		assert.Len(t, entries(t, s, gcp.And(scope, gcp.Saying(text))), 1)
		assert.Empty(t, entries(t, s, gcp.And(scope, gcp.Is("textPayload", text+"."))))
		assert.Empty(t, entries(t, s, gcp.And(scope, gcp.Saying(text), gcp.Not(gcp.Saying(text)))))
	})
}

// entries asks the reference with nothing but net/http.
func entries(t require.TestingT, s *refstaging.Server, f gcp.Filter) []gcp.Entry {
	body, err := json.Marshal(map[string]any{"resourceNames": []string{"projects/netra-staging"}, "filter": f.String()})
	require.NoError(t, err)
	request, err := http.NewRequest("POST", s.CloudURL()+"/v2/entries:list", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+s.Config().Cloud.Token)
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", f, read)
	all, _, err := gcp.ParseEntries(string(read))
	require.NoError(t, err)
	return all
}

var client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
