package suite

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// access is how a deployment's cloud is read. It is prepared when somebody first needs it.
type access struct {
	once  sync.Once
	cloud *cloud.Cloud
	err   error
}

// errNoProject is why there is no access at all.
var errNoProject = errors.New("no project on Google Cloud is named: set STAGING_GCP_PROJECT")

// cloud gives access to the deployment's cloud.
func (d *deployment) cloud(ctx context.Context) (*cloud.Cloud, error) {
	d.access.once.Do(func() { d.access.cloud, d.access.err = d.openCloud(ctx) })
	return d.access.cloud, d.access.err
}

func (d *deployment) openCloud(ctx context.Context) (*cloud.Cloud, error) {
	c := d.Config
	if c.GCPProject == "" {
		return nil, errNoProject
	}
	pool, err := c.CertPool()
	if err != nil {
		return nil, err
	}
	return cloud.Open(ctx, cloud.Options{
		Project: c.GCPProject, Region: c.GCPRegion, Endpoint: c.GCPEndpoint, Token: c.GCPToken.Reveal(),
		Base: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}},
	})
}

// measure reads what shows a criterion of issue #891. What the cloud does not let the suite read leaves it
// not measured, and the story goes on.
func (s *Story) measure(criterion string, read func(context.Context, *cloud.Cloud) error) {
	s.t.Helper()
	s.log.Remark(history.TopicMeasures, criterion)
	c, err := s.deployment.cloud(s.ctx)
	if err == nil {
		err = read(s.ctx, c.Record(s.log))
	}
	var missing *cloud.MissingError
	switch {
	case err == nil:
	case s.ctx.Err() != nil || errors.As(err, &missing):
		s.stop(err)
	default:
		s.NotMeasured(criterion, err.Error())
	}
}

// A rollout is what the cloud says of a service and its revisions.
type rollout struct {
	history.Service
	fresh  gcp.Revision // that is to serve
	before gcp.Revision // that it replaces; without a name if nobody knows it
	spared bool         // it is known that nobody deployed it
}

// rollouts reads the state of every service. With a limit it waits for rollouts to end.
func (s *Story) rollouts(ctx context.Context, c *cloud.Cloud, limit time.Duration) ([]rollout, error) {
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

// AwaitRollout waits until the new revision of each service serves and its application has started, for
// criterion D1.
func (s *Story) AwaitRollout() {
	s.t.Helper()
	s.measure("D1", func(ctx context.Context, c *cloud.Cloud) error {
		b := s.target.Budgets()
		all, err := s.rollouts(ctx, c, b.Rollout)
		if err != nil {
			return err
		}
		return s.starts(ctx, c, all)
	})
}

// starts reads how the new revisions started and then, since that takes minutes, once more what the cloud
// says of them.
func (s *Story) starts(ctx context.Context, c *cloud.Cloud, all []rollout) error {
	b := s.target.Budgets()
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

// ReadStart reads what each instance of the new revisions logged until its application had started, for
// criterion D2, and how long that took before, for P4.
func (s *Story) ReadStart() {
	s.t.Helper()
	var all []rollout
	s.measure("D2", func(ctx context.Context, c *cloud.Cloud) (err error) {
		if all, err = s.rollouts(ctx, c, s.target.Budgets().Rollout); err != nil {
			return err
		}
		return s.starts(ctx, c, all)
	})
	s.measure("P4", func(ctx context.Context, c *cloud.Cloud) error {
		for _, r := range all {
			if r.before.Created.IsZero() {
				continue // there is none, or none of that name: for the judge to say
			}
			if err := c.PastStart(ctx, r.Role, r.before); err != nil {
				return err
			}
		}
		return nil
	})
}

// CompareRevisions reads how the new revisions and those before them answered, for criterion D4. What the
// story asked before is waited for.
func (s *Story) CompareRevisions() {
	s.t.Helper()
	s.measure("D4", func(ctx context.Context, c *cloud.Cloud) error {
		all, err := s.rollouts(ctx, c, 0)
		if err != nil {
			return err
		}
		if err := s.identify(ctx, c, s.witness.traffic); shown(err) != nil {
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
	})
}

// answers reads the request log and the metrics of a service's two revisions; of the one before also what it
// answered when it should not any more.
func (s *Story) answers(ctx context.Context, c *cloud.Cloud, r rollout) error {
	for _, of := range []gcp.Revision{r.before, r.fresh} {
		until := time.Now()
		if _, err := c.Requests(ctx, r.Name, of.Name, of.Created, until, fixtures.LargestSample); shown(err) != nil {
			return err
		}
		if of.Name == r.before.Name {
			until = r.fresh.Created.Add(s.target.Budgets().Rollout) // it serves until the rollout is over
		}
		for _, metric := range []string{history.ReadCounts, history.ReadLatencies} {
			if _, err := c.Metric(ctx, metric, r.Name, of.Name, of.Created, until); shown(err) != nil {
				return err
			}
		}
	}
	return nil
}

// shown is an error of reading what another API may show as well. That a role is missing is none: the judge
// knows of it, and whether what the others showed is enough.
func shown(err error) error {
	if denied, ok := errors.AsType[*cloud.DeniedError](err); ok && denied.Status == http.StatusForbidden && !denied.Disabled {
		return nil
	}
	return err
}
