package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Search looks for the smallest part of a story that breaks a rule.
type Search struct {
	// Options are those of every replay. History is the file that holds the smallest failing one, from the first
	// that fails on, so that a search which is cut off leaves what it has found.
	Options Options
	// Rule to break; "": the first that the whole story breaks hard, of those that are Recorded.
	Rule string
	// Recorded are the rules that the recording breaks hard; empty: it is green, and any rule will do.
	Recorded []string
	// Trials is how often a part has to succeed, at least, before it is taken to be good. There are more where
	// what was found fails now and then.
	Trials int
	// Progress is told before every replay, and of every part that fails; nil is not.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	Rule string // "" until one is broken
	// Of is the whole story, Left the smallest part that was seen to fail; it is zero until one was.
	Of, Left Size
	// Smaller tells that Left has just been found. Otherwise a part of the size Trying is about to be told for
	// the Trial-th time, of Trials at most.
	Smaller       bool
	Trying        Size
	Trial, Trials int
	Replays       int // all in all
}

// String is the progress on one line.
func (p Progress) String() string {
	switch {
	case p.Smaller:
		return fmt.Sprintf("%s is broken by %s (replay %d)", p.Rule, p.Left, p.Replays)
	case p.Rule == "" || p.Left == Size{}:
		return fmt.Sprintf("trying all, %s, trial %d of %d (replay %d)", p.Trying, p.Trial, p.Trials, p.Replays)
	}
	return fmt.Sprintf("%s left of %s, trying %s, trial %d of %d (replay %d)", p.Left, p.Of, p.Trying, p.Trial, p.Trials, p.Replays)
}

// Smallest is what a search found.
type Smallest struct {
	Script *Script // nil: nothing failed
	Result *Result
	Rule   string
	Of     Size // of the whole story
	Seed   int  // of the fault, at the embedded target
	// Failed of Told replays of the script broke the rule; Replays were made all in all.
	Failed, Told, Replays int
	// Left are the histories of replays that left threads at their target.
	Left []string
}

// A GoodError says that a story does not fail as it should at the target.
type GoodError struct {
	Rules   []string // of which one was to be broken; empty for any
	Replays int
	Others  []string // that it does break hard
}

func (e *GoodError) Error() string {
	what := "no rule hard"
	if len(e.Rules) > 0 {
		what = "not " + strings.Join(e.Rules, ", nor ")
	}
	others := ""
	if len(e.Others) > 0 {
		others = fmt.Sprintf(", but %s, of which --rule looks for one", strings.Join(e.Others, ", "))
	}
	return fmt.Sprintf("nothing to minimise: told %d times, the story breaks %s here%s; --trials tells it more often", e.Replays, what, others)
}

// Run searches. It tells the story without rests, unless it fails only with them. With an error it returns what
// was found before, which may not be the smallest.
func (s Search) Run(ctx context.Context, script *Script) (Smallest, error) {
	if err := s.check(); err != nil {
		return Smallest{}, err
	}
	dir, err := os.MkdirTemp("", "staging-replay-")
	if err != nil {
		return Smallest{}, fmt.Errorf("make a folder for the replays: %w", err)
	}
	search := &searching{Search: s, dir: dir, trials: s.Trials, good: map[string]int{}, numbers: map[*Act]int{}}
	search.found.Of = script.Size()
	err = search.run(ctx, script)
	search.found.Replays = search.replays
	return search.found, errors.Join(err, os.RemoveAll(dir))
}

// check tells what nobody can search for.
func (s Search) check() error {
	if s.Trials < 1 {
		return errors.New("a search needs at least one trial of each part: give --trials 1 or more")
	}
	known := func(r judge.Rule) bool { return r.ID == s.Rule }
	if s.Rule != "" && !slices.ContainsFunc(judge.Standing(), known) {
		return fmt.Errorf("no rule is called %q: docs/rules.md has them all", s.Rule)
	}
	_, err := os.Stat(s.Options.History)
	switch {
	case err == nil:
		return fmt.Errorf("the file %s is there already: give another one", s.Options.History)
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("keep the smallest history: %w", err)
	}
	return nil
}

func (s *searching) run(ctx context.Context, script *Script) error {
	if err := s.whole(ctx, script); err != nil {
		return err
	}
	for {
		if err := s.reduce(ctx); err != nil {
			return err
		}
		if sure, err := s.sure(ctx); sure || err != nil {
			return err
		}
	}
}

// whole tells the whole story until it fails.
func (s *searching) whole(ctx context.Context, script *Script) error {
	fast := []bool{true, false}
	if s.Options.Fast {
		fast = fast[:1]
	}
	for _, s.Options.Fast = range fast {
		clear(s.good)
		fails, err := s.fails(ctx, script)
		if fails || err != nil {
			return err
		}
	}
	return &GoodError{s.wanted(), s.replays, s.others}
}

// reduce leaves out what it can, until that is nothing.
func (s *searching) reduce(ctx context.Context) error {
	for left := -1; left != len(s.found.Script.Acts); {
		left = len(s.found.Script.Acts)
		for _, unit := range []func(*Act) string{byUserOf, bySessionOf, byItself} {
			if err := s.shrink(ctx, unit); err != nil {
				return err
			}
		}
	}
	return nil
}

// What is left out together: all that a user does; a session, and what is done on it; one act, but for the
// logins and dials that others need. An empty name is never left out.

func byUserOf(a *Act) string { return a.User }

func bySessionOf(a *Act) string {
	if a.Session == "" && a.What != whatLogin {
		return a.User + " " + a.What
	}
	return a.Session
}

func byItself(a *Act) string {
	if a.What == whatLogin || a.What == whatDial {
		return ""
	}
	return fmt.Sprintf("act %p", a)
}

// shrink leaves out what it can of one kind of unit.
func (s *searching) shrink(ctx context.Context, unit func(*Act) string) error {
	whole := s.found.Script
	var units []string
	for _, a := range whole.Acts {
		if u := unit(a); u != "" && !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	_, err := smallestOf(units, func(kept []string) (bool, error) {
		return s.fails(ctx, whole.Without(func(a *Act) bool {
			u := unit(a)
			return u != "" && !slices.Contains(kept, u)
		}))
	})
	return err
}
