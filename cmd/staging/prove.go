package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/proof"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

// A proving is the prove command with its flags.
type proving struct {
	options        proof.Options
	json, markdown string
	healthy        int
	legal          bool
}

func proveCommand() *cobra.Command {
	var p proving
	c := &cobra.Command{
		Use:   "prove",
		Short: "Show that the stories find every regression of the catalogue, and raise no false alarm",
		Long: `Show that the stories find every regression of the catalogue, and raise no false alarm.

It compiles the stories once and lets them meet the embedded target with one regression after the other.
They must turn red, with a finding of a rule that the catalogue expects, and without a hang; and the
diagnosis must name its symptom class among its first three suspects. Then come failures that the catalogue
does not know, for every rule one at least, which that rule must find. It fails if one was missed, or if the diagnosis of all is not good enough.

With --healthy the stories meet the healthy target instead, so many times: plain, with the race detector,
with every core busy, with jitter on every frame, and with a garbage collector that hardly rests. It fails
if one run is red.

With --legal they meet one target after the other that is unusual and not wrong, each of which uses one
freedom of the protocol: staging serve --list-variants lists them. It fails if one is red.

It needs a clone of the project, and listens on loopback only.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case p.healthy > 0:
				return p.stayGreen(c)
			case p.legal:
				return p.stayTolerant(c)
			}
			return p.run(c)
		},
	}
	p.flags(c)
	return c
}

func (p *proving) flags(c *cobra.Command) {
	f, o := c.Flags(), &p.options
	f.StringSliceVar(&o.Only, "only", nil, "prove these regressions only, or with --legal meet these variants only, by their ids")
	f.StringSliceVar(&o.By, "by", nil, "let these stories find them, such as AgentsCompleteConsistently, instead of those that the catalogue names")
	f.BoolVar(&o.AnySuspect, "any-suspect", false, "a regression is caught by what turns the stories red, whatever the diagnosis says of it")
	f.BoolVar(&o.Full, "full", false, "let every regression meet all stories, instead of those that are to find it until one does")
	f.IntVar(&o.Jobs, "jobs", proof.Jobs(), "regressions tried at a time, or processes that tell stories at variants")
	f.BoolVar(&o.Keep, "keep", false, "keep outputs and histories also of what was found")
	f.IntVar(&o.Rounds, "repeat", 1, "rounds of each regression, each with the next seed")
	f.Float64Var(&o.Share, "at-least", 1, "share of the rounds that must find it")
	f.Float64Var(&o.Rate, "fault-rate", 1, "how often intermittent regressions strike, at most 1; 0: never, and nothing may turn red; negative: as the catalogue says")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the first round")
	f.StringSliceVar(&o.Env, "set", nil, "variables for the stories, such as STAGING_DIALECT=october")
	f.StringVar(&p.json, "json", "", "write the result to this file as JSON")
	f.StringVar(&p.markdown, "markdown", "", "write the matrix to this file as Markdown, without timings")
	f.IntVar(&p.healthy, "healthy", 0, "instead, tell all stories so many times at the healthy target")
	f.BoolVar(&p.legal, "legal", false, "instead, tell all stories once at each legal variant of the target")
	c.MarkFlagsMutuallyExclusive("healthy", "only")
	for _, other := range []string{"full", "by", "json", "markdown"} {
		c.MarkFlagsMutuallyExclusive("healthy", "legal", other)
	}
	c.MarkFlagsMutuallyExclusive("by", "full")
	c.MarkFlagsMutuallyExclusive("by", "markdown")
}

func (p *proving) run(c *cobra.Command) error {
	entries, err := everything()
	if err != nil {
		return err
	}
	if p.markdown != "" && len(p.options.Only) > 0 {
		return errors.New("--markdown writes the whole matrix: leave out --only")
	}
	p.options.Stories, p.options.Entries, p.options.Faults = stories(), entries, faults.IDs()
	progress := newProgress(c.ErrOrStderr())
	p.options.Progress = func(done, of int, r proof.Result) { progress.step(done, of, r.Line(), !r.Good()) }
	report, err := proof.Run(c.Context(), p.options)
	progress.end()
	if err != nil {
		return err
	}
	return errors.Join(report.Text(c.OutOrStdout()), p.write(report, entries), report.Err())
}

// write stores the result where the flags say.
func (p *proving) write(report proof.Report, entries []regressions.Entry) error {
	var wrong []error
	if p.json != "" {
		text, err := json.MarshalIndent(report, "", "  ")
		wrong = append(wrong, err, os.WriteFile(p.json, append(text, '\n'), 0o600))
	}
	if p.markdown != "" {
		wrong = append(wrong, os.WriteFile(p.markdown, []byte(report.Markdown(entries)), 0o644))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// everything is the catalogue, and then what is beside it.
func everything() ([]regressions.Entry, error) {
	known, err := regressions.All()
	if err != nil {
		return nil, err
	}
	beside, err := regressions.Uncatalogued()
	return append(known, beside...), err
}

// stories are those of the plan.
func stories() []proof.Story {
	var all []proof.Story
	for _, e := range e2e.Plan {
		all = append(all, proof.Story{Package: e.Package, Name: e.Story, Exercises: e.Exercises})
	}
	return all
}
