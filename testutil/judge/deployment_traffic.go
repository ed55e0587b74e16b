package judge

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// traffic resolves shares of the latest revision: they go to the latest that is ready, which after a failed
// deployment is the old one (deployment.md 3, Traps).
func traffic(v *View, r rollout) {
	if r.state.LatestCreated == "" {
		return // deployment/latest-ready
	}
	shares := map[string]int{}
	for _, s := range r.state.Traffic {
		name := s.Revision
		if s.Latest {
			name = cmp.Or(name, r.state.LatestReady)
		}
		shares[name] += s.Percent
	}
	r.served(v, shares[r.state.LatestCreated])
	if shares[r.state.LatestCreated] == 100 {
		return
	}
	var said []string
	for _, name := range slices.Sorted(maps.Keys(shares)) {
		if shares[name] != 0 {
			said = append(said, fmt.Sprintf("%d %% to %s", shares[name], line(cmp.Or(name, "a revision without a name"))))
		}
	}
	v.Report(r.proof, "the traffic of %s does not all go to %s, which was created last: %s",
		r.Name, line(r.state.LatestCreated), cmp.Or(strings.Join(said, ", "), "it does not say where it goes"))
}

// served says how much of the traffic the latest revision has, and how many of its instances have started.
func (r rollout) served(v *View, percent int) {
	fact := fmt.Sprintf("%s has %d %% of the traffic of %s", r.state.LatestCreated, percent, r.Name)
	if before, known := v.Cloud.Baseline(r.Service); known && before.Name != r.revision.Name {
		fact += ", in place of " + before.Name
	}
	if starts := v.startup(r.Service, r.revision).starts; len(starts) > 0 {
		fact += ", and of its instances " + upOf(starts) + " started"
	}
	v.Shows("D1", "%s", fact)
}

// upOf is how many instances say that they started: "2 of 2".
func upOf(starts []*Start) string {
	up := 0
	for _, one := range starts {
		if one.Up() {
			up++
		}
	}
	return fmt.Sprintf("%d of %d", up, len(starts))
}

// settling is how long requests may still reach the old revision after the rollout: 30 s remotely, which is
// longer than an edge keeps a route.
func (v *View) settling() time.Duration { return v.Header.Budgets.Rollout / 10 }

// oneRevision looks for requests that another revision took, from their beginning: a session that goes on
// with the revision that it began on is in order.
func oneRevision(v *View, r rollout) {
	if r.pending() || !r.ready() || r.state.LatestCreated == "" {
		return
	}
	settled := latest(r.state.Terminal.Since, r.revision.Ready().Since, r.changed()).Add(v.settling())
	for _, name := range v.Cloud.Answered(r.Name) {
		if name == r.state.LatestCreated {
			continue
		}
		list := v.Cloud.Requests(r.Name, name)
		n, first := 0, gcp.Entry{}
		for _, e := range list.Items {
			if e.Request != nil && e.Time.Add(-e.Request.Latency).After(settled) && !r.byTag(e) {
				if n++; n == 1 {
					first = e
				}
			}
		}
		if n > 0 {
			v.Report(list.Readings, "%s answered %d requests after %s had replaced it, the first of them %s %s at %s",
				line(name), n, r.state.LatestCreated, line(first.Request.Method), quote(first.Request.URL), first.Time.Format(time.RFC3339Nano))
		}
	}
}

// changed is when the traffic was last moved, at the latest: when the service was changed, or else when it was
// read where the traffic is now.
func (r rollout) changed() time.Time {
	if r.state.Updated.IsZero() {
		return r.read
	}
	return r.state.Updated
}

// byTag tells whether a request was meant for a revision by the tag in its host, "tag---service…".
func (r rollout) byTag(e gcp.Entry) bool {
	_, host, _ := strings.Cut(e.Request.URL, "://")
	return slices.ContainsFunc(r.state.Traffic, func(s gcp.Share) bool { return s.Tag != "" && strings.HasPrefix(host, s.Tag+"---") })
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// oneVersion keeps what each endpoint said first. No answer names its revision (deployment.md 3), so that
// versions may be the same and revisions not.
func oneVersion() Hooks {
	type word struct {
		version string
		seq     uint64
	}
	said := map[string]word{} // by URL of one of the health family
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if !isHealth(x) || x.Broken != nil || len(v.endpointsAt(x.URL)) == 0 {
				return
			}
			url, _, _ := strings.Cut(x.URL, "?")
			switch version, before := text(object(x), "version"), said[url]; {
			case version == "":
			case before.seq == 0:
				said[strings.Clone(url)] = word{strings.Clone(version), v.Record.Seq}
			case version != before.version:
				v.Report(v.Here(before.seq), "two versions answer at %s: %s and %s", bounded(url), quote(before.version), quote(version))
			}
		},
		Note: func(v *View) {
			if v.Record.Note != nil && v.Record.Note.Topic == history.TopicRestart {
				clear(said)
			}
		},
	}
}
