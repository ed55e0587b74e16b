package suite

import (
	"context"
	"strings"

	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A witness remembers, for each service, the traces of requests of which the server's log tells which
// instance answered. The history hands in one record at a time.
type witness struct {
	auth    string              // URL of the auth service
	samples map[string][]string // of samples, by the service's role
	traffic map[string][]string // of the last ordinary requests, likewise
}

func newWitness(auth string) *witness {
	return &witness{auth: auth, samples: map[string][]string{}, traffic: map[string][]string{}}
}

func (w *witness) see(r *history.Record) {
	x := r.Exchange
	if x == nil || x.Trace == "" || x.Status == 0 {
		return
	}
	role := history.Backend
	if strings.HasPrefix(x.URL, w.auth+"/") {
		role = history.Auth
	}
	switch x.Purpose {
	case history.PurposeSample:
		w.samples[role] = append(w.samples[role], x.Trace)
	case history.PurposeTraffic:
		last := w.traffic[role]
		w.traffic[role] = append(last[max(0, len(last)-1):], x.Trace)
	}
}

// identify asks the server's log which instances answered, and waits until it knows.
func (s *Story) identify(ctx context.Context, c *cloud.Cloud, answered map[string][]string) error {
	for _, service := range s.header.Deployment.Services {
		if _, err := c.Instances(ctx, service.Name, s.start, answered[service.Role], s.target.Budgets().Ingest); err != nil {
			return err
		}
	}
	return nil
}
