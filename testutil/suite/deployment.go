package suite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/child"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// A deployment is a target that stories are told at: the one that the configuration names or, where
// that is the embedded one, a reference deployment that was started for it.
type deployment struct {
	config    config.Config // with what is known of the reference deployment
	target    *staging.Target
	reference *refstaging.Server // in this process; nil: the target is elsewhere
	apart     *child.Process     // in a process of its own; nil: it is not
	own       bool               // one story's, which closes it
	access    access             // to its cloud
}

// A placing says where the embedded reference deployment runs.
type placing string

const (
	shared placing = "shared" // in this process, for all of its stories
	own    placing = "own"    // in this process, for one story, scaled down
	apart  placing = "apart"  // in a process of its own
)

// deploy makes the target of c ready, starting a reference deployment if it is the embedded one.
func deploy(ctx context.Context, c config.Config, where placing) (*deployment, error) {
	d := &deployment{config: c, own: where == own}
	if c.Target == config.Embedded {
		if err := d.embed(where); err != nil {
			return nil, errors.Join(fmt.Errorf("start the embedded reference deployment: %w", err), d.close())
		}
	}
	var err error
	if d.target, err = staging.NewTarget(d.config, budgets(c)); err != nil {
		return nil, errors.Join(err, d.close())
	}
	if d.apart != nil {
		if err := d.replace(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("replace the first revision of the embedded reference deployment: %w", err), d.close())
		}
	}
	return d, nil
}

// embed starts a reference deployment and points the configuration at it.
func (d *deployment) embed(where placing) (err error) {
	c := &d.config
	declared, err := variants.Declared(c.Variant)
	if err != nil {
		return fmt.Errorf("STAGING_VARIANT: %w", err)
	}
	dialect := c.Dialect
	if dialect == auto {
		dialect = cmp.Or(declared.Dialect, september)
	}
	c.Abilities = []string{history.ExactAnswers, history.SimulatedFailures}
	at := served{}
	if where == apart {
		d.apart, at, err = startApart(apartTask{dialect, c.Variant, c.Fault, faultOptions(*c)})
	} else {
		at, err = d.within(dialect)
	}
	if err != nil {
		return err
	}
	at.configure(c)
	if c.EventShape == auto {
		c.EventShape = cmp.Or(declared.Shape, dialect) // the reference declares its shape
	}
	return nil
}

// faultOptions say how the faults of the embedded target strike.
func faultOptions(c config.Config) faults.Options {
	return faults.Options{Rate: c.FaultRate, Seed: uint64(c.FaultSeed)}
}

// shape makes a reference deployment unusual, and then faulty.
func shape(c *refstaging.Config, variant, fault []string, strikes faults.Options) error {
	if err := variants.Apply(c, variant); err != nil {
		return fmt.Errorf("STAGING_VARIANT: %w", err)
	}
	if err := faults.Apply(c, fault, strikes); err != nil {
		return fmt.Errorf("STAGING_FAULT: %w", err)
	}
	return nil
}

// within starts the reference deployment in this process.
func (d *deployment) within(dialect string) (at served, err error) {
	c := &d.config
	c.Abilities = append(c.Abilities, history.ForgedTokens)
	wanted := refstaging.Config{Dialect: dialect}
	if d.own {
		wanted = scaledDown(dialect)
		c.Abilities = append(c.Abilities, history.ShortTokens, history.Restart)
	}
	if err := shape(&wanted, c.Variant, c.Fault, faultOptions(*c)); err != nil {
		return at, err
	}
	if d.reference, err = refstaging.Start(wanted); err != nil {
		return at, err
	}
	return servedBy(d.reference), nil
}

// auto leaves the dialect or the event shape to the target; the embedded one then speaks september.
const auto, september = "auto", "september"

// scaledDown is a deployment in which nothing takes long, with the same rules.
func scaledDown(dialect string) refstaging.Config {
	return refstaging.Config{
		Dialect:        dialect,
		AccessTTL:      3 * time.Second,
		HeartbeatEvery: 300 * time.Millisecond,
		RunLimit:       2 * time.Second,
		SessionLimit:   3,
	}
}

// power returns the reference deployment, for what can only be done in its own process.
func (d *deployment) power(a Ability) (*refstaging.Server, error) {
	if d.reference == nil {
		return nil, fmt.Errorf("the target runs elsewhere, where the suite has no such power: take %q out of STAGING_ABILITIES", a)
	}
	return d.reference, nil
}

// forge signs a token that is wrong in one thing.
func (d *deployment) forge(f refstaging.Forgery) (token string, err error) {
	reference, err := d.power(ForgedTokens)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	return reference.Forge(f)
}

// restart ends the story's own deployment and starts it anew, as the same one, at the same URLs.
func (d *deployment) restart(ctx context.Context) error {
	reference, err := d.power(Restart)
	switch {
	case err != nil:
		return fmt.Errorf("restart the backend: %w", err)
	case !d.own:
		return errors.New("restart the backend: other stories are at work there: begin this one with suite.Start(t, suite.Own)")
	}
	if err := reference.Close(); err != nil {
		return fmt.Errorf("restart the embedded reference deployment: %w", err)
	}
	if reference, err = startAgain(ctx, reference.Config()); err != nil {
		return fmt.Errorf("restart the embedded reference deployment: %w", err)
	}
	d.reference = reference
	return nil
}

// For a moment after a server has closed, somebody else may use its port, such as a client that the
// system gave it to.
const (
	portFree  = time.Second
	portPause = 20 * time.Millisecond
)

// startAgain starts a reference deployment where one was before, as soon as its ports are free. It blocks
// for a second at most.
func startAgain(ctx context.Context, served refstaging.Config) (*refstaging.Server, error) {
	ctx, cancel := context.WithTimeout(ctx, portFree)
	defer cancel()
	for {
		reference, err := refstaging.Start(served)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return reference, err
		}
		select {
		case <-time.After(portPause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (d *deployment) close() error {
	if d.target != nil {
		d.target.Close()
	}
	var broken []error
	if d.reference != nil {
		broken = append(broken, d.reference.Close())
	}
	if d.apart != nil {
		broken = append(broken, d.apart.End())
	}
	if err := errors.Join(broken...); err != nil {
		return fmt.Errorf("close the embedded reference deployment: %w", err)
	}
	return nil
}

// budgets are those of the target's kind, as far as the configuration does not override them.
func budgets(c config.Config) fixtures.Budgets {
	b := fixtures.RemoteBudgets()
	if c.Target == config.Embedded {
		b = fixtures.EmbeddedBudgets()
	}
	o := c.Budgets
	for _, override := range []struct {
		limit *time.Duration
		value time.Duration
	}{
		{&b.HTTP, o.HTTP}, {&b.Connect, o.Connect}, {&b.FirstEvent, o.FirstEvent}, {&b.Gap, o.Gap},
		{&b.Answer, o.Answer}, {&b.Reply, o.Reply}, {&b.Settle, o.Settle}, {&b.Idle, o.Idle}, {&b.Rollout, o.Rollout}, {&b.Ingest, o.Ingest}, {&b.Cleanup, o.Cleanup},
		{&b.Recovery, o.Recovery}, {&b.Ready, o.Ready},
	} {
		if override.value > 0 {
			*override.limit = override.value
		}
	}
	return b
}
