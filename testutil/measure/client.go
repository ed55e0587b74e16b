package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// A crowd is the real client as a story uses it: one history on disk, all standing rules, many sessions.
type crowd struct {
	job      job
	target   *staging.Target
	log      *history.Log
	judge    *judge.Judge
	received atomic.Int64 // frames
	hard     []string     // findings, in the history's order
	sessions []*staging.Session
	prompts  [][]prompts.Prompt // of each session; made before they are sent
}

func runClient(ctx context.Context, j job) (used usage, err error) {
	c, err := newCrowd(j)
	if err != nil {
		return used, err
	}
	if used, err = c.measured(ctx); err != nil {
		return used, errors.Join(err, c.close())
	}
	return c.settle(used)
}

func (c *crowd) measured(ctx context.Context) (used usage, err error) {
	before, err := c.memory()
	if err != nil {
		return used, err
	}
	if err := together(ctx, c.job.Sessions, dialling, c.connect); err != nil {
		return used, err
	}
	if used, err = c.prompted(ctx); err != nil {
		return used, err
	}
	after, err := c.memory()
	used.PerSession = (after - before) / int64(c.job.Sessions)
	return used, err
}

func newCrowd(j job) (*crowd, error) {
	target, err := staging.NewTarget(config.Config{
		Target: config.Remote, APIURL: j.Place.API, AuthURL: j.Place.Auth, WebSocketURL: j.Place.WebSocket, AppURL: j.Place.App,
		SimulationKey: config.NewSecret(j.Place.Key), SessionLimit: j.Place.SessionLimit, Abilities: []string{history.ExactAnswers},
		Dialect: "september", EventShape: "september",
	}, fixtures.RemoteBudgets())
	if err != nil {
		return nil, err
	}
	c := &crowd{job: j, sessions: make([]*staging.Session, j.Sessions), prompts: make([][]prompts.Prompt, j.Sessions)}
	header := history.Header{
		Version: history.Version, Suite: staging.Version, Package: "./testutil/measure", Story: "measure",
		Target: target.Describe(), Budgets: target.Budgets(),
	}
	c.judge = judge.New(header)
	if c.log, err = history.Create(j.History, header, c.observe); err != nil {
		return nil, err
	}
	c.target = target.Record(c.log)
	return c, nil
}

// observe is what the suite does with every record of a story.
func (c *crowd) observe(r *history.Record) {
	if r.Kind == history.Recv {
		c.received.Add(1)
	}
	c.found(c.judge.Observe(r))
}

func (c *crowd) found(findings []judge.Finding) {
	for _, f := range findings {
		if f.Hard {
			c.hard = append(c.hard, f.String())
		}
	}
}

func (c *crowd) connect(ctx context.Context, i int) error {
	user, err := c.target.Login(ctx)
	if err != nil {
		return err
	}
	nonce := prompts.NewNonce()
	for range c.job.Prompts {
		c.prompts[i] = append(c.prompts[i], c.job.prompt(nonce))
	}
	c.sessions[i], err = user.Connect(ctx)
	return err
}

// prompted sends the prompts and measures what that takes, the wait for the last line of history on its
// way to the disk excepted.
func (c *crowd) prompted(ctx context.Context) (usage, error) {
	stop, err := profile(c.job.Profile)
	if err != nil {
		return usage{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, phaseLimit)
	defer cancel()
	before := c.received.Load()
	used, err := metered(func() error { return together(ctx, c.job.Sessions, -1, c.converse) })
	used.Frames = c.received.Load() - before
	return used, errors.Join(err, stop())
}

func (c *crowd) converse(ctx context.Context, i int) error {
	for _, p := range c.prompts[i] {
		run, err := c.sessions[i].Ask(p)
		if err != nil {
			return err
		}
		if _, err := run.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle closes everything and adds what the end of history and judgement takes.
func (c *crowd) settle(used usage) (usage, error) {
	c.target.Close()
	ending, err := metered(func() error {
		err := c.log.Close()
		c.found(c.judge.Finish())
		return err
	})
	if err != nil {
		return used, err
	}
	used.CPU += ending.CPU
	used.Rules, used.Findings = len(judge.Standing()), slices.Compact(c.hard)
	info, err := os.Stat(c.job.History)
	if err != nil {
		return used, fmt.Errorf("look at the history: %w", err)
	}
	used.Recorded = info.Size()
	return used, nil
}

func (c *crowd) close() error {
	c.target.Close()
	return c.log.Close()
}

// memory is the settled memory if the job asks for it.
func (c *crowd) memory() (int64, error) {
	if !c.job.Idle {
		return 0, nil
	}
	return settledMemory()
}

// profile writes a CPU profile until stop is called; without a path it does nothing.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("write a profile: %w", err), file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
