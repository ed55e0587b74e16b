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

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// here is what the stories of this process share. Main sets it.
var here *process

// A process is one run of the test binary of one package.
type process struct {
	plan    Plan
	pkg     string // folder below e2e
	apart   bool   // its embedded deployment is a process of its own
	started atomic.Int32
	attempt sync.Map // story name → *atomic.Int32

	config config.Config
	err    error // why no story can run; begin alone writes it

	interrupted context.Context // done at the first signal, with its cause
	stopSignals func()

	once   sync.Once // makes what follows, which a story reads through reach
	shared *deployment
	absent error // why there is none

	turn turn
}

// ErrInterrupted is the cause of the end of a story that a signal stopped.
var ErrInterrupted = errors.New("interrupted by a signal")

func begin(plan Plan, arrangements []Arrangement) *process {
	p := &process{plan: plan}
	for _, arrange := range arrangements {
		arrange(p)
	}
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
		return plan.need(loadOf(c), c.MaxRequestsPerMinute, c.MaxAPIRequestsPerMinute()).times(s.rounds)
	}
	all := needOf(selected)
	pace := "without a pace"
	if c.MaxRequestsPerMinute > 0 {
		pace = fmt.Sprintf("at %d requests a minute at least %s", c.MaxRequestsPerMinute, all.paced.Round(time.Second))
	}
	fmt.Printf("staging: remote target %s: %s in all packages need up to %d requests, %d below /api/, and %d prompts: %s, and up to %s with slow answers\n",
		c.APIURL, report.Many(all.stories, "story", "stories"), all.edge, all.api, all.prompts, pace, all.expected.Round(time.Second))

	if own := needOf(selected.of(p.pkg)); timeout > 0 && own.paced > timeout {
		return fmt.Errorf("%s of this package need at least %s at %d requests a minute (STAGING_MAX_REQUESTS_PER_MINUTE), "+
			"which does not fit into go test's -timeout %s: give it -timeout %s, or select fewer with -run",
			report.Many(own.stories, "story", "stories"), own.paced.Round(time.Second), c.MaxRequestsPerMinute, timeout, all.expected.Round(time.Minute)+time.Minute)
	}
	return nil
}

// reach returns the deployment that the stories share. It is made ready once.
func (p *process) reach() (*deployment, error) {
	p.once.Do(func() {
		if p.absent = p.err; p.err == nil {
			where := venue.Shared
			if p.apart {
				where = venue.Distant
			}
			p.shared, p.absent = deploy(p.interrupted, p.config, where)
		}
	})
	return p.shared, p.absent
}

// own returns a deployment for one story, which has to close it. A remote target cannot be copied: it is
// the one that all share.
func (p *process) own() (d *deployment, err error) {
	if p.err != nil || p.config.Target != config.Embedded {
		return p.reach()
	}
	return deploy(p.interrupted, p.config, venue.Own)
}

// end closes what reach made.
func (p *process) end() error {
	p.stopSignals()
	p.turn.end()
	if p.shared == nil {
		return nil
	}
	return p.shared.Close()
}

// attemptOf counts the runs of a story in this process, as -count makes them.
func (p *process) attemptOf(story string) int {
	counter, _ := p.attempt.LoadOrStore(story, new(atomic.Int32))
	return int(counter.(*atomic.Int32).Add(1))
}
