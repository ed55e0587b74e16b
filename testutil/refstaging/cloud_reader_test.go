package refstaging_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/run/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// reader reads the cloud of a deployment with Google's own clients, of which nothing is changed but
// where the APIs are and who asks.
type reader struct {
	t       *testing.T
	run     *run.ProjectsLocationsServicesService
	logs    *logging.Service
	metrics *monitoring.Service
}

func read(t *testing.T, s *refstaging.Server) *reader {
	t.Helper()
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: s.Config().Cloud.Token})
	options := []option.ClientOption{
		option.WithEndpoint(s.CloudURL()), option.WithHTTPClient(&http.Client{Transport: &oauth2.Transport{Source: source, Base: transport}}),
	}
	r := &reader{t: t}
	services, err := run.NewService(t.Context(), options...)
	require.NoError(t, err)
	r.run = services.Projects.Locations.Services
	r.logs, err = logging.NewService(t.Context(), options...)
	require.NoError(t, err)
	r.metrics, err = monitoring.NewService(t.Context(), options...)
	require.NoError(t, err)
	return r
}

const backendName, authName = "netra-backend-staging", "netra-auth-service"

func (r *reader) service(name string) *run.GoogleCloudRunV2Service {
	r.t.Helper()
	s, err := r.run.Get("projects/netra-staging/locations/us-central1/services/" + name).Do()
	require.NoError(r.t, err)
	return s
}

// revision is the short name of the latest ready one.
func (r *reader) revision(service string) string {
	r.t.Helper()
	full := r.service(service).LatestReadyRevision
	return full[strings.LastIndex(full, "/")+1:]
}

func (r *reader) entries(filter ...string) []*logging.LogEntry {
	r.t.Helper()
	var all []*logging.LogEntry
	request := &logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: strings.Join(filter, " AND "), OrderBy: "timestamp asc", PageSize: 7}
	require.NoError(r.t, r.logs.Entries.List(request).Pages(r.t.Context(), func(page *logging.ListLogEntriesResponse) error {
		all = append(all, page.Entries...)
		return nil
	}))
	return all
}

// eventually waits for entries that another goroutine writes.
func (r *reader) eventually(filter ...string) []*logging.LogEntry {
	r.t.Helper()
	var found []*logging.LogEntry
	require.Eventually(r.t, func() bool { found = r.entries(filter...); return len(found) > 0 }, patience, 5*time.Millisecond, filter)
	return found
}

func of(service string) string { return `resource.labels.service_name="` + service + `"` }

const noRequests = `NOT logName:"run.googleapis.com%2Frequests"`
