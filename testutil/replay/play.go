package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// Options say how a script is told again. Config and History are required.
type Options struct {
	Config config.Config
	// History is the file that the replay is recorded to; it must not exist.
	History string
	// Fast leaves out the rests of the story; the order stays.
	Fast bool
}

// Play tells the script again, as its own history, and judges it. The error says that it could not even begin,
// or that the history is not whole.
func Play(ctx context.Context, s *Script, o Options) (*Result, error) {
	v, err := venue.Open(ctx, configured(o.Config, s.Header.Target), placing(s))
	if err != nil {
		return nil, fmt.Errorf("make the target ready: %w", err)
	}
	result, err := play(ctx, s, o, v)
	return result, errors.Join(err, v.Close())
}

// configured lets the embedded target, and the client, speak what was declared in the recording. Nothing was
// where the dialect is auto: then the client found out, and has to find out again.
func configured(c config.Config, recorded history.Target) config.Config {
	if c.Target == config.Embedded && c.Dialect == auto && len(c.Variant) == 0 {
		c.Dialect = cmp.Or(recorded.Dialect, auto)
		if c.Dialect == auto && recorded.Shape == october {
			c.Dialect = october
		}
	}
	return c
}

const auto, october = "auto", string(wire.October)

// placing are the circumstances of the recording, as far as it was of the embedded target: what a target can
// tells them apart. What the cloud is to show needs a deployment that replaced another one.
func placing(s *Script) venue.Placing {
	t := s.Header.Target
	switch {
	case t.Kind == string(config.Embedded) && t.Can(history.ShortTokens):
		return venue.Own
	case t.Kind == string(config.Embedded) && !t.Can(history.ForgedTokens), s.measures():
		return venue.Distant
	}
	return venue.Shared
}

func play(ctx context.Context, s *Script, o Options, v *venue.Venue) (*Result, error) {
	header, err := headerFor(s, v, o.Config)
	if err != nil {
		return nil, err
	}
	result := &Result{Header: header, History: o.History, Missing: slices.Clone(s.Missing)}
	j, now := judge.New(header), trace{}
	survey, made := deployment.NewSurvey(header, deployment.NewAccess(v.Config)), leavings{}
	var mu sync.Mutex
	log, err := history.Create(o.History, header, func(r *history.Record) {
		mu.Lock()
		defer mu.Unlock()
		now.see(r)
		survey.See(r)
		made.see(r)
		result.Findings = append(result.Findings, j.Observe(r)...)
	})
	if err != nil {
		return nil, err
	}
	p := newPlayer(s, v, log)
	p.result, p.survey, p.fast = result, survey, o.Fast
	p.perform(ctx)
	p.target.Close()
	err = log.Close()
	result.Findings = append(result.Findings, j.Finish()...)
	result.Criteria, result.Diverged = j.Criteria(), s.trace.against(now)
	result.missUnmeasured()
	result.Left = o.Config.Target == config.Remote && len(made.left(true)) > 0
	return result, err
}

func headerFor(s *Script, v *venue.Venue, c config.Config) (history.Header, error) {
	on, err := v.Described()
	return history.Header{
		Suite: staging.Version, Package: s.Header.Package, Story: s.Header.Story, Attempt: s.Header.Attempt,
		Start: time.Now().UTC().Round(0), Target: v.Target.Describe(), Budgets: v.Target.Budgets(),
		AllowUnmeasured: c.AllowUnmeasured, Agent: v.Target.Agent(), Deployment: on, Replays: s.Header.Start,
	}, err
}

// perform acts the whole script out and puts the target in order again.
func (p *player) perform(ctx context.Context) {
	release, err := p.begin(ctx)
	if err != nil {
		p.stop(beginning, err)
	} else {
		p.act(ctx)
		defer release()
	}
	p.end(ctx)
}

// begin waits for the turn at the target, and until it is warm.
func (p *player) begin(ctx context.Context) (release func(), err error) {
	take := p.target.Share
	if p.script.provokes {
		take = p.target.Exclude
	}
	if release, err = take(ctx); err != nil {
		return nil, err
	}
	if p.script.warm {
		if err := p.target.WarmUp(ctx); err != nil {
			release()
			return nil, err
		}
	}
	return release, nil
}

// What a replay does besides the acts of its script.
var (
	beginning = &Act{What: "begin"}
	archiving = &Act{What: "archive the threads of the story"}
)

// stop notes what an act came to, if that is nothing good.
func (p *player) stop(a *Act, err error) {
	if err == nil {
		return
	}
	what := a.String()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broke = append(p.broke, a)
	var missing *AbsentError
	var untold *UntoldError
	switch {
	case errors.As(err, &untold):
		p.result.miss("%s: %s", what, untold.What)
	case errors.As(err, &missing):
		p.result.Undone = append(p.result.Undone, fmt.Sprintf("%s: %v", what, err))
	default:
		why := p.log.Redact(fmt.Sprintf("%s: %v", what, err))
		p.log.Remark(history.TopicStory, why)
		p.result.Stopped = append(p.result.Stopped, why)
	}
}

// end lets every open session hear what should not come, closes it, and archives what was made.
func (p *player) end(ctx context.Context) {
	short := ctx.Err() != nil
	if short {
		p.log.Remark(history.TopicInterrupted, context.Cause(ctx).Error())
		p.result.miss("the replay was interrupted: %v", context.Cause(ctx))
	}
	b := p.target.Budgets()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.Settle+b.Reply)
	defer cancel()
	var closing sync.WaitGroup
	for _, s := range p.open() {
		closing.Go(func() {
			if short {
				s.Abort()
				return
			}
			_ = s.Settle(ctx) // its error is in the history, and a rule's concern; so is that of Close
			_ = s.Close(ctx)
		})
	}
	closing.Wait()
	p.stop(archiving, p.target.Archive(context.WithoutCancel(ctx)))
}
