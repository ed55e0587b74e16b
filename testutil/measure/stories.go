package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// mainJobLimit is the bar for the main job's wall time on two cores with a warm build cache (issue "The
// whole protocol", Where the tests go).
const mainJobLimit = 20 * time.Second

var (
	plainJob   = []string{"./e2e/...", "-run", "Staging"}
	verboseJob = append(slices.Clone(plainJob), "-v")
	raceJob    = append([]string{"-race"}, plainJob...)
)

// take builds the stories, so that the build cache is warm, and learns which there are.
func (b *bench) take(ctx context.Context, flags ...string) (inventory, error) {
	list, err := b.goTest(ctx, nil, append(flags, "./e2e/...", "-list", "Staging")...)
	switch {
	case err != nil:
		return inventory{}, err
	case !list.green || len(list.listed) == 0:
		return inventory{}, fmt.Errorf("list the stories: go test ./e2e/... -list Staging names none:\n%s", child.Tail(list.output))
	}
	return inventory{packages: len(list.packages), stories: slices.Sorted(slices.Values(list.listed))}, nil
}

// A series is several runs of the same command.
type series struct {
	walls    []time.Duration
	problems []string
}

// repeat runs a go test command n times and says what was not green.
func (b *bench) repeat(ctx context.Context, g group, want inventory, env []string, args ...string) (s series, err error) {
	verbose := slices.Contains(args, "-v")
	for i := range g.runs {
		run, err := b.goTest(ctx, env, args...)
		if err != nil {
			return s, err
		}
		s.walls = append(s.walls, run.wall)
		said := "green"
		if problem := run.problem(want, verbose); problem != "" {
			said = problem
			s.problems = append(s.problems, fmt.Sprintf("run %d: %s: %s", i+1, problem, b.keep(fmt.Sprintf("%s-%d", g.name, i+1), run)))
		}
		b.say("%s: run %d of %d: %s, %s", g.name, i+1, g.runs, seconds(run.wall), said)
	}
	return s, nil
}

// row is the row of a series whose bar is that all its runs are green.
func (s series) row(what, bar string) Row {
	return Row{
		What: what, Bar: bar,
		Measured: fmt.Sprintf("%d of %d green; %s", len(s.walls)-len(s.problems), len(s.walls), inSeconds(spreadOf(s.walls))),
		Met:      len(s.problems) == 0,
		Notes:    s.problems,
	}
}

func (b *bench) mainJob(ctx context.Context, g group) ([]Row, error) {
	want, err := b.take(ctx)
	if err != nil {
		return nil, err
	}
	s, err := b.repeat(ctx, g, want, nil, verboseJob...)
	if err != nil {
		return nil, err
	}
	row := s.row("main job, embedded, -v: min / median / max wall", "all at most 20 s")
	row.Met = row.Met && spreadOf(s.walls).max <= mainJobLimit
	row.Notes = append(row.Notes, fmt.Sprintf("%d stories in %d packages, build cache warm", len(want.stories), want.packages))
	return []Row{row}, nil
}

func (b *bench) october(ctx context.Context, g group) ([]Row, error) {
	want, err := b.take(ctx)
	if err != nil {
		return nil, err
	}
	s, err := b.repeat(ctx, g, want, []string{"STAGING_DIALECT=october"}, verboseJob...)
	if err != nil {
		return nil, err
	}
	return []Row{s.row("main job in October, where a session takes 0.5 s to open", "all green")}, nil
}

func (b *bench) again(ctx context.Context, g group) ([]Row, error) {
	return b.allGreen(ctx, g, "separate identical commands", "all green, none cached", plainJob)
}

func (b *bench) raceDetector(ctx context.Context, g group) ([]Row, error) {
	return b.allGreen(ctx, g, "separate commands with -race", "all green, none cached", raceJob, "-race")
}

func (b *bench) allGreen(ctx context.Context, g group, what, bar string, job []string, flags ...string) ([]Row, error) {
	want, err := b.take(ctx, flags...)
	if err != nil {
		return nil, err
	}
	s, err := b.repeat(ctx, g, want, nil, job...)
	if err != nil {
		return nil, err
	}
	return []Row{s.row(what, bar)}, nil
}

// burning runs the main job while a process for each core does nothing but count.
func (b *bench) burning(ctx context.Context, g group) (rows []Row, err error) {
	want, err := b.take(ctx)
	if err != nil {
		return nil, err
	}
	var burners []*child.Process
	defer func() {
		for _, c := range burners {
			err = errors.Join(err, c.End())
		}
	}()
	for range cores() {
		c, err := b.spawn(ctx, partBurn, struct{}{})
		if err != nil {
			return nil, err
		}
		burners = append(burners, c)
	}
	start := time.Now()
	s, err := b.repeat(ctx, g, want, nil, plainJob...)
	if err != nil {
		return nil, err
	}
	row := s.row("while other processes burn every core", "all green")
	took := time.Since(start)
	for _, c := range burners {
		if err := c.End(); err != nil {
			return nil, err
		}
		row.Notes = append(row.Notes, fmt.Sprintf("process %d burned %s of CPU in %s", c.PID(), seconds(c.CPU()), seconds(took)))
	}
	return []Row{row}, nil
}
