package deployment_test

import (
	"bytes"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second // of what must happen, on a busy machine
	backend  = "netra-backend-staging"
	auth     = "netra-auth-service"
)

// A witness keeps what a story would have in its history.
type witness struct {
	t    *testing.T
	log  *history.Log
	file bytes.Buffer
	mu   sync.Mutex
	read []history.Reading
}

func observe(t *testing.T) *witness {
	w := &witness{t: t}
	w.log = history.New(&w.file, history.Header{}, func(r *history.Record) {
		if r.Cloud == nil {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.read = append(w.read, *r.Cloud)
	})
	return w
}

// readings are those of a purpose so far.
func (w *witness) readings(purpose string) (all []history.Reading) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.read {
		if r.Purpose == purpose {
			all = append(all, r)
		}
	}
	return all
}

// start runs the reference until the test ends.
func start(t *testing.T, cfg refstaging.Config) *refstaging.Server {
	t.Helper()
	s, err := refstaging.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// open reads the cloud of a reference, into a history that is closed with the test.
func open(t *testing.T, s *refstaging.Server) (*deployment.Cloud, *witness) {
	t.Helper()
	return openAt(t, deployment.Options{Endpoint: s.CloudURL(), Token: s.Config().Cloud.Token})
}

func openAt(t *testing.T, o deployment.Options) (*deployment.Cloud, *witness) {
	t.Helper()
	o.Project, o.Region = "netra-staging", "us-central1"
	if o.Base == nil {
		o.Base = &http.Transport{DisableKeepAlives: true}
	}
	if o.Patience == 0 {
		o.Patience = patience
	}
	c, err := deployment.Open(t.Context(), o)
	require.NoError(t, err)
	w := observe(t)
	t.Cleanup(func() {
		require.NoError(t, w.log.Close())
		if o.Token != "" {
			require.NotContains(t, w.file.String(), o.Token)
		}
	})
	return c.Record(w.log), w
}

// options reads the cloud of a reference with another time between two looks.
func options(s *refstaging.Server, poll time.Duration) deployment.Options {
	return deployment.Options{Endpoint: s.CloudURL(), Token: s.Config().Cloud.Token, Poll: poll}
}
