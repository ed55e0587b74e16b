package refstaging

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/process"
)

// Cloud says what platform the deployment runs on (docs/protocol/deployment.md).
type Cloud struct {
	Addr  string // where the platform's APIs listen, host:port; empty: a free port of 127.0.0.1
	Token string // the bearer that may read them; empty: made on the spot

	Project string // empty: "netra-staging"
	Region  string // empty: "us-central1"

	StartPause time.Duration // how long each phase of a start rests, at most 10 s; 0: not at all
	Period     time.Duration // between two points of a metric, at most 1 h; 0: 60 s, as on the platform
}

func (c Cloud) withDefaults() Cloud {
	orString(&c.Addr, "127.0.0.1:0")
	orString(&c.Token, secret())
	orString(&c.Project, "netra-staging")
	orString(&c.Region, "us-central1")
	orDuration(&c.Period, time.Minute)
	return c
}

func (c Cloud) check() error {
	var wrong []error
	if c.StartPause < 0 || c.StartPause > 10*time.Second {
		wrong = append(wrong, fmt.Errorf("pause of the start is %v: choose one between 0 and 10s", c.StartPause))
	}
	if c.Period < 0 || c.Period > time.Hour {
		wrong = append(wrong, fmt.Errorf("period of the metrics is %v: choose one between 0 and 1h", c.Period))
	}
	return errors.Join(wrong...)
}

// CloudHooks wrap the platform under the deployment.
type CloudHooks = cloud.Hooks

// What a cloud hook needs.
type (
	Instance     = cloud.Instance // one running container of a service
	Target       = cloud.Target   // a part of a service's traffic
	LogEntry     = cloud.Entry    // as entries:list shows it
	StartProcess = cloud.Start    // starts the application on an instance
	Probe        = cloud.Probe    // asks whether the port of a revision is open
	Rollout      = cloud.Rollout  // says where the traffic goes
	Settle       = cloud.Settle   // says whether a service shows itself as it is now
	Image        = cloud.Image    // says which image a deployment finds
	Ingest       = cloud.Ingest   // stores a log entry
	Permit       = cloud.Permit   // judges who reads an API
	PageSize     = cloud.Page     // chooses the length of a page
	Reason       = cloud.Reason   // names a failure of a revision
	CloudRefusal = cloud.Refusal  // an error of the APIs
)

// The streams of an [Instance].
const (
	Stdout = cloud.Stdout
	Stderr = cloud.Stderr
)

// PermissionDenied is what a [Permit] hook answers when a role is missing, QuotaExhausted when it was
// asked too often.
func PermissionDenied(permission string) error { return cloud.Denied(permission) }
func QuotaExhausted() error                    { return cloud.Exhausted() }

// served is the instance that serves a request.
func served(r *http.Request) *Instance {
	at, _ := cloud.From(r.Context()) // the platform is in front of every service
	return at.Instance
}

// versions are what the services say of themselves (http.md 3.3, 5.4), whatever their revision.
func versions(service, _ string) string {
	return map[string]string{"auth": "1.0.0", "backend": "2.0.0"}[service]
}

// platform is what the two services run on. There is one process for all of their instances; what an
// instance has of its own is its start and its log.
type platform struct {
	cfg      Config
	clock    clock
	phase    StartPhase
	project  *cloud.Project
	services map[string]service // by the names of [Server.Deploy]
	built    sync.Map           // by the same names: the digest of the image that was built last
}

// service is what a deployment of it needs.
type service struct {
	*cloud.Service
	boot cloud.Boot
}

func newPlatform(cfg Config, urls urls, clock clock) *platform {
	p := &platform{cfg: cfg, clock: clock}
	p.phase = hooked(cfg.Hooks.Startup.Phase, p.rest)
	p.project = cloud.New(cloud.Config{
		Project: cfg.Cloud.Project, Region: cfg.Cloud.Region, Token: cfg.Cloud.Token, Period: cfg.Cloud.Period,
		Now: clock.now, Memory: func() int64 { own, _ := process.Read(clock.start); return own.RSS }, Hooks: cfg.Hooks.Cloud,
	})
	p.services = map[string]service{ // deployment.md 1
		"backend": {p.project.Service(cloud.Spec{
			Name: fixtures.BackendService, URI: urls.api, Port: 8000, MinInstances: 2, MaxInstances: 15, Memory: 6 << 30, CPU: "4",
		}), p.startBackend},
		"auth": {p.project.Service(cloud.Spec{
			Name: fixtures.AuthService, URI: urls.auth, Port: 8080, MinInstances: 1, MaxInstances: 10, Memory: 512 << 20, CPU: "1",
		}), p.startAuth},
	}
	return p
}

// deploy puts a new revision of a service into service.
func (p *platform) deploy(ctx context.Context, name string) (revision string, err error) {
	s, ok := p.services[name]
	if !ok {
		return "", fmt.Errorf("deploy %q: there are only auth and backend", name)
	}
	// There is no commit and no tag (deployment.md 2): only the digest tells two images apart.
	digest := "sha256:" + secret()
	p.built.Store(name, digest)
	return s.Deploy(ctx, fmt.Sprintf("gcr.io/%s/%s@%s", p.cfg.Cloud.Project, s.Name, digest), s.boot)
}

// deployAll makes the first revisions. What goes wrong is in the logs, where it belongs: the platform is
// there all the same.
func (p *platform) deployAll(ctx context.Context) {
	var both errgroup.Group
	for name := range p.services {
		both.Go(func() error { _, err := p.deploy(ctx, name); return err })
	}
	both.Wait()
}

// Deploy rolls out a new revision of a service, "auth" or "backend", while everything goes on, and waits
// until its application has started on every instance or has failed. Requests that arrive in between wait
// for it, as on the platform; open sessions stay where they are, and the instance they are on ends with
// them. It returns the short name of the revision, also of one that failed.
func (s *Server) Deploy(ctx context.Context, service string) (revision string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ending, cancel)()
	return s.platform.deploy(ctx, service)
}

// Revision is the short name of the latest ready revision of a service, "auth" or "backend"; empty when
// there is none.
func (s *Server) Revision(service string) string {
	known, ok := s.platform.services[service]
	if !ok {
		return ""
	}
	return known.Ready()
}

// Built is the digest of the image that was built last for a service, "auth" or "backend": the one that is to
// run.
func (s *Server) Built(service string) string {
	digest, _ := s.platform.built.Load(service)
	text, _ := digest.(string)
	return text
}

// CloudURL is the base URL of the platform's APIs: an endpoint for Google's client libraries.
func (s *Server) CloudURL() string { return s.urls.cloud }
