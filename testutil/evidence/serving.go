package evidence

import (
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Revision is what served when a story looked at the cloud.
type Revision struct {
	Service string
	Name    string    // short
	Created time.Time // zero if the cloud did not say
	Before  string    // the baseline that was given, empty if none was
}

// serving takes in the revisions that the cloud says are ready.
func (s *Story) serving(v *judge.View) {
	for _, service := range v.Cloud.Services() {
		for _, state := range v.Cloud.State(service.Name).Items {
			r := Revision{Service: service.Name, Name: strings.Clone(state.LatestReady), Before: service.Baseline}
			for _, known := range v.Cloud.Revisions(service.Name).Items {
				if known.Name == r.Name {
					r.Created = known.Created
				}
			}
			if r.Name != "" {
				s.Serving = append(s.Serving, r)
			}
		}
	}
}
