package cloud

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"sync"
	"time"
)

// Config says what a project is. All members are required but Hooks.
type Config struct {
	Project, Region string
	Token           string           // the bearer that reads the APIs
	Now             func() time.Time // must never run backwards
	Memory          func() int64     // resident memory of the process in bytes; 0 when not known
	Period          time.Duration    // between two points of a metric; 60 s on the platform
	Hooks           Hooks
}

// Hooks are the seams of the platform. Each is called once, by [New], with the correct behaviour, and
// returns what is used in its place; a nil hook changes nothing. What a hook returns is called from many
// goroutines at once, and must not call the project but through next.
type Hooks struct {
	// Image is called for every deployment. The image that runs already changes nothing.
	Image func(next Image) Image
	// Start is called for every instance of a deployment: it may print lines, and fail instead of the
	// application or after it. That does not keep the revision from being Ready, as the port is open
	// before the application is there (deployment.md 3); Probe does.
	Start func(next Start) Start
	// Probe is called for every revision once its instances were begun: an error, best a [Reason], makes
	// the deployment fail.
	Probe func(next Probe) Probe
	// Rollout is called when a revision is ready, for the traffic from then on.
	Rollout func(next Rollout) Rollout
	// Settle is called when the traffic of a ready revision was moved.
	Settle func(next Settle) Settle
	// Ingest is called for every log entry, whose maps are shared and must not be changed.
	Ingest func(next Ingest) Ingest
	// Permit is called for every request to the APIs.
	Permit func(next Permit) Permit
	// Page is called for every page of a list.
	Page func(next Page) Page
}

type (
	// Image says which image of a service a deployment finds, given the one that was built for it.
	Image func(service, built string) string
	// Start starts the application on an instance.
	Start func(ctx context.Context, i *Instance, application Boot) error
	// Probe asks whether the port of a revision is open.
	Probe func(revision string) error
	// Rollout says where the traffic goes, given what it was and the revision that is ready now.
	Rollout func(before []Target, revision string) []Target
	// Settle says whether what the service shows of itself is about the revision by now; if not, the service is
	// being reconciled for ever.
	Settle func(revision string) bool
	// Ingest stores an entry that can be read from some time after now on.
	Ingest func(e Entry, after time.Duration)
	// Permit says whether a bearer has a permission, such as run.services.get: nil, or a [*Refusal].
	Permit func(token, permission string) error
	// Page says how many items of those asked for a page has. 0 makes an empty page, with a token when
	// items are left.
	Page func(list string, size int) int
)

// Project is a project with its services and their logs. Its methods are safe for concurrent use.
type Project struct {
	cfg     Config
	image   Image
	start   Start
	probe   Probe
	rollout Rollout
	settle  Settle
	ingest  Ingest
	permit  Permit
	page    Page
	journal journal
	logs    map[string]string // how entries name the logs

	mu       sync.Mutex
	services []*Service // in the order in which they were made
	sampled  time.Time  // when the figures of the process were read last
}

// New makes a project without services.
func New(cfg Config) *Project {
	p := &Project{cfg: cfg, logs: make(map[string]string)}
	for _, log := range []string{Stdout, Stderr, requestLog, systemLog} {
		p.logs[log] = "projects/" + cfg.Project + "/logs/" + url.QueryEscape("run.googleapis.com/"+log)
	}
	p.image = hooked(cfg.Hooks.Image, func(_, built string) string { return built })
	p.start = hooked(cfg.Hooks.Start, func(ctx context.Context, i *Instance, application Boot) error { return application(ctx, i) })
	p.probe = hooked(cfg.Hooks.Probe, func(string) error { return nil })
	p.rollout = hooked(cfg.Hooks.Rollout, func([]Target, string) []Target { return []Target{{Percent: 100}} })
	p.settle = hooked(cfg.Hooks.Settle, func(string) bool { return true })
	p.ingest = hooked(cfg.Hooks.Ingest, func(e Entry, after time.Duration) { p.journal.add(e, cfg.Now().Add(after)) })
	p.permit = hooked(cfg.Hooks.Permit, p.knows)
	p.page = hooked(cfg.Hooks.Page, func(_ string, size int) int { return size })
	return p
}

func hooked[F any](hook func(F) F, correct F) F {
	if hook == nil {
		return correct
	}
	return hook(correct)
}

// Spec describes a service (deployment.md 1).
type Spec struct {
	Name, URI                  string
	Port                       int
	MinInstances, MaxInstances int
	Memory                     int64  // bytes
	CPU                        string // "4"
}

// Service adds a service, which serves nothing before its first [Service.Deploy].
func (p *Project) Service(spec Spec) *Service {
	s := &Service{Spec: spec, project: p, uid: hexID(16), created: p.cfg.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.services = append(p.services, s)
	return s
}

func (p *Project) location() string {
	return "projects/" + p.cfg.Project + "/locations/" + p.cfg.Region
}

// stamp writes a time as the APIs do.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func hexID(bytes int) string {
	raw := make([]byte, bytes)
	rand.Read(raw) // never fails (crypto/rand)
	return hex.EncodeToString(raw)
}
