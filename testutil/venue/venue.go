// Package venue makes the target ready that stories are told at, and that recorded ones are told at again: the
// one that the configuration names or, where that is the embedded one, a reference deployment in the
// circumstances that the story needs.
package venue

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

// A Venue is a target that stories are told at.
type Venue struct {
	Config config.Config // with what is known of the reference deployment
	Target *staging.Target

	reference *refstaging.Server // in this process; nil: the target is elsewhere
	apart     *child.Process     // in a process of its own; nil: it is not
	own       bool               // one story's, which closes it
}

// A Placing says where the embedded reference deployment runs.
type Placing string

// The placings.
const (
	Shared  Placing = "shared" // in this process, for all of its stories
	Own     Placing = "own"    // in this process, for one story, scaled down
	Distant Placing = "apart"  // in a process of its own
)

// Own tells whether one story has the venue for itself, and has to close it.
func (v *Venue) Own() bool { return v.own }

// Open makes the target of c ready, starting a reference deployment if it is the embedded one.
func Open(ctx context.Context, c config.Config, where Placing) (*Venue, error) {
	v := &Venue{Config: c, own: where == Own}
	if c.Target == config.Embedded {
		if err := v.embed(where); err != nil {
			return nil, errors.Join(fmt.Errorf("start the embedded reference deployment: %w", err), v.Close())
		}
	}
	var err error
	if v.Target, err = staging.NewTarget(v.Config, Budgets(c)); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	if v.apart != nil {
		if err := v.replace(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("replace the first revision of the embedded reference deployment: %w", err), v.Close())
		}
	}
	return v, nil
}

// embed starts a reference deployment and points the configuration at it.
func (v *Venue) embed(where Placing) (err error) {
	c := &v.Config
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
	if where == Distant {
		v.apart, at, err = startApart(apartTask{dialect, c.Variant, c.Fault, faultOptions(*c)})
	} else {
		at, err = v.within(dialect)
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
func (v *Venue) within(dialect string) (at served, err error) {
	c := &v.Config
	c.Abilities = append(c.Abilities, history.ForgedTokens)
	wanted := refstaging.Config{Dialect: dialect}
	if v.own {
		wanted = ScaledDown(dialect)
		c.Abilities = append(c.Abilities, history.ShortTokens, history.Restart)
	}
	if err := shape(&wanted, c.Variant, c.Fault, faultOptions(*c)); err != nil {
		return at, err
	}
	if v.reference, err = refstaging.Start(wanted); err != nil {
		return at, err
	}
	return servedBy(v.reference), nil
}

// auto leaves the dialect or the event shape to the target; the embedded one then speaks september.
const auto, september = "auto", "september"

// ScaledDown is a deployment in which nothing takes long, with the same rules.
func ScaledDown(dialect string) refstaging.Config {
	return refstaging.Config{
		Dialect:        dialect,
		AccessTTL:      3 * time.Second,
		HeartbeatEvery: 300 * time.Millisecond,
		RunLimit:       2 * time.Second,
		SessionLimit:   3,
	}
}

// power returns the reference deployment, for what can only be done in its own process.
func (v *Venue) power(ability string) (*refstaging.Server, error) {
	if v.reference == nil {
		return nil, fmt.Errorf("the target runs elsewhere, where the suite has no such power: take %q out of STAGING_ABILITIES", ability)
	}
	return v.reference, nil
}

// Forge signs a token that is wrong in one thing.
func (v *Venue) Forge(f refstaging.Forgery) (token string, err error) {
	reference, err := v.power(history.ForgedTokens)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	return reference.Forge(f)
}

// Restart ends the story's own deployment and starts it anew, as the same one, at the same URLs.
func (v *Venue) Restart(ctx context.Context) error {
	reference, err := v.power(history.Restart)
	switch {
	case err != nil:
		return fmt.Errorf("restart the backend: %w", err)
	case !v.own:
		return errors.New("restart the backend: other stories are at work there: begin this one with suite.Start(t, suite.Own)")
	}
	if err := reference.Close(); err != nil {
		return fmt.Errorf("restart the embedded reference deployment: %w", err)
	}
	if reference, err = startAgain(ctx, reference.Config()); err != nil {
		return fmt.Errorf("restart the embedded reference deployment: %w", err)
	}
	v.reference = reference
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

// Close ends the sessions that are open, and the reference deployment if there is one.
func (v *Venue) Close() error {
	if v.Target != nil {
		v.Target.Close()
	}
	var broken []error
	if v.reference != nil {
		broken = append(broken, v.reference.Close())
	}
	if v.apart != nil {
		broken = append(broken, v.apart.End())
	}
	if err := errors.Join(broken...); err != nil {
		return fmt.Errorf("close the embedded reference deployment: %w", err)
	}
	return nil
}

// Budgets are those of the target's kind, as far as the configuration does not override them.
func Budgets(c config.Config) fixtures.Budgets {
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
