package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/run/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	parent  = "projects/netra-staging/locations/us-central1"
	backend = parent + "/services/netra-backend-staging"
)

// platform is a project with a backend, which Google's own client library reads.
type platform struct {
	t       *testing.T
	project *cloud.Project
	service *cloud.Service
	now     atomic.Int64 // Unix nanoseconds
	used    atomic.Int64 // bytes of memory
	images  atomic.Int64 // built so far
	url     string
}

func newPlatform(t *testing.T, hooks cloud.Hooks) *platform {
	t.Helper()
	p := &platform{t: t}
	p.now.Store(time.Date(2025, 9, 16, 17, 5, 0, 0, time.UTC).UnixNano())
	p.project = cloud.New(cloud.Config{
		Project: "netra-staging", Region: "us-central1", Token: "ya29.reader", Hooks: hooks, Period: time.Minute,
		Now: func() time.Time { return time.Unix(0, p.now.Add(int64(time.Millisecond))) }, Memory: p.used.Load,
	})
	p.service = p.project.Service(cloud.Spec{
		Name: "netra-backend-staging", URI: "https://backend.run.app", Port: 8000,
		MinInstances: 2, MaxInstances: 15, Memory: 6 << 30, CPU: "4",
	})
	server := httptest.NewServer(p.project.Handler())
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *platform) pass(d time.Duration) { p.now.Add(int64(d)) }

// started is a boot that says so.
func started(_ context.Context, i *cloud.Instance) error {
	i.Print(cloud.Stderr, "[2025-09-16 17:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0")
	i.Print(cloud.Stdout, `{"severity":"INFO","message":"startup completed","error":{"severity":"ERROR"}}`)
	return nil
}

func (p *platform) deploy(boot cloud.Boot) string {
	p.t.Helper()
	revision, err := p.service.Deploy(p.t.Context(), fmt.Sprint("gcr.io/netra-staging/netra-backend-staging@sha256:", p.images.Add(1)), boot)
	require.NoError(p.t, err)
	return revision
}

// get sends a request through the front of the platform to an application that answers with status.
func (p *platform) get(path string, status int, header http.Header) int {
	p.t.Helper()
	r := httptest.NewRequestWithContext(p.t.Context(), "GET", path, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	p.service.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, "hello")
	})).ServeHTTP(w, r)
	return w.Code
}

// options are those of a client: nothing is changed but where the API is, and who asks.
func (p *platform) options(token string) []option.ClientOption {
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	client := &http.Client{Transport: &oauth2.Transport{Source: source, Base: &http.Transport{DisableKeepAlives: true}}}
	return []option.ClientOption{option.WithEndpoint(p.url), option.WithHTTPClient(client)}
}

func (p *platform) run() *run.Service {
	p.t.Helper()
	s, err := run.NewService(p.t.Context(), p.options("ya29.reader")...)
	require.NoError(p.t, err)
	return s
}

func (p *platform) logging() *logging.Service {
	p.t.Helper()
	s, err := logging.NewService(p.t.Context(), p.options("ya29.reader")...)
	require.NoError(p.t, err)
	return s
}

func (p *platform) monitoring() *monitoring.Service {
	p.t.Helper()
	s, err := monitoring.NewService(p.t.Context(), p.options("ya29.reader")...)
	require.NoError(p.t, err)
	return s
}

// entries reads all pages of a filter.
func (p *platform) entries(filter string) []*logging.LogEntry {
	p.t.Helper()
	var all []*logging.LogEntry
	request := &logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: filter, OrderBy: "timestamp asc"}
	require.NoError(p.t, p.logging().Entries.List(request).Pages(p.t.Context(), func(page *logging.ListLogEntriesResponse) error {
		all = append(all, page.Entries...)
		return nil
	}))
	return all
}

// refusal is the code of an error of the APIs, as the library tells it.
func refusal(t *testing.T, err error) *googleapi.Error {
	t.Helper()
	refused, ok := errors.AsType[*googleapi.Error](err)
	require.True(t, ok, "%v", err)
	return refused
}
