package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// A validating is the validate command with its flags.
type validating struct {
	out     string
	json    bool
	timeout time.Duration
}

func validateCommand() *cobra.Command {
	var v validating
	c := &cobra.Command{
		Use:   "validate",
		Short: "Deploy, monitor, test, validate, report and decide",
		Long: `Deploy, monitor, test, validate, report and decide: the six steps of issue #891.

It records which revision serves, runs STAGING_DEPLOY_COMMAND if that is set, waits until the deployment is
ready, tells all stories at the target that the configuration names, those that read the start-up logs first,
judges what they recorded, writes a report, and decides:

  STAGING_TARGET=remote staging validate --out results

Its exit status is the decision:

  0  PROCEED
  1  INVESTIGATE
  2  ROLLBACK
  3  the suite itself could not run, or its configuration or command line is wrong
  4  NO DECISION: the target is embedded, or the run was interrupted

Ctrl-C lets what is at work end in order, in 45 s at most, and reports what there is; once more ends all of it
at once.

The folder --out has the report (report.html, .md, .xml, .json), what go test said (tests.jsonl), and a
folder for each package with the histories of its stories.

It needs a clone of the project.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return v.run(c) },
	}
	f := c.Flags()
	f.StringVar(&v.out, "out", "", "leave everything in this new folder (default .staging/validate-TIME)")
	f.BoolVar(&v.json, "json", false, "write the result as JSON")
	f.DurationVar(&v.timeout, "timeout", 2*time.Hour, "how long the stories of one package may take")
	misused(c, couldNotRun)
	return c
}

// The exit statuses besides those of decisions.
const couldNotRun = 3

var statuses = map[string]int{summary.Proceed: 0, summary.Investigate: 1, summary.Rollback: 2, summary.NoDecision: 4}

func (v validating) run(c *cobra.Command) error {
	configured, err := config.Load()
	if err != nil {
		return codedError{err, couldNotRun}
	}
	if v.out == "" {
		v.out = filepath.Join(".staging", "validate-"+time.Now().Format("20060102-150405"))
	}
	show := newValidateProgress(c.ErrOrStderr())
	patient, stop := patience(func() {
		show.tell(validate.Moment{News: "interrupted: what is at work ends in order, and is reported; once more ends it at once", Bad: true})
	})
	result, err := validate.Run(c.Context(), validate.Options{
		Config: configured, Verdict: everyStory(), Out: v.out, Timeout: v.timeout, Shown: show, Tell: show.tell, Patience: patient,
	})
	stop()
	show.end()
	switch {
	case errors.Is(err, validate.ErrAtOnce):
		return codedError{err, statuses[summary.NoDecision]}
	case err != nil:
		return codedError{err, couldNotRun}
	}
	if err := v.print(c.OutOrStdout(), result); err != nil {
		return codedError{err, couldNotRun}
	}
	if code := statuses[result.Verdict.Decision]; code != 0 {
		return codedError{fmt.Errorf("the decision is %s", result.Verdict.Decision), code}
	}
	return nil
}

func (v validating) print(out io.Writer, r *validate.Result) error {
	if v.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	return r.Text(out, widthOf(out)())
}
