package deployment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A rollout is what the cloud says of a service and its revisions.
type rollout struct {
	history.Service
	fresh  gcp.Revision // that is to serve
	before gcp.Revision // that it replaces; without a name if nobody knows it
	spared bool         // it is known that nobody deployed it
}

// rollouts reads the state of every service. With a limit it waits for rollouts to end.
func (s *Survey) rollouts(ctx context.Context, c *Cloud, limit time.Duration) ([]rollout, error) {
	on := s.header.Deployment
	var all []rollout
	for _, service := range on.Services {
		state, err := c.AwaitRollout(ctx, service.Name, limit)
		if err != nil {
			return nil, err
		}
		revisions, err := c.Revisions(ctx, service.Name)
		if err != nil {
			return nil, err
		}
		r := rollout{Service: service}
		at := slices.IndexFunc(revisions, func(x gcp.Revision) bool { return x.Name == state.LatestCreated })
		if at < 0 {
			return nil, fmt.Errorf("the cloud lists no revision %q of %s, which it says it created last", state.LatestCreated, service.Name)
		}
		r.fresh = revisions[at]
		r.before, _ = gcp.Baseline(revisions, service.Name, service.Baseline, on.Began)
		r.spared = on.Spares(service, r.fresh.Created)
		all = append(all, r)
	}
	return all, nil
}

// serving reads whether the new revision of each service serves and its application has started, for D1.
func (s *Survey) serving(ctx context.Context, c *Cloud) error {
	all, err := s.rollouts(ctx, c, s.header.Budgets.Rollout)
	if err != nil {
		return err
	}
	return s.starts(ctx, c, all)
}

// starting reads what each instance of the new revisions logged until its application had started, for D2.
func (s *Survey) starting(ctx context.Context, c *Cloud) (err error) {
	if s.began, err = s.rollouts(ctx, c, s.header.Budgets.Rollout); err != nil {
		return err
	}
	return s.starts(ctx, c, s.began)
}

// starts reads how the new revisions started and then, since that takes minutes, once more what the cloud
// says of them.
func (s *Survey) starts(ctx context.Context, c *Cloud, all []rollout) error {
	b := s.header.Budgets
	for _, r := range all {
		if r.spared {
			continue
		}
		if err := c.Start(ctx, r.Role, r.fresh, b.Rollout, b.Ingest); err != nil {
			return err
		}
	}
	now, err := s.rollouts(ctx, c, 0)
	if err != nil {
		return err
	}
	for i, r := range now {
		if read := all[i].fresh.Name; r.fresh.Name != read {
			return fmt.Errorf("%s was deployed while the start of %s was read: run it again when nobody deploys", r.fresh.Name, read)
		}
	}
	return nil
}

// startedBefore reads how long the start took before that of which D2 reads, for P4.
func (s *Survey) startedBefore(ctx context.Context, c *Cloud) error {
	for _, r := range s.began {
		if r.before.Created.IsZero() {
			continue // there is none, or none of that name: for the judge to say
		}
		if err := c.PastStart(ctx, r.Role, r.before); err != nil {
			return err
		}
	}
	return nil
}
