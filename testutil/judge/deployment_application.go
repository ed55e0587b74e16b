package judge

import (
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// proofs are the endpoints that show that a service's application has started (deployment.md 3 (7)).
var proofs = map[string][]endpoint{
	history.Backend: {{fixtures.Backend, "/health"}, {fixtures.Backend, "/api/monitoring/ping"}},
	history.Auth:    {{fixtures.Auth, "/health"}},
}

// application keeps what each of those endpoints answered last: the platform may call a service ready before
// its application is (deployment.md 3, Traps), and that is over when it answers.
func application() Hooks {
	type answer struct {
		seq uint64
		how string // it did not answer 200; empty if it did
	}
	last := map[endpoint]answer{}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if !isHealth(x) {
				return
			}
			for _, e := range v.endpointsAt(x.URL) {
				a := answer{seq: v.Record.Seq}
				switch {
				case x.Broken != nil:
					a.how = fmt.Sprintf("could not be asked at %s: %s", bounded(x.URL), quote(x.Broken.Error))
				case x.Status != 200:
					a.how = fmt.Sprintf("answered %s at %s", status(x.Status), bounded(x.URL))
				}
				last[endpoint{e.Service, e.Path}] = a
			}
		},
		End: everyRollout(func(v *View, r rollout) {
			if !r.ready() {
				return
			}
			for _, e := range proofs[r.Role] {
				switch a, asked := last[e]; {
				case !asked:
					v.Unmeasured("D1", nil, "nobody asked %s of the %s service whether it runs", e.path, e.service)
				case a.how != "":
					v.Report(slices.Concat(r.proof, []uint64{a.seq}), "%s is ready, as the platform has it, and its application is not: it %s", r.Name, a.how)
				}
			}
			r.started(v)
		}),
	}
}

// started judges what the instances say, and leaves out those whose time is not yet up.
func (r rollout) started(v *View) {
	all := v.startup(r.Service, r.revision)
	markers := all.markers
	if all.older && len(all.starts) == 0 {
		return // it started long ago
	}
	if !markers.Whole() {
		v.Unmeasured("D1", markers.Readings, "%s", markers.Lacks)
	}
	ready := r.Name + " is ready, as the platform has it"
	proof := slices.Concat(r.proof, markers.Readings)
	for _, s := range all.starts {
		switch {
		case s.Up():
		case s.Down():
			v.Report(proof, "%s, and its application did not start on instance %s: %s", ready, s, quote(s.Failed.Text))
		case markers.Whole() && v.due(markers, s.Begun):
			v.Report(proof, "%s, and instance %s has not said that its application started", ready, s)
		default:
			v.Unmeasured("D1", markers.Readings, "instance %s of %s had not said that it started when its log was read", s, r.revision.Name)
		}
	}
	switch {
	case len(all.starts) > 0 || !markers.Whole():
	case v.due(markers, r.revision.Created):
		v.Report(proof, "%s, and no instance of %s is heard of in its log", ready, r.revision.Name)
	default:
		v.Unmeasured("D1", markers.Readings, "no instance of %s was heard of when its log was read", r.revision.Name)
	}
}
