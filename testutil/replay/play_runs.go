package replay

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// An asking is a prompt to send, and a run to wait for.
type asking struct {
	act     *Act
	run     *asked
	prompt  prompts.Prompt
	sent    wire.Event
	options []staging.AskOption
}

func (a *asking) do(ctx context.Context, p *player) error {
	if a.run.lost {
		defer p.give(a.act.Run + begun)
	}
	s, err := p.session(a.act.Session)
	if err != nil {
		return err
	}
	options, err := a.intends(p)
	if err != nil {
		return err
	}
	prompt := a.prompt
	prompt.Text, prompt.Nonce = p.ids.in(prompt.Text), p.ids.in(prompt.Nonce)
	run, err := s.Ask(prompt, options...)
	if err != nil {
		return err
	}
	keep(p, p.runs, run, a.act.Run)
	p.give(a.act.Run + sent)
	switch {
	case a.run.intent.Abandon:
		return run.Begun(ctx)
	case a.run.lost:
		return p.lose(ctx, a.act.Run, run)
	case a.run.later:
		return nil
	}
	return a.run.await(ctx, p, run)
}

// await waits for the outcome.
func (a *asked) await(ctx context.Context, p *player, run *staging.Run) error {
	answer, err := run.Wait(ctx)
	for _, id := range a.names {
		p.ids.is(id, namesake(id, answer))
	}
	if run.Claims() { // what of a claim the target may do is for the judge
		return tolerable(err)
	}
	return err
}

// awaitLater waits for a run that was asked before.
func (a *asked) awaitLater(ctx context.Context, p *player) error {
	run, err := p.run(a.act.Run)
	if err != nil {
		return err
	}
	return a.await(ctx, p, run)
}

// lose waits until the run has begun, and then until its session ends without its outcome.
func (p *player) lose(ctx context.Context, label string, run *staging.Run) error {
	if err := run.Begun(ctx); err != nil {
		return err
	}
	p.give(label + begun)
	_, err := run.Wait(ctx)
	if ended := (*staging.ClosedError)(nil); errors.As(err, &ended) {
		return nil
	}
	return errors.Join(errors.New("the run was to be lost with its session, and was not"), err)
}

// namesake is what stands now for an id of a run: its thread, or itself.
func namesake(id string, now staging.Answer) string {
	if strings.HasPrefix(id, "run") {
		return now.Run
	}
	return now.Thread
}

// intends adds to the options what the story meant.
func (a *asking) intends(p *player) ([]staging.AskOption, error) {
	options, i := slices.Clone(a.options), a.run.intent
	if i.Thread != "" {
		options = append(options, staging.OnThread(p.ids.in(i.Thread)))
	}
	switch i.Expect {
	case history.Failure:
		options = append(options, staging.ExpectFailure(i.Why))
	case history.Tolerated:
		options = append(options, staging.MayBeRefused(i.Why))
	}
	if i.Together {
		options = append(options, staging.Together())
	}
	if i.Abandon {
		options = append(options, staging.Abandoning())
	}
	if i.Spoofs == "" {
		return options, nil
	}
	victim, err := p.user(i.Spoofs)
	if err != nil {
		return nil, err
	}
	switch {
	case a.sent.UserID != "":
		return append(options, staging.Claiming(victim)), nil
	case i.Expect == history.Failure:
		return append(options, staging.OnThreadOf(victim, p.ids.in(a.sent.ThreadID))), nil
	}
	return append(options, staging.UnderRun(p.ids.in(a.sent.RunID), victim)), nil
}

// overhear waits for the outcome of a run of another session.
func overhear(a *Act) func(context.Context, *player) error {
	return onSession(func(ctx context.Context, s *staging.Session, p *player) error {
		run, err := p.run(a.Run)
		if err != nil {
			return err
		}
		return tolerable(s.Overhear(ctx, run)) // whether a run goes on when its session is left is for the judge
	}).at(a.Session)
}
