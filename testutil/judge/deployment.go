package judge

import (
	"cmp"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// revisionRules are criterion D1: they judge the state of each service as it was read last.
var revisionRules = []Rule{
	{
		ID: "deployment/reconciled", Hard: true, Criterion: "D1", Source: "deployment.md 3 (1), (2)",
		Says:  "Each service has become what was asked for: otherwise the rest of its state is about the revision before.",
		Hooks: Hooks{End: everyRollout(reconciled)},
	},
	{
		ID: "deployment/ready", Hard: true, Criterion: "D1", Source: "deployment.md 3 (3)",
		Says:  "Each service is ready; if not, the finding gives the platform's reason.",
		Hooks: Hooks{End: everyRollout(ready)},
	},
	{
		ID: "deployment/latest-ready", Hard: true, Criterion: "D1", Source: "deployment.md 3 (4)",
		Says:  "The revision of each service that was created last is ready.",
		Hooks: Hooks{End: everyRollout(latestReady)},
	},
	{
		ID: "deployment/new-revision", Hard: true, Criterion: "D1", Source: "deployment.md 3 (5)",
		Says:  "The backend's revision is another than before the deployment, and so is that of each service whose baseline is given.",
		Hooks: Hooks{End: everyRollout(newRevision)},
	},
	{
		ID: "deployment/image", Hard: true, Criterion: "D1", Source: "deployment.md 2; issue #4, Evidence",
		Says:  "The new revision of a service runs the image that the configuration names.",
		Hooks: Hooks{End: everyRollout(image)},
	},
	{
		ID: "deployment/traffic", Hard: true, Criterion: "D1", Source: "deployment.md 3 (6)",
		Says:  "All traffic of each service goes to the revision that was created last.",
		Hooks: Hooks{End: everyRollout(traffic)},
	},
	{
		ID: "deployment/one-revision", Hard: true, Criterion: "D1", Source: "deployment.md 3, Traps",
		Says:  "Once the rollout has settled, no other revision takes requests, as the request log has it.",
		Hooks: Hooks{End: everyRollout(oneRevision)},
	},
	{
		ID: "deployment/application", Hard: true, Criterion: "D1", Source: "deployment.md 3 (7)",
		Says:  "Where the platform calls a service ready, its application has started: every instance said so, and the health endpoints answer 200.",
		State: application,
	},
	{
		ID: "deployment/one-version", Hard: true, Criterion: "D1", Source: "issue #4, Rules; deployment.md 3, Traps",
		Says:  "A health endpoint that says its version says the same one throughout a story.",
		State: oneVersion,
	},
}

// A rollout is the deployment of one service, as it was when it was read last.
type rollout struct {
	history.Service
	state    gcp.Service
	revision gcp.Revision // that was created last; only its name is known if the revisions were not read
	read     time.Time
	proof    []uint64
}

// everyRollout judges the rollout of each service, and says whose state is not known.
func everyRollout(judge func(*View, rollout)) func(*View) {
	return func(v *View) {
		criterion := v.docket.speaking.Criterion
		if v.Cloud.Services() == nil {
			v.Unmeasured(criterion, nil, noProject)
		}
		for _, s := range v.Cloud.Services() {
			state := v.Cloud.State(s.Name)
			if !state.Whole() {
				v.Unmeasured(criterion, state.Readings, "%s", state.Lacks)
				continue
			}
			r := rollout{Service: s, state: state.Items[0], read: state.Read, proof: state.Readings}
			r.revision, _ = v.Cloud.New(s)
			if cut := v.Stopped.Topic; (cut == history.TopicInterrupted || cut == history.TopicTimeout) && r.pending() {
				v.Unmeasured(criterion, state.Readings, "the story was interrupted while %s was being rolled out", s.Name)
				continue
			}
			v.Measured(criterion)
			judge(v, r)
		}
	}
}

const noProject = "the history knows of no cloud: set STAGING_GCP_PROJECT"

// pending tells whether the state is still to change.
func (r rollout) pending() bool {
	return r.state.Reconciling || r.state.Observed != r.state.Generation
}

// ready tells whether the platform says that the service is.
func (r rollout) ready() bool {
	return r.state.Terminal.Type == gcp.Ready && r.state.Terminal.State == gcp.Succeeded
}

// described says what a condition is and why: "Ready is CONDITION_FAILED (HEALTH_CHECK_CONTAINER_ERROR)".
func described(c gcp.Condition) string {
	if c.Type == "" {
		return "there is no condition Ready"
	}
	text := fmt.Sprintf("%s is %s", line(c.Type), line(cmp.Or(c.State, "without a state")))
	if c.Cause() != "" {
		text += " (" + line(c.Cause()) + ")"
	}
	if c.Message != "" {
		text += ": " + quote(c.Message)
	}
	return text
}
