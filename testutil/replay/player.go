package replay

import (
	"context"
	"slices"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// A player acts out a script. What it knows goes by the labels of the recording.
type player struct {
	script *Script
	venue  *venue.Venue
	target *staging.Target
	log    *history.Log
	survey *deployment.Survey
	ids    ids
	fast   bool

	mu        sync.Mutex
	users     map[string]*staging.User
	sessions  map[string]*staging.Session
	runs      map[string]*staging.Run
	signals   map[string]chan struct{}
	broke     []*Act        // that failed
	loggedOut *staging.User // who lost her token last
	result    *Result
}

func newPlayer(s *Script, v *venue.Venue, l *history.Log) *player {
	return &player{
		script: s, venue: v, target: v.Target.Record(l), log: l,
		users: map[string]*staging.User{}, sessions: map[string]*staging.Session{}, runs: map[string]*staging.Run{}, signals: map[string]chan struct{}{},
	}
}

// An AbsentError says that an act cannot be done, because what it needs did not come about.
type AbsentError struct{ What string }

func (e *AbsentError) Error() string { return e.What + " did not come about in this replay" }

func absent(what string) error { return &AbsentError{what} }

// find looks up by a label of the recording.
func find[T any](p *player, in map[string]T, label string) (T, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := in[label]
	if !ok {
		return found, absent(label)
	}
	return found, nil
}

func (p *player) user(label string) (*staging.User, error)       { return find(p, p.users, label) }
func (p *player) session(label string) (*staging.Session, error) { return find(p, p.sessions, label) }
func (p *player) run(label string) (*staging.Run, error)         { return find(p, p.runs, label) }

func keep[T any](p *player, in map[string]T, value T, labels ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, label := range labels {
		in[label] = value
	}
}

// failed tells whether one of the acts failed that are meant.
func (p *player) failed(meant func(*Act) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.broke, meant)
}

// open are the sessions that have not ended.
func (p *player) open() (open []*staging.Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[*staging.Session]bool{}
	for _, s := range p.sessions {
		select {
		case <-s.Done():
		default:
			if !seen[s] {
				open = append(open, s)
			}
			seen[s] = true
		}
	}
	return open
}

// An onSession does something on a session.
type onSession func(context.Context, *staging.Session, *player) error

// at lets it be done on the session of a label.
func (do onSession) at(label string) func(context.Context, *player) error {
	return func(ctx context.Context, p *player) error {
		s, err := p.session(label)
		if err != nil {
			return err
		}
		return do(ctx, s, p)
	}
}

// byUser lets something be done by the user of a label.
func byUser(label string, do func(context.Context, *staging.User, *player) error) func(context.Context, *player) error {
	return func(ctx context.Context, p *player) error {
		u, err := p.user(label)
		if err != nil {
			return err
		}
		return do(ctx, u, p)
	}
}

func nothing(context.Context, *player) error { return nil }

// remark notes what the story noted.
func remark(n history.Remark) func(context.Context, *player) error {
	return func(_ context.Context, p *player) error {
		p.log.Remark(n.Topic, n.Text)
		return nil
	}
}

// What is signalled of a run, after its label.
const (
	sent  = " was asked"
	begun = " has begun"
)

// signal is closed by give.
func (p *player) signal(name string) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.signals[name] == nil {
		p.signals[name] = make(chan struct{})
	}
	return p.signals[name]
}

// give gives a signal; a second time changes nothing.
func (p *player) give(name string) {
	signal := p.signal(name)
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-signal:
	default:
		close(signal)
	}
}

// restartWhenBegun restarts the target in the middle of runs.
func restartWhenBegun(runs []string) func(context.Context, *player) error {
	return func(ctx context.Context, p *player) error {
		for _, run := range runs {
			select {
			case <-p.signal(run + begun):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if !p.target.Describe().Can(history.Restart) {
			return &UntoldError{"the restart, of a target that the suite cannot restart"}
		}
		p.log.Remark(history.TopicRestart, "")
		return p.venue.Restart(ctx)
	}
}
