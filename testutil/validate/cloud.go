package validate

import (
	"context"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// A Served is a revision that served.
type Served struct {
	Service  string `json:"service"`
	Revision string `json:"revision"`
	Percent  int    `json:"percent"` // of the traffic
}

// A watch looks at the services of a deployment. What it sees decides nothing and is not recorded: the stories look
// again, and record what they see.
type watch struct {
	*deployment.Cloud
	config config.Config
}

// newWatch is nil where there is no project to look at.
func newWatch(ctx context.Context, c config.Config) (*watch, error) {
	if c.GCPProject == "" {
		return nil, nil
	}
	cloud, err := deployment.NewAccess(c).Cloud(ctx)
	if err != nil {
		return nil, err
	}
	return &watch{cloud, c}, nil
}

// serving is the revision that has most of the traffic, of equal ones the latest.
func serving(s gcp.Service) Served {
	best := Served{s.Name, s.LatestReady, s.Percent(s.LatestReady)}
	for _, share := range s.Traffic {
		if percent := s.Percent(share.Revision); percent > best.Percent {
			best.Revision, best.Percent = share.Revision, percent
		}
	}
	return best
}

// observe records what serves before anything is deployed. Where a deployment is to follow, what serves the
// backend's traffic now is its baseline, whatever the configuration says: with an older one, a deployment that did
// nothing would look new.
func (v *validation) observe(ctx context.Context) error {
	if v.Config.Target != config.Remote {
		return nil
	}
	var err error
	deploys := v.Config.DeployCommand != ""
	if v.cloud, err = newWatch(ctx, v.Config); err != nil && deploys {
		return fmt.Errorf("record what serves before the deployment: %w", err)
	}
	if err != nil {
		v.say("what serves is not known: " + err.Error())
		return nil
	}
	if v.cloud == nil {
		v.say("no access to the cloud: what serves is not known, and D1, D2, D4 and P4 will not be measured")
		return nil
	}
	for _, service := range []string{v.Config.BackendService, v.Config.AuthService} {
		state, err := v.cloud.Service(ctx, service)
		if err != nil && deploys {
			return fmt.Errorf("record what serves before the deployment: %w", err)
		}
		if err != nil {
			v.say("what serves is not known: " + err.Error())
			continue
		}
		s := serving(state)
		v.result.Before = append(v.result.Before, s)
		v.say(fmt.Sprintf("%s serves, with %d %% of the traffic of %s", s.Revision, s.Percent, s.Service))
		if deploys && service == v.Config.BackendService {
			v.env = append(v.env, "STAGING_BASELINE_REVISION="+s.Revision)
		}
	}
	return nil
}

// await waits until rollouts have ended and the health endpoints answer, as long as the budgets allow. A target that
// does not become ready is none of its business: the stories will say so, and why.
func (v *validation) await(ctx context.Context) {
	if v.Config.Target != config.Remote {
		return
	}
	budgets := fixtures.RemoteBudgets()
	if v.Config.Budgets.Rollout > 0 {
		budgets.Rollout = v.Config.Budgets.Rollout
	}
	v.step("wait until the deployment is ready, at most " + budgets.Rollout.String())
	if v.cloud != nil {
		v.awaitRollouts(ctx, budgets.Rollout)
	}
	v.awaitHealth(ctx, budgets.Rollout)
}

func (v *validation) awaitRollouts(ctx context.Context, limit time.Duration) {
	for _, service := range []string{v.Config.BackendService, v.Config.AuthService} {
		state, err := v.cloud.AwaitRollout(ctx, service, limit)
		switch {
		case err != nil:
			v.say("the state of " + service + " is not known: " + err.Error())
		case v.result.Deployed:
			s := serving(state)
			v.say(fmt.Sprintf("now %s serves, with %d %% of the traffic of %s", s.Revision, s.Percent, s.Service))
		}
	}
}
