package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func reconciled(v *View, r rollout) {
	switch s := r.state; {
	case s.Observed != s.Generation:
		v.Report(r.proof, "%s was asked for generation %d and still shows the state of generation %d; %s", r.Name, s.Generation, s.Observed, described(s.Terminal))
	case s.Reconciling:
		v.Report(r.proof, "%s is still being rolled out; %s", r.Name, described(s.Terminal))
	}
}

// ready gives every reason that service and revision have: which of them is the cause differs from case
// to case.
func ready(v *View, r rollout) {
	var why []string
	if !r.ready() {
		why = append(why, r.Name+": "+described(r.state.Terminal))
	}
	if !r.revision.Created.IsZero() && r.revision.Ready().State != gcp.Succeeded {
		why = append(why, r.revision.Name+": "+described(r.revision.Ready()))
	}
	if len(why) == 0 {
		return
	}
	for _, c := range r.revision.Conditions {
		if c.Type != gcp.Ready && c.State == gcp.Failed {
			why = append(why, r.revision.Name+": "+described(c))
		}
	}
	v.Report(r.andRevisions(v), "%s is not ready: %s", r.Name, strings.Join(why, "; "))
}

// andRevisions is the proof of what is said of the revision as well.
func (r rollout) andRevisions(v *View) []uint64 {
	return slices.Concat(r.proof, v.Cloud.Revisions(r.Name).Readings)
}

func latestReady(v *View, r rollout) {
	switch s := r.state; {
	case s.LatestCreated == "":
		v.Report(r.proof, "%s has no revision", r.Name)
	case s.LatestReady != s.LatestCreated:
		v.Report(r.proof, "%s was created last for %s, and %s is the latest that is ready", line(s.LatestCreated), r.Name, line(cmp.Or(s.LatestReady, "none")))
	}
}

// newRevision leaves out services that a deployment of the backend does not touch (deployment.md 2). A
// baseline that the service does not know is no proof that anything is new.
func newRevision(v *View, r rollout) {
	began := v.Header.Deployment.Began
	if r.Baseline == "" && (r.Role != history.Backend || r.state.LatestCreated == "") {
		return
	}
	list := v.Cloud.Revisions(r.Name)
	baseline, known := v.Cloud.Baseline(r.Service)
	switch {
	case r.Baseline != "" && baseline.Name == r.revision.Name:
		v.Report(r.proof, "nothing was deployed: %s is the revision of %s as before", r.revision.Name, r.Name)
	case !known && began.IsZero():
		v.Unmeasured("D1", r.proof, "nobody said which revision of %s was there before the deployment: set STAGING_BASELINE_REVISION to its name, or STAGING_DEPLOYMENT_BEGAN to the time", r.Name)
	case r.revision.Created.IsZero():
		v.Unmeasured("D1", list.Readings, "%s, which was created last, is not among the revisions of %s%s", line(r.revision.Name), r.Name, because(list.Lacks))
	case v.Cloud.misnamed(r.Service) != "":
		v.Unmeasured("D1", list.Readings, "%s", v.Cloud.misnamed(r.Service))
	case r.Baseline != "" && !r.revision.Created.After(baseline.Created):
		v.Report(r.andRevisions(v), "%s is not newer than the baseline %s", r.revision.Name, baseline.Name)
	case r.Baseline == "" && r.revision.Created.Before(began):
		v.Report(r.andRevisions(v), "nothing was deployed: %s, which was created last for %s, is from %s, and the deployment began at %s (STAGING_DEPLOYMENT_BEGAN)",
			r.revision.Name, r.Name, r.revision.Created.Format(time.RFC3339), began.Format(time.RFC3339))
	}
}

func image(v *View, r rollout) {
	if r.Image == "" {
		return
	}
	switch got := r.revision.Digest(); {
	case r.revision.Created.IsZero():
		v.Unmeasured("D1", r.proof, "which image %s runs is not known, for its latest revision is not listed%s", r.Name, because(v.Cloud.Revisions(r.Name).Lacks))
	case got == "":
		v.Unmeasured("D1", r.andRevisions(v), "%s names its image by a tag only, %s: deploy it by its digest, or do not set STAGING_IMAGE_DIGEST", r.revision.Name, quote(r.revision.Image))
	case got != r.Image:
		v.Report(r.andRevisions(v), "%s runs the image %s, and not %s", r.revision.Name, quote(got), r.Image)
	}
}

// because adds what a listing lacks to what follows from it.
func because(lacks string) string {
	if lacks == "" {
		return ""
	}
	return "; " + lacks
}
