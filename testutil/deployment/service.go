package deployment

import (
	"context"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// maxRevisions is how many revisions of a service are read, the newest: far more than a rollback needs.
const maxRevisions = 500

func (c *Cloud) path(service string) string {
	return "projects/" + c.Project + "/locations/" + c.Region + "/services/" + service
}

// Service reads the state of a service.
func (c *Cloud) Service(ctx context.Context, service string) (gcp.Service, error) {
	about := history.Reading{API: history.RunAPI, Purpose: history.ReadService, Service: service, Page: 1}
	reading, err := c.ask(ctx, about, func(ctx context.Context) error {
		_, err := c.run.Get(c.path(service)).Context(ctx).Do()
		return err
	})
	if err != nil {
		return gcp.Service{}, err
	}
	c.record(reading)
	state, err := gcp.ParseService(reading.Body)
	if err != nil {
		return gcp.Service{}, fmt.Errorf("read %s of %s: %w", about.Purpose, service, err)
	}
	return state, nil
}

// AwaitRollout reads the state of a service until a rollout has ended, well or badly, or the limit has
// passed. Then it returns the state as it is: an unfinished rollout is no error.
func (c *Cloud) AwaitRollout(ctx context.Context, service string, limit time.Duration) (gcp.Service, error) {
	deadline := time.Now().Add(limit)
	for {
		state, err := c.Service(ctx, service)
		if err != nil || ended(state) || !time.Now().Before(deadline) {
			return state, err
		}
		if err := c.wait(ctx, deadline); err != nil {
			return state, fmt.Errorf("await the rollout of %s: %w", service, err)
		}
	}
}

// ended tells whether nothing more will happen without a further deployment (deployment.md 3). A failed
// one leaves the rest of the state as it was before.
func ended(s gcp.Service) bool {
	switch {
	case s.Reconciling || s.Terminal.Type != gcp.Ready:
		return false
	case s.Terminal.State == gcp.Failed:
		return true
	}
	return s.Terminal.State == gcp.Succeeded && s.Observed == s.Generation && s.LatestReady == s.LatestCreated && s.Percent(s.LatestReady) == 100
}

// Revisions reads the revisions of a service, newest first: the 500 newest, if there are more.
func (c *Cloud) Revisions(ctx context.Context, service string) ([]gcp.Revision, error) {
	return listing[gcp.Revision]{
		about: history.Reading{API: history.RunAPI, Purpose: history.ReadRevisions, Service: service},
		most:  maxRevisions, parse: gcp.ParseRevisions,
		page: func(ctx context.Context, token string) error {
			_, err := c.run.Revisions.List(c.path(service)).PageSize(100).PageToken(token).Context(ctx).Do()
			return err
		},
	}.read(ctx, c)
}
