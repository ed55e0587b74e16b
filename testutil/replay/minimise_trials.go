package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A searching is a search under way.
type searching struct {
	Search
	dir     string // of the histories of replays
	trials  int    // of a part, at present
	replays int
	good    map[string]int // how often a part succeeded, by its key
	numbers map[*Act]int   // of all acts so far
	others  []string       // rules that were broken, and not looked for
	found   Smallest
}

const (
	// missed is how probable it may be that a part which fails now and then is taken to be good.
	missed = 0.02
	// fewer is how many times as often as what was found a part of it may succeed, and still count: of three users,
	// one pair in three fails without the third.
	fewer = 3
	// often is how many times as often as was asked for something is told that fails now and then, to learn how often.
	often = 4
	// patience bounds the trials of a part, in terms of what was asked for.
	patience = 20
)

// fails tells a script until it breaks the rule, and keeps it if it does. What was told already counts.
func (s *searching) fails(ctx context.Context, script *Script) (bool, error) {
	key := s.keyOf(script)
	for s.good[key] < s.trials {
		trial := Progress{Trying: script.Size(), Trial: s.good[key] + 1, Trials: s.trials}
		result, seed, err := s.tell(ctx, script, trial)
		if err != nil {
			return false, err
		}
		if s.breaks(result) {
			return true, s.keep(script, result, seed)
		}
		s.good[key]++
	}
	return false, nil
}

// keyOf tells scripts of one story apart.
func (s *searching) keyOf(script *Script) string {
	var b strings.Builder
	for _, a := range script.Acts {
		if _, known := s.numbers[a]; !known {
			s.numbers[a] = len(s.numbers)
		}
		fmt.Fprintf(&b, "%d ", s.numbers[a])
	}
	return b.String()
}

// tell tells a script once, with a chance of its own. A replay that was interrupted shows nothing.
func (s *searching) tell(ctx context.Context, script *Script, p Progress) (*Result, int, error) {
	if ctx.Err() != nil {
		return nil, 0, interrupted(ctx)
	}
	s.replays++
	s.report(p)
	o := s.Options
	o.History = filepath.Join(s.dir, "history.jsonl")
	if err := os.RemoveAll(o.History); err != nil {
		return nil, 0, err
	}
	o.Config.FaultSeed += s.replays - 1 // the same seed would be the same chance
	result, err := Play(ctx, script, o)
	if result != nil && result.Left {
		err = errors.Join(err, s.keepLeft(result))
	}
	if ctx.Err() != nil {
		err = errors.Join(interrupted(ctx), err)
	}
	return result, o.Config.FaultSeed, err
}

func interrupted(ctx context.Context) error { return fmt.Errorf("minimise: %w", context.Cause(ctx)) }

func (s *searching) report(p Progress) {
	if s.Progress == nil {
		return
	}
	p.Rule, p.Of, p.Replays = s.Rule, s.found.Of, s.replays
	if s.found.Script != nil {
		p.Left = s.found.Script.Size()
	}
	s.Progress(p)
}

// wanted are the rules of which one is looked for; none: any.
func (s *searching) wanted() []string {
	if s.Rule != "" {
		return []string{s.Rule}
	}
	return s.Recorded
}

// breaks tells whether the rule of the search is broken. The first of those that are wanted is that rule.
func (s *searching) breaks(r *Result) bool {
	for _, f := range r.Hard() {
		if wanted := s.wanted(); len(wanted) == 0 || slices.Contains(wanted, f.Rule) {
			s.Rule = f.Rule
			return true
		}
		if !slices.Contains(s.others, f.Rule) {
			s.others = append(s.others, f.Rule)
		}
	}
	return false
}

// keep puts what failed where it is wanted, in place of what failed before.
func (s *searching) keep(script *Script, r *Result, seed int) error {
	path, part := s.Options.History, s.Options.History+".part"
	err := copyFile(r.History, part)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return fmt.Errorf("keep the smallest history: %w", err)
	}
	r.History = path
	f := &s.found
	f.Script, f.Result, f.Rule, f.Seed = script, r, s.Rule, seed
	f.Failed, f.Told = 1, s.good[s.keyOf(script)]+1
	s.report(Progress{Smaller: true})
	return nil
}

// sure tells what was found a few times more, and whether as many trials as there were suffice for parts of
// what fails so often. If not, there are more from now on.
func (s *searching) sure(ctx context.Context) (bool, error) {
	f := &s.found
	for n, of := 0, s.Trials; n < of; n++ {
		if f.Failed < f.Told {
			of = often * s.Trials
		}
		result, _, err := s.tell(ctx, f.Script, Progress{Trying: f.Script.Size(), Trial: n + 1, Trials: of})
		if err != nil {
			return false, err
		}
		f.Told++
		if s.breaks(result) {
			f.Failed++
		}
	}
	if err := s.steady(ctx); err != nil {
		return false, err
	}
	needed := min(trialsFor(f.Failed, f.Told), patience*s.Trials)
	if needed <= s.trials {
		return true, nil
	}
	s.trials = needed
	return false, nil
}

// trialsFor is how often a part of what failed so often has to succeed to be good.
func trialsFor(failed, told int) int {
	if failed == told {
		return 1
	}
	rate := float64(failed) / float64(told) / fewer
	return int(math.Ceil(math.Log(missed) / math.Log1p(-rate)))
}

// keepLeft keeps the history of a replay that left threads at its target.
func (s *searching) keepLeft(r *Result) error {
	path := fmt.Sprintf("%s-left-%d.jsonl", strings.TrimSuffix(s.Options.History, ".jsonl"), s.replays)
	if err := copyFile(r.History, path); err != nil {
		return fmt.Errorf("keep the history of a replay that left threads: %w", err)
	}
	s.found.Left = append(s.found.Left, path)
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
