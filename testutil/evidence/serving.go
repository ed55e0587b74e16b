package evidence

import (
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Revision is what served when a story looked at the cloud.
type Revision struct {
	Role    string // that the service plays: history.Backend, history.Auth
	Service string
	Name    string    // short
	Created time.Time // zero if the cloud did not say
	Before  string    // that it replaced: the baseline that was given, or was found; empty if nobody knows
	Percent int       // of the traffic that reaches it
	// Earlier is the newest of those created before it that was ready: what could serve again. It is empty if
	// there is none, or the cloud did not say.
	Earlier string
}

// New tells whether it is known to serve in place of another.
func (r Revision) New() bool { return r.Percent > 0 && r.Before != "" && r.Name != r.Before }

// serving takes in the revisions that the cloud says are ready.
func (s *Story) serving(v *judge.View) {
	for _, service := range v.Cloud.Services() {
		for _, state := range v.Cloud.State(service.Name).Items {
			all := v.Cloud.Revisions(service.Name).Items
			r := Revision{Role: service.Role, Service: service.Name, Name: strings.Clone(state.LatestReady), Percent: state.Percent(state.LatestReady)}
			r.Created = gcp.Named(all, service.Name, r.Name).Created
			if before, ok := v.Cloud.Baseline(service); ok {
				r.Before = strings.Clone(before.Name)
			}
			if !r.Created.IsZero() {
				earlier, _ := gcp.Baseline(all, service.Name, "", r.Created)
				r.Earlier = strings.Clone(earlier.Name)
			}
			if r.Name != "" {
				s.Serving = append(s.Serving, r)
			}
		}
	}
}
