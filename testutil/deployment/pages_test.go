package deployment_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Pages that lead nowhere end.
func TestPagesThatLeadNowhere(t *testing.T) {
	page := 0
	for name, c := range map[string]struct {
		page  func() string
		error string
	}{
		"in a circle":         {func() string { page++; return fmt.Sprintf(`{"entries":[{}],"nextPageToken":"%d"}`, page%3) }, "page 4 leads back to one before"},
		"to itself":           {func() string { return `{"entries":[{}],"nextPageToken":"x"}` }, "page 2 leads back to one before"},
		"empty":               {func() string { page++; return fmt.Sprintf(`{"nextPageToken":"%d"}`, page) }, "nothing but empty pages for 50ms"},
		"empty and to itself": {func() string { return `{"nextPageToken":"x"}` }, "nothing but empty pages for 50ms"},
		"broken":              {func() string { return `{"entries":[{"timestamp":"now"}]}` }, "read log entries"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, w := serve(t, deployment.Options{Patience: 50 * time.Millisecond, Poll: time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, c.page())
			})
			_, err := cloud.Requests(t.Context(), backend, "r", time.Now(), time.Now(), 100)
			require.ErrorContains(t, err, c.error)
			assert.ErrorContains(t, err, "read requests of r: ")
			for i, r := range w.readings(history.ReadRequests) {
				require.Equal(t, i+1, r.Page)
			}
		})
	}
}

// Of more instances than are looked at the first are listed, and the markers say that there are more, unless
// those came by scaling.
func TestManyInstances(t *testing.T) {
	var markers []string
	for n := range fixtures.InstancesLooked + 1 {
		markers = append(markers, fmt.Sprintf(`{"insertId":"%d","timestamp":"2025-09-16T17:00:%02dZ","labels":{"instanceId":"i%d"},"textPayload":"Auth Service startup completed"}`, n, n, n))
	}
	c, w := serve(t, deployment.Options{Poll: time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		if strings.Contains(string(body), "startup completed") {
			fmt.Fprintf(w, `{"entries":[%s]}`, strings.Join(markers, ","))
			return
		}
		io.WriteString(w, `{}`)
	})
	deployed := time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC)
	r := gcp.Revision{Name: "r", Service: auth, MinInstances: 1, Created: deployed}
	require.NoError(t, c.Start(t.Context(), history.Auth, r, patience, patience))
	for _, r := range w.readings(history.ReadMarkers) {
		assert.True(t, r.Left)
	}
	ids := instances(w.readings(history.ReadStart))
	assert.Len(t, ids, fixtures.InstancesLooked)
	assert.NotContains(t, ids, fmt.Sprintf("i%d", fixtures.InstancesLooked))

	before := len(w.readings(history.ReadMarkers))
	r.Created = deployed.Add(-fixtures.Deploying)
	require.NoError(t, c.Start(t.Context(), history.Auth, r, patience, patience))
	for _, r := range w.readings(history.ReadMarkers)[before:] {
		assert.False(t, r.Left)
	}

	markers = markers[:1]
	before, r.Created = len(w.readings(history.ReadMarkers)), deployed
	require.NoError(t, c.PastStart(t.Context(), history.Auth, r))
	past := w.readings(history.ReadMarkers)[before]
	assert.False(t, past.Left)
	assert.Contains(t, past.Request, "2025-09-16T17:15:00Z", "later starts are of scaling")
}
