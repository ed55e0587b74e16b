// Package measure takes the numbers by which this project is held to its bars: how long the main job
// takes, whether it stays green, how soon an unreachable target is told, and what the client costs.
//
// It needs nothing but this module and the go command. Everything it starts listens on loopback only, is
// bounded in time, and is ended by its own process id.
package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Options say what to measure. Staging is required.
type Options struct {
	// Staging is the path of the command staging. It runs "serve" and "measure child" in processes of
	// their own.
	Staging string
	// Only names the one group of rows to measure; empty measures all. See Groups.
	Only string
	// Repeat replaces the number of runs of each group that repeats; 0 is what the bars ask for.
	Repeat int
	// Sessions of the rows about the client's cost; 0 is 1000.
	Sessions int
	// Profile is where the real client writes its CPU profile, a pprof file; empty writes none.
	Profile string
	// Progress gets a line for each step; nil says nothing.
	Progress io.Writer
}

// A Report is what was measured, and on what.
type Report struct {
	Machine Machine `json:"machine"`
	Rows    []Row   `json:"rows"`
	// Kept is the directory with the outputs of what went wrong; empty if every bar is met.
	Kept string `json:"kept,omitempty"`
}

// Met tells whether something was measured and every bar is met.
func (r Report) Met() bool {
	return len(r.Rows) > 0 && !slices.ContainsFunc(r.Rows, func(row Row) bool { return !row.Met })
}

// limit bounds the whole; the bars' own numbers of runs need about a quarter of it.
const limit = 2 * time.Hour

// A group is one or more rows that are measured together.
type group struct {
	name    string
	runs    int // that the bar asks for
	measure func(b *bench, ctx context.Context, g group) ([]Row, error)
}

// groups are measured in this order: what needs a quiet machine comes before what burns it.
var groups = []group{
	{"main-job", 5, (*bench).mainJob},
	{"october", 2, (*bench).october},
	{"again", 50, (*bench).again},
	{"race", 10, (*bench).raceDetector},
	{"report", 5, (*bench).reported},
	{"serve", 1, (*bench).served},
	{"cost", 7, (*bench).cost},
	{"memory", 1, (*bench).memory},
	{"check", 3, (*bench).checked},
	{"unreachable", 1, (*bench).unreachable},
	{"burn", 5, (*bench).burning},
}

// Groups are the names that Options.Only accepts.
func Groups() []string {
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.name
	}
	return names
}

// A bench is one measuring.
type bench struct {
	Options
	root string // of the module
	dir  string // for files, removed in the end unless something went wrong
}

// Run measures. It blocks for about half an hour without Options.Only, for two hours at most. The error
// says why it could not begin, or that ctx ended it; the report holds what was measured until then. A bar
// that is not met is no error, and what could not be measured is not met.
func Run(ctx context.Context, o Options) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	b, err := newBench(ctx, o)
	if err != nil {
		return Report{}, err
	}
	report := Report{Machine: describeMachine()}
	for _, g := range groups {
		if o.Only == "" || o.Only == g.name {
			report.Rows = append(report.Rows, b.group(ctx, g)...)
		}
		if ctx.Err() != nil {
			report.Kept = b.dir
			return report, fmt.Errorf("measure %s: %w", g.name, ctx.Err())
		}
	}
	if !report.Met() {
		report.Kept = b.dir
		return report, nil
	}
	return report, os.RemoveAll(b.dir)
}

func (b *bench) group(ctx context.Context, g group) []Row {
	asked := g.runs
	if b.Repeat > 0 && g.runs > 1 {
		g.runs = b.Repeat
	}
	b.say("%s: begins", g.name)
	rows, err := g.measure(b, ctx, g)
	if err != nil {
		b.say("%s: %v", g.name, err)
		rows = append(rows, Row{What: "the whole group", Bar: "measured", Measured: "not to its end", Notes: []string{err.Error()}})
	}
	for i := range rows {
		rows[i].Group = g.name
		rows[i].Runs, rows[i].Asked = g.runs, asked
	}
	return rows
}

func newBench(ctx context.Context, o Options) (*bench, error) {
	switch {
	case o.Staging == "":
		return nil, errors.New("measure: the path of the command staging is missing")
	case o.Only != "" && !slices.Contains(Groups(), o.Only):
		return nil, fmt.Errorf("measure: there is no %q: choose one of %s", o.Only, strings.Join(Groups(), ", "))
	case o.Repeat < 0 || o.Sessions < 0:
		return nil, errors.New("measure: runs and sessions cannot be negative")
	}
	if o.Sessions == 0 {
		o.Sessions = 1000
	}
	b := &bench{Options: o}
	var err error
	if b.root, err = moduleRoot(ctx); err != nil {
		return nil, err
	}
	if b.dir, err = os.MkdirTemp("", "staging-measure-"); err != nil {
		return nil, fmt.Errorf("make a directory for what is measured: %w", err)
	}
	return b, nil
}

func (b *bench) say(format string, args ...any) {
	if b.Progress != nil {
		fmt.Fprintf(b.Progress, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
	}
}

// cores is how many processes it takes to keep the machine busy.
func cores() int { return runtime.NumCPU() }
