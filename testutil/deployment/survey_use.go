package deployment

import (
	"context"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// identify asks the server's log which instances answered, and waits until it knows.
func (s *Survey) identify(ctx context.Context, c *Cloud, answered map[string][]string) error {
	for _, service := range s.header.Deployment.Services {
		s.mu.Lock()
		traces := answered[service.Role]
		s.mu.Unlock()
		if _, err := c.Instances(ctx, service.Name, s.header.Start, traces, s.header.Budgets.Ingest); err != nil {
			return err
		}
	}
	return nil
}

// answering reads how the new revisions and those before them answered, for D4. What the story asked before is
// waited for.
func (s *Survey) answering(ctx context.Context, c *Cloud) error {
	all, err := s.rollouts(ctx, c, 0)
	if err != nil {
		return err
	}
	if err := s.identify(ctx, c, s.traffic); otherwise(err) != nil {
		return err
	}
	for _, r := range all {
		if r.before.Created.IsZero() {
			continue // there is none, or none of that name: for the judge to say
		}
		if err := s.answers(ctx, c, r); err != nil {
			return err
		}
	}
	return nil
}

// answers reads the request log and the metrics of a service's two revisions; of the one before also what it
// answered when it should not any more.
func (s *Survey) answers(ctx context.Context, c *Cloud, r rollout) error {
	for _, of := range []gcp.Revision{r.before, r.fresh} {
		until := time.Now()
		if _, err := c.Requests(ctx, r.Name, of.Name, of.Created, until, fixtures.LargestSample); otherwise(err) != nil {
			return err
		}
		if of.Name == r.before.Name {
			until = r.fresh.Created.Add(s.header.Budgets.Rollout) // it serves until the rollout is over
		}
		for _, metric := range []string{history.ReadCounts, history.ReadLatencies} {
			if _, err := c.Metric(ctx, metric, r.Name, of.Name, of.Created, until); otherwise(err) != nil {
				return err
			}
		}
	}
	return nil
}

// using reads, for P3, which instances the samples are of and, since nobody may be able to tell, what the
// platform itself says of the memory of all.
func (s *Survey) using(ctx context.Context, c *Cloud) error {
	if err := s.identify(ctx, c, s.samples); otherwise(err) != nil {
		return err
	}
	all, err := s.rollouts(ctx, c, 0)
	if err != nil {
		return otherwise(err)
	}
	for _, r := range all {
		for _, metric := range []string{history.ReadMemory, history.ReadInstances} {
			if _, err := c.Metric(ctx, metric, r.Name, r.fresh.Name, s.header.Start, time.Now()); otherwise(err) != nil {
				return err
			}
		}
	}
	return nil
}
