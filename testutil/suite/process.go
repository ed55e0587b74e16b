package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// here is what the stories of this process share. Main sets it.
var here *process

// A process is one run of the test binary of one package.
type process struct {
	plan    Plan
	pkg     string // folder below e2e
	started atomic.Int32
	attempt sync.Map // story name → *atomic.Int32

	config config.Config
	err    error // why no story can run

	interrupted context.Context // done at the first signal, with its cause
	stopSignals func()

	once      sync.Once // starts what follows
	reference *refstaging.Server
	target    *staging.Target
}

// ErrInterrupted is the cause of the end of a story that a signal stopped.
var ErrInterrupted = errors.New("interrupted by a signal")

func begin(plan Plan) *process {
	p := &process{plan: plan}
	p.watchSignals()
	p.pkg, p.err = packageName()
	if p.err != nil {
		return p
	}
	if p.config, p.err = config.Load(); p.err != nil {
		return p
	}
	if p.config.Target == config.Remote {
		p.err = p.announce(flags(), timeout())
	}
	return p
}

// watchSignals lets the first SIGINT or SIGTERM end the stories in order, and the second end the
// process.
func (p *process) watchSignals() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for range 2 {
			select {
			case <-quit:
				return
			case s := <-signals:
				if ctx.Err() != nil {
					fmt.Printf("staging: second signal; histories so far: %s\n", p.config.Artifacts)
					os.Exit(130)
				}
				cancel(fmt.Errorf("%w (%v)", ErrInterrupted, s))
			}
		}
	}()
	p.interrupted = ctx
	p.stopSignals = func() {
		signal.Stop(signals)
		close(quit)
		<-gone
		cancel(nil)
	}
}

func timeout() time.Duration {
	d, err := time.ParseDuration(flagValue("test.timeout"))
	if err != nil {
		return 0 // no such flag: no limit
	}
	return d
}

// announce says what the selected stories of all packages will ask of a remote target. It refuses what
// the stories of this package cannot do in go test's -timeout, which is theirs alone.
func (p *process) announce(s selection, timeout time.Duration) error {
	selected, err := p.plan.selected(s.run, s.skip)
	if err != nil || s.list != "" || len(selected) == 0 {
		return err
	}
	c := p.config
	needOf := func(plan Plan) need {
		return plan.need(c.Users, c.MaxRequestsPerMinute, c.MaxAPIRequestsPerMinute()).times(s.rounds)
	}
	all := needOf(selected)
	pace := "without a pace"
	if c.MaxRequestsPerMinute > 0 {
		pace = fmt.Sprintf("at %d requests a minute at least %s", c.MaxRequestsPerMinute, all.paced.Round(time.Second))
	}
	fmt.Printf("staging: remote target %s: %s in all packages need up to %d requests, and %d below /api/: %s, and up to %s with slow answers\n",
		c.APIURL, many(all.stories, "story", "stories"), all.edge, all.api, pace, all.expected.Round(time.Second))

	if own := needOf(selected.of(p.pkg)); timeout > 0 && own.paced > timeout {
		return fmt.Errorf("%s of this package need at least %s at %d requests a minute (STAGING_MAX_REQUESTS_PER_MINUTE), "+
			"which does not fit into go test's -timeout %s: give it -timeout %s, or select fewer with -run",
			many(own.stories, "story", "stories"), own.paced.Round(time.Second), c.MaxRequestsPerMinute, timeout, all.expected.Round(time.Minute)+time.Minute)
	}
	return nil
}

// reach starts the reference if it is the target, once, and returns the target.
func (p *process) reach() (*staging.Target, error) {
	p.once.Do(func() {
		if p.err == nil {
			p.err = p.connect()
		}
	})
	return p.target, p.err
}

func (p *process) connect() (err error) {
	if p.config.Target == config.Embedded {
		if err = p.embed(); err != nil {
			return err
		}
	}
	p.target, err = staging.NewTarget(p.config, p.budgets())
	return err
}

// embed starts the reference deployment and points the configuration at it.
func (p *process) embed() (err error) {
	p.reference, err = startReference(p.config)
	if err != nil {
		return fmt.Errorf("start the embedded reference deployment: %w", err)
	}
	c := &p.config
	c.APIURL, c.AuthURL, c.WebSocketURL, c.AppURL = p.reference.APIURL(), p.reference.AuthURL(), p.reference.WebSocketURL(), p.reference.AppURL()
	c.SimulationKey = config.NewSecret(p.reference.SimulationKey())
	if c.EventShape == auto {
		c.EventShape = "september" // the reference declares its shape
	}
	c.Abilities = append(c.Abilities, history.ExactAnswers)
	c.SessionLimit = p.reference.Config().SessionLimit
	return nil
}

// auto leaves the dialect or the event shape to the target.
const auto = "auto"

// startReference starts the deployment that an embedded run tests.
func startReference(c config.Config) (*refstaging.Server, error) {
	if len(c.Fault) > 0 {
		return nil, fmt.Errorf("STAGING_FAULT names %q, and the reference has no such fault: unset it", c.Fault)
	}
	dialect := c.Dialect
	if dialect == auto {
		dialect = ""
	}
	return refstaging.Start(refstaging.Config{Dialect: dialect})
}

// budgets are those of the target's kind, as far as the configuration does not override them.
func (p *process) budgets() fixtures.Budgets {
	b := fixtures.RemoteBudgets()
	if p.config.Target == config.Embedded {
		b = fixtures.EmbeddedBudgets()
	}
	o := p.config.Budgets
	for _, override := range []struct {
		limit *time.Duration
		value time.Duration
	}{
		{&b.HTTP, o.HTTP}, {&b.Connect, o.Connect}, {&b.FirstEvent, o.FirstEvent}, {&b.Gap, o.Gap},
		{&b.Answer, o.Answer}, {&b.Reply, o.Reply}, {&b.Settle, o.Settle}, {&b.Idle, o.Idle},
		{&b.Recovery, o.Recovery}, {&b.Ready, o.Ready},
	} {
		if override.value > 0 {
			*override.limit = override.value
		}
	}
	return b
}

// end closes what reach made.
func (p *process) end() error {
	p.stopSignals()
	if p.target != nil {
		p.target.Close()
	}
	if p.reference != nil {
		if err := p.reference.Close(); err != nil {
			return fmt.Errorf("close the embedded reference deployment: %w", err)
		}
	}
	return nil
}

// attemptOf counts the runs of a story in this process, as -count makes them.
func (p *process) attemptOf(story string) int {
	counter, _ := p.attempt.LoadOrStore(story, new(atomic.Int32))
	return int(counter.(*atomic.Int32).Add(1))
}
