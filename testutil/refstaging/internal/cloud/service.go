package cloud

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
)

// Service is a Cloud Run service. What changes is guarded by the project's mutex.
type Service struct {
	Spec
	project *Project
	uid     string
	created time.Time

	updated     time.Time
	generation  int64
	observed    int64
	reconciling bool
	state       Condition
	revisions   []*Revision // oldest first
	ready       *Revision   // the latest ready one
	traffic     []Target
	arrivals    int // requests so far, for the split of the traffic
}

// Revision is one deployed version of a service.
type Revision struct {
	service   *Service
	name      string // short
	uid       string
	image     string
	boot      Boot
	resource  Resource // never changed
	created   time.Time
	updated   time.Time
	pending   bool
	state     Condition // Ready
	instances []*Instance
	served    bool // it has, or had, traffic
	turn      int
	counters  counters
}

// Target is a part of a service's traffic.
type Target struct {
	Revision string // short name; empty: the latest ready one
	Percent  int
}

// Boot starts the application on an instance, and returns when it takes requests or has failed. It ends
// when its context does.
type Boot func(ctx context.Context, i *Instance) error

// Deploy makes a revision and takes it as far as the platform would: its instances begin, the port is
// probed, traffic moves, and instances whose revision has lost its traffic end when they have nothing left
// to do. It returns when the application has started on all instances, or has failed on one, or the
// revision is not ready; the service then goes on with what it had. Deploying the image of the latest
// revision once more changes nothing.
func (s *Service) Deploy(ctx context.Context, image string, boot Boot) (revision string, err error) {
	r, created := s.create(s.project.image(s.Name, image), boot)
	if !created {
		return r.name, nil
	}
	var starts errgroup.Group
	begin := func(instances []*Instance) {
		for _, i := range instances {
			starts.Go(func() error { return i.start(ctx) })
		}
	}
	begin(r.instances)
	if err = s.project.probe(r.name); err == nil {
		begin(s.serve(r))
		err = starts.Wait()
	} else {
		starts.Wait() // why the probe failed, if anything
		s.fail(r, err)
	}
	if err != nil {
		return r.name, fmt.Errorf("deploy %s: %w", r.name, err)
	}
	return r.name, nil
}

// create makes the revision of an image, unless the latest one is that.
func (s *Service) create(image string, boot Boot) (r *Revision, created bool) {
	now := s.project.cfg.Now()
	s.project.mu.Lock()
	defer s.project.mu.Unlock()
	if n := len(s.revisions); n > 0 && s.revisions[n-1].image == image {
		return s.revisions[n-1], false
	}
	s.generation++
	r = &Revision{
		service: s, uid: hexID(16), image: image, boot: boot, created: now, updated: now, pending: true,
		name:  fmt.Sprintf("%s-%05d-%s", s.Name, s.generation, letters(3)), // deployment.md 4.1
		state: Condition{Type: "Ready", State: reconciling, Changed: now},
	}
	r.resource = s.resource(r.name)
	r.scale()
	s.revisions = append(s.revisions, r)
	s.state, s.reconciling, s.updated = r.state, true, now
	return r, true
}

// serve makes a revision the latest ready one and moves the traffic. It returns instances of revisions
// that have traffic again after all of theirs had ended: they are to start.
func (s *Service) serve(r *Revision) (again []*Instance) {
	now := s.project.cfg.Now()
	s.project.mu.Lock()
	before := s.traffic
	s.project.mu.Unlock()
	traffic := s.project.rollout(before, r.name)
	settled := s.project.settle(r.name)
	var idle []*Instance
	defer func() { end(idle) }() // unlocked
	s.project.mu.Lock()
	defer s.project.mu.Unlock()
	r.pending, r.updated = false, now
	r.state = Condition{Type: "Ready", State: succeeded, Changed: now}
	s.traffic, s.ready, s.state = traffic, r, r.state
	s.reconciling, s.updated = !settled, now
	if settled {
		s.observed = s.generation
	}
	for _, known := range s.revisions {
		if known.receives() && len(known.instances) == 0 {
			known.scale()
			again = append(again, known.instances...)
		}
		idle = append(idle, known.shrink()...)
	}
	return again
}

// fail leaves the service as it was, but for its state (deployment.md 3: the trap of the failed
// deployment).
func (s *Service) fail(r *Revision, err error) {
	now := s.project.cfg.Now()
	s.project.mu.Lock()
	defer s.project.mu.Unlock()
	r.pending, r.updated = false, now
	r.state = Condition{Type: "Ready", State: failed, Message: err.Error(), Changed: now, Revision: healthCheck}
	if reason, ok := errors.AsType[Reason](err); ok {
		r.state.Revision = reason
	}
	s.reconciling, s.updated = false, now
	s.state = r.state
	s.state.Message = fmt.Sprintf("Revision '%s' is not ready and cannot serve traffic. %s", r.name, err)
}

// Reason names a failure of a revision as the platform does, such as PROGRESS_DEADLINE_EXCEEDED.
type Reason string

func (r Reason) Error() string { return string(r) }

const healthCheck Reason = "HEALTH_CHECK_CONTAINER_ERROR"

// assign chooses the instance for the next request; nil when nothing serves.
func (s *Service) assign() *Instance {
	s.project.mu.Lock()
	defer s.project.mu.Unlock()
	s.arrivals++
	r := s.serving()
	if r == nil {
		return nil
	}
	r.turn++
	i := r.instances[r.turn%len(r.instances)]
	i.open++
	return i
}

// Ready is the short name of the latest ready revision; empty when there is none.
func (s *Service) Ready() string {
	s.project.mu.Lock()
	defer s.project.mu.Unlock()
	if s.ready == nil {
		return ""
	}
	return s.ready.name
}

// serving is the revision whose turn it is.
func (s *Service) serving() *Revision {
	slot := s.arrivals * 61 % 100 // spreads each hundred requests evenly over the parts
	for _, t := range s.traffic {
		if slot -= t.Percent; slot < 0 {
			return s.target(t)
		}
	}
	return nil
}

func (s *Service) target(t Target) *Revision {
	if t.Revision == "" {
		return s.ready
	}
	return s.find(t.Revision)
}

func (s *Service) find(revision string) *Revision {
	for _, r := range s.revisions {
		if r.name == revision {
			return r
		}
	}
	return nil
}

func letters(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('a' + rand.IntN(26))
	}
	return string(text)
}
