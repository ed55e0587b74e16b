package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A Search looks for the smallest part of a story that breaks a rule.
type Search struct {
	// Options are those of every replay; History is the file that the smallest failing one is kept in.
	Options Options
	// Rule to break; "": the first that the whole story breaks hard.
	Rule string
	// Trials is how often a part may succeed before it is taken to be good; for what fails now and then.
	Trials int
	// Progress is told of every part that fails; nil is not.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	Rule                         string
	Replays                      int
	Sessions, Messages, Requests int // that are left
}

// String is the progress on one line.
func (p Progress) String() string {
	return fmt.Sprintf("%d sessions, %d messages and %d requests break %s (replay %d)", p.Sessions, p.Messages, p.Requests, p.Rule, p.Replays)
}

// Smallest is what a search found.
type Smallest struct {
	Script *Script
	Result *Result
}

// ErrGood is the error of a search in a story that does not fail at the target.
var ErrGood = errors.New("nothing to minimise: the story breaks no rule hard here, however often it is told")

// A searching is a search under way.
type searching struct {
	Search
	dir     string
	replays int
	found   Smallest
}

// Run searches. It tells the story without rests, unless it fails only with them.
func (s Search) Run(ctx context.Context, script *Script) (Smallest, error) {
	if s.Trials < 1 {
		return Smallest{}, errors.New("a search needs at least one trial of each part")
	}
	if _, err := os.Stat(s.Options.History); err == nil {
		return Smallest{}, fmt.Errorf("the file %s is there already: give another one", s.Options.History)
	}
	dir, err := os.MkdirTemp("", "staging-replay-")
	if err != nil {
		return Smallest{}, fmt.Errorf("make a folder for the replays: %w", err)
	}
	search := &searching{Search: s, dir: dir}
	err = search.run(ctx, script)
	return search.found, errors.Join(err, os.RemoveAll(dir))
}

func (s *searching) run(ctx context.Context, script *Script) error {
	if err := s.whole(ctx, script); err != nil {
		return err
	}
	for left := -1; left != len(s.found.Script.Acts); {
		left = len(s.found.Script.Acts)
		for _, unit := range []func(*Act) string{byUserOf, bySessionOf, byItself} {
			if err := s.shrink(ctx, unit); err != nil {
				return err
			}
		}
	}
	return keepHistory(s.found.Result, s.Options.History)
}

// whole tells the whole story until it fails.
func (s *searching) whole(ctx context.Context, script *Script) error {
	fast := []bool{true, false}
	if s.Options.Fast {
		fast = fast[:1]
	}
	for _, s.Options.Fast = range fast {
		fails, err := s.fails(ctx, script)
		if fails || err != nil {
			return err
		}
	}
	return ErrGood
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

// fails tells a script until it breaks the rule, and keeps it if it does.
func (s *searching) fails(ctx context.Context, script *Script) (bool, error) {
	for range s.Trials {
		if err := ctx.Err(); err != nil {
			return false, fmt.Errorf("minimise: %w", context.Cause(ctx))
		}
		s.replays++
		o := s.Options
		o.History = filepath.Join(s.dir, fmt.Sprintf("%05d.jsonl", s.replays))
		result, err := Play(ctx, script, o)
		if err != nil {
			return false, err
		}
		if s.breaks(result) {
			s.keep(script, result)
			return true, nil
		}
		if err := os.Remove(o.History); err != nil {
			return false, err
		}
	}
	return false, nil
}

// breaks tells whether the rule of the search is broken. The first that breaks at all is that rule.
func (s *searching) breaks(r *Result) bool {
	for _, f := range r.Hard() {
		if s.Rule == "" || f.Rule == s.Rule {
			s.Rule = f.Rule
			return true
		}
	}
	return false
}

func (s *searching) keep(script *Script, r *Result) {
	s.found = Smallest{script, r}
	if s.Progress != nil {
		p := Progress{Rule: s.Rule, Replays: s.replays}
		p.Sessions, p.Messages, p.Requests = script.Counts()
		s.Progress(p)
	}
}

// keepHistory moves the history of a replay where it is wanted.
func keepHistory(r *Result, path string) error {
	text, err := os.ReadFile(r.History)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the smallest history: %w", err)
	}
	r.History = path
	return nil
}
