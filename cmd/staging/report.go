package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/report/bundle"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// A reporting is the report command with its flags.
type reporting struct{ out, detection, trend string }

func reportCommand() *cobra.Command {
	var r reporting
	c := &cobra.Command{
		Use:   "report PATH...",
		Short: "Write what the histories of stories show, as HTML, Markdown, JUnit XML and JSON",
		Long: `Write what the histories of stories show, as HTML, Markdown, JUnit XML and JSON.

Each PATH is a history, a stream of go test -json, or a folder with any of them, of one or many packages and
machines:

  mkdir -p artifacts
  go test ./e2e/... -run Staging -artifacts -outputdir $PWD/artifacts -json > artifacts/tests.jsonl
  staging report artifacts

Every history is judged again, by today's rules. It writes report.html, which is one file that opens offline,
report.md for a comment on the issue, report.xml for CI, and report.json (docs/report.schema.json).

There is no decision on a run that did not come to its end, as the evidence shows it.

It fails if there is no evidence or the report cannot be written; what the evidence shows is in the report,
and decides the status of staging validate and staging check.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error { return r.run(c, paths) },
	}
	f := c.Flags()
	f.StringVar(&r.out, "out", filepath.Join(".staging", "report"), "write the report into this folder")
	f.StringVar(&r.detection, "detection", "", "add the detection matrix from this file, which staging prove --json wrote")
	f.StringVar(&r.trend, "trend", "", "add the nights from this file, which staging trend --json wrote")
	return c
}

func (r reporting) run(c *cobra.Command, paths []string) error {
	detection, err := r.readDetection()
	if err != nil {
		return err
	}
	trend, err := r.readTrend()
	if err != nil {
		return err
	}
	e, err := evidence.Gather(c.Context(), paths...)
	if err != nil {
		return err
	}
	s, err := summary.Of(e, summary.Options{Made: time.Now(), Verdict: verdict.Of(e, everyStory()), Detection: detection, Trend: trend})
	if err != nil {
		return err
	}
	files, err := bundle.Write(r.out, s)
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s: %d of %d stories are red, and the evidence lacks %s\n", s.Verdict.Decision, len(s.Red()), len(s.Stories), s.Lacks())
	for _, reason := range s.Verdict.Reasons {
		fmt.Fprintf(out, "  - %s\n", reason)
	}
	for _, file := range files {
		fmt.Fprintln(out, file)
	}
	return err
}

func (r reporting) readDetection() (*summary.Detection, error) {
	if r.detection == "" {
		return nil, nil
	}
	f, err := os.Open(r.detection)
	if err != nil {
		return nil, fmt.Errorf("read the detection: %w", err)
	}
	defer f.Close()
	return summary.ReadDetection(f)
}

func (r reporting) readTrend() (*nights.Trend, error) {
	if r.trend == "" {
		return nil, nil
	}
	f, err := os.Open(r.trend)
	if err != nil {
		return nil, fmt.Errorf("read the trend: %w", err)
	}
	defer f.Close()
	return nights.ReadTrend(f)
}
