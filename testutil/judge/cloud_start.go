package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Start is how far the start of an instance came, as its log says.
type Start struct {
	Instance string
	Begun    time.Time // the first that is heard of it
	// Done and Failed are the first entries that say that it started, and that it did not. Without one, its
	// Time is zero.
	Done, Failed gcp.Entry
	// done and failed are the times of the last such entries: a process may try again on the same instance.
	done, failed time.Time
	// Total is how long the start took by its own account, 0 if it does not say.
	Total time.Duration
	// Log are all entries of the start.
	Log *Listing[gcp.Entry]
}

// The markers of a start (deployment.md 4), in small letters: the cloud's filters compare without case.
var (
	doneMarker    = map[string]string{history.Backend: strings.ToLower(fixtures.BackendStarted), history.Auth: strings.ToLower(fixtures.AuthStarted)}
	failedMarkers = map[string][]string{
		history.Backend: {strings.ToLower(fixtures.BackendFailed), strings.ToLower(fixtures.BackendFailure), strings.ToLower(fixtures.FailedToBoot)},
		history.Auth:    {strings.ToLower(fixtures.FailedToBoot)},
	}
)

// Starts are those of the instances of a revision that are heard of, in the order of their beginnings. One
// without a marker is heard of among what belongs to no instance.
func (c *Cloud) Starts(s history.Service, revision string) []*Start {
	found := map[string]*Start{}
	of := func(instance string) *Start {
		if found[instance] == nil {
			found[instance] = &Start{Instance: instance, Log: c.Start(s.Name, revision, instance)}
		}
		return found[instance]
	}
	logs := []*Listing[gcp.Entry]{c.Markers(s.Name, revision), c.Start(s.Name, revision, "")}
	for _, instance := range c.Looked(s.Name, revision) {
		logs = append(logs, of(instance).Log)
	}
	for _, log := range logs {
		for _, e := range log.Items {
			if e.Instance != "" && e.Log != gcp.RequestLog {
				of(e.Instance).take(s.Role, e)
			}
		}
	}
	return sorted(found, func(a, b *Start) int {
		return cmp.Or(a.Begun.Compare(b.Begun), strings.Compare(a.Instance, b.Instance))
	})
}

func (s *Start) take(role string, e gcp.Entry) {
	if s.Begun.IsZero() || e.Time.Before(s.Begun) {
		s.Begun = e.Time
	}
	text := strings.ToLower(e.Text)
	if marker := doneMarker[role]; marker != "" && strings.Contains(text, marker) {
		s.Done, s.done = cmp.Or(s.Done, e), latest(s.done, e.Time)
	}
	if slices.ContainsFunc(failedMarkers[role], func(marker string) bool { return strings.Contains(text, marker) }) {
		s.Failed, s.failed = cmp.Or(s.Failed, e), latest(s.failed, e.Time)
	}
	if _, took, ok := strings.Cut(e.Text, fixtures.StartupTotal); ok && s.Total == 0 {
		took, _, _ = strings.Cut(strings.TrimSpace(took), " ")
		s.Total, _ = time.ParseDuration(took) // "3.512s"; anything else is no account
	}
}

// Up tells whether the instance said that it started, and not behind that that it did not.
func (s *Start) Up() bool { return s.done.After(s.failed) }

// Down tells whether the instance said that it did not start, and not behind that that it did.
func (s *Start) Down() bool { return !s.failed.IsZero() && !s.Up() }

// String is the beginning of the instance's id, which has over a hundred digits on Cloud Run: enough to find
// it by, with the filter labels.instanceId:"…".
func (s *Start) String() string {
	const shown = 20
	if len(s.Instance) <= shown {
		return line(s.Instance)
	}
	return line(s.Instance[:shown]) + "…"
}
