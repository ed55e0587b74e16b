package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/bundle"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// Options say what is validated, and how it is shown.
type Options struct {
	Config  config.Config
	Verdict verdict.Options // every story of the plan; Interrupted is set here
	// Out is a folder for everything that is left behind; it must be empty, or not be there.
	Out string
	// Timeout bounds the stories of one package.
	Timeout time.Duration
	// Shown gets the output of the deploy command, in whole lines, without secrets.
	Shown io.Writer
	// Patience ends when nothing may be waited for any more: whatever runs is killed, and nothing is judged. Nil never
	// ends.
	Patience context.Context
	// Tell hears what there is to tell, one moment at a time.
	Tell func(Moment)
}

// Version is that of a Result's JSON form. A change that an old reader would misunderstand raises it.
const Version = 1

// A Result is what came of it.
type Result struct {
	Version  int              `json:"version"` // of the JSON form (docs/validate.schema.json)
	Verdict  summary.Verdict  `json:"verdict"`
	Target   string           `json:"target"` // kind and address
	Deployed bool             `json:"deployed"`
	Before   []Served         `json:"before"` // what served when it began, as far as the cloud said
	Began    time.Time        `json:"began"`
	Took     time.Duration    `json:"took_ns"`
	Reports  []string         `json:"reports"` // files, the HTML form first
	Stories  int              `json:"stories"`
	Red      int              `json:"red"`
	Next     []string         `json:"next"` // steps to take
	summary  *summary.Summary // nil if nothing was told
}

// Run validates. It blocks until the report is written; when ctx ends, it interrupts what it has begun, and reports
// what there is. An error says that the suite itself could not run, or write what it found; it is ErrAtOnce if the
// patience ended.
func Run(ctx context.Context, o Options) (*Result, error) {
	v := &validation{Options: o, result: &Result{Version: Version, Began: time.Now().UTC(), Target: strings.TrimSpace(string(o.Config.Target) + " " + o.Config.APIURL), Before: []Served{}, Reports: []string{}, Next: []string{}}}
	if v.Patience == nil {
		v.Patience = context.Background()
	}
	if err := v.prepare(); err != nil {
		return nil, err
	}
	err := v.steps(ctx)
	if cause := context.Cause(ctx); cause != nil {
		v.Verdict.Interrupted, err = cause.Error(), nil // what else failed, failed because of that
	}
	if err == nil {
		err = v.decide(v.Patience)
	}
	if v.Patience.Err() != nil {
		return nil, fmt.Errorf("%w; what the stories left is in %s, and staging report shows it", ErrAtOnce, v.Out)
	}
	v.result.Took = time.Since(v.result.Began)
	return v.result, err
}

// A validation is one at work.
type validation struct {
	Options
	result *Result
	cloud  *watch   // nil: there is no access to one
	env    []string // for the stories, beside the environment
}

func (v *validation) prepare() error {
	var err error
	if v.Out, err = filepath.Abs(v.Out); err != nil {
		return fmt.Errorf("name the folder for the results: %w", err)
	}
	if err := os.MkdirAll(v.Out, 0o700); err != nil {
		return fmt.Errorf("make the folder for the results (--out): %w", err)
	}
	left, err := os.ReadDir(v.Out)
	if err != nil {
		return fmt.Errorf("read the folder for the results (--out): %w", err)
	}
	if len(left) > 0 {
		return fmt.Errorf("%s is not empty, and what is in it would be taken for evidence of this run: name another folder with --out", v.Out)
	}
	return nil
}

// steps are deploy, monitor and test.
func (v *validation) steps(ctx context.Context) (err error) {
	v.step("compile the stories")
	bin, err := os.MkdirTemp("", "staging-validate-")
	if err != nil {
		return fmt.Errorf("make a folder for the stories: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(bin)) }()
	packages, err := v.build(ctx, bin)
	if err != nil {
		return err
	}
	if err := v.observe(ctx); err != nil {
		return err
	}
	if err := v.deploy(ctx); err != nil {
		return err
	}
	v.await(ctx)
	return v.test(ctx, packages)
}

// decide gathers the evidence, judges it, and writes the report.
func (v *validation) decide(ctx context.Context) error {
	v.step("judge what was recorded")
	e, err := evidence.Gather(ctx, v.Out)
	if err != nil && v.Verdict.Interrupted == "" {
		return fmt.Errorf("no story left anything behind: %w", err)
	}
	if err != nil {
		e = &evidence.Evidence{}
	}
	v.result.Verdict = verdict.Of(e, v.Verdict)
	s, err := summary.Of(e, summary.Options{Made: time.Now(), Verdict: v.result.Verdict})
	if err != nil {
		return err
	}
	v.result.summary, v.result.Verdict, v.result.Stories, v.result.Red = s, s.Verdict, len(s.Stories), len(s.Red())
	for _, step := range s.Next() {
		v.result.Next = append(v.result.Next, step.String())
	}
	v.result.Reports, err = bundle.Write(v.Out, s)
	return err
}

func (v *validation) say(news string) { v.Tell(Moment{News: news}) }

// step tells that a step begins, which may take its time.
func (v *validation) step(news string) { v.Tell(Moment{News: news, Step: true}) }
