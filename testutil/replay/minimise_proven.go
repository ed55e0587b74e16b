package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Minimised is the smallest of a history of a proof.
type Minimised struct {
	Fault, Story string
	Smallest     Smallest
	Took         time.Duration
	// Again tells whether the smallest, told again as it was recorded, breaks the same rule.
	Again bool
	// Err is why there is none, such as a *GoodError.
	Err error
}

// String is the outcome on one line.
func (m Minimised) String() string {
	switch f := m.Smallest; {
	case m.Err != nil:
		return fmt.Sprintf("%s, %s: %v", m.Fault, m.Story, m.Err)
	case !m.Again:
		return fmt.Sprintf("%s, %s: %s → %s, which does not break %s again", m.Fault, m.Story, f.Of, f.Script.Size(), f.Rule)
	default:
		return fmt.Sprintf("%s, %s: %s → %s, by %s", m.Fault, m.Story, f.Of, f.Script.Size(), f.Rule)
	}
}

// Holds tells whether the smallest was found, and can be told again.
func (m Minimised) Holds() bool { return m.Err == nil && m.Again }

// Minimise searches for the smallest of each red history of a proof, with its fault. Search says how; of its options only
// Fast counts. One search follows the other, so that the time of each is its own.
func (a All) Minimise(ctx context.Context, search Search, progress func(done, of int, m Minimised)) (all []Minimised, err error) {
	files, err := a.files()
	if err != nil {
		return nil, err
	}
	for i, file := range files {
		broken, err := recorded(file)
		if err != nil {
			return all, fmt.Errorf("read %s: %w", file, err)
		}
		if len(broken) == 0 {
			continue
		}
		search.Recorded = rulesOf(broken)
		m, err := a.minimise(ctx, search, file)
		if err != nil {
			return all, fmt.Errorf("minimise %s: %w", file, err)
		}
		all = append(all, m)
		progress(i+1, len(files), m)
	}
	return all, nil
}

func (a All) minimise(ctx context.Context, search Search, file string) (m Minimised, err error) {
	script, err := ReadFile(file)
	if err != nil {
		return m, err
	}
	fault, seed, err := a.faultOf(file)
	if err != nil {
		return m, err
	}
	dir, err := os.MkdirTemp("", "staging-replay-")
	if err != nil {
		return m, fmt.Errorf("make a folder for a replay: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	search.Options = Options{Config: a.Config, History: filepath.Join(dir, "smallest.jsonl"), Fast: search.Options.Fast}
	search.Options.Config.Fault, search.Options.Config.FaultRate, search.Options.Config.FaultSeed = []string{fault}, 1, seed
	m.Fault, m.Story = fault, script.Header.Story
	start := time.Now()
	m.Smallest, m.Err = search.Run(ctx, script)
	m.Took = time.Since(start)
	switch good := (*GoodError)(nil); {
	case errors.As(m.Err, &good):
		return m, nil
	case m.Err != nil:
		return m, m.Err
	}
	m.Again, err = search.holds(ctx, m.Smallest)
	return m, err
}

// holds tells what was found again, as it was recorded, and whether that breaks the rule.
func (s Search) holds(ctx context.Context, found Smallest) (bool, error) {
	script, err := ReadFile(found.Result.History)
	if err != nil {
		return false, err
	}
	for n := range s.Trials {
		o := s.Options
		o.History = fmt.Sprintf("%s-again-%d.jsonl", strings.TrimSuffix(o.History, ".jsonl"), n)
		o.Fast, o.Config.FaultSeed = false, found.Seed+n
		result, err := Play(ctx, script, o)
		if err != nil {
			return false, err
		}
		if slices.Contains(rulesOf(breaches(result.Findings)), found.Rule) {
			return true, nil
		}
	}
	return false, nil
}

// MinimisedTable is a table of what was found, in Markdown.
func MinimisedTable(all []Minimised) string {
	var b strings.Builder
	b.WriteString("| fault | rule | from | to | fails | replays | s |\n|---|---|---|---|---|---|---|\n")
	for _, m := range all {
		f := m.Smallest
		if f.Script == nil {
			fmt.Fprintf(&b, "| %s | | %s | nothing fails | 0 of %d | %d | %.1f |\n", m.Fault, f.Of, f.Replays, f.Replays, m.Took.Seconds())
			continue
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %d of %d | %d | %.1f |\n",
			m.Fault, f.Rule, f.Of, f.Script.Size(), f.Failed, f.Told, f.Replays, m.Took.Seconds())
	}
	return b.String()
}
