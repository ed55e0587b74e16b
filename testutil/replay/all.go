package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// All tells again every history below a folder, and compares what is broken then with what was. Folder and
// Config are required.
type All struct {
	Folder string
	Config config.Config // of the target
	// Proof says that a proof kept them, each somewhere below the folder that is called after its fault. They are
	// told again at the embedded target, with that fault and without it.
	Proof bool
	Jobs  int // at a time; 0 is 1
	// Trials is how often a red history is told again, unless it is the same sooner: what happens by chance has to
	// show itself. A green one is told once, except at the fault of a proof.
	Trials int
	// Progress is told of every history, one at a time; nil is not.
	Progress func(done, of int, c Comparison)
}

// Compare tells them again and returns the comparisons in the order of their files. The error says that it could
// not be done; the comparisons then hold what there is, such as the histories of replays that left threads.
func (a All) Compare(ctx context.Context) ([]Comparison, error) {
	files, err := a.files()
	if err != nil {
		return nil, err
	}
	all := make([]Comparison, len(files))
	done := 0
	var telling sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, a.Jobs))
	for i, file := range files {
		group.Go(func() (err error) {
			if all[i], err = a.compare(ctx, file); err != nil {
				return fmt.Errorf("tell %s again: %w", file, err)
			}
			telling.Lock()
			defer telling.Unlock()
			done++
			if a.Progress != nil {
				a.Progress(done, len(files), all[i])
			}
			return nil
		})
	}
	return all, group.Wait()
}

// files are the histories of stories, without what others left beside them.
func (a All) files() (found []string, err error) {
	err = filepath.WalkDir(a.Folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "history.jsonl" {
			found = append(found, path)
		}
		return err
	})
	return found, err
}

// compare tells one history again.
func (a All) compare(ctx context.Context, path string) (c Comparison, err error) {
	c.History = path
	criteria, err := c.judge(path)
	if err != nil {
		return c, err
	}
	script, err := ReadFile(path)
	if err != nil {
		return c, err
	}
	c.Story, c.alike = script.Header.Story, script.alike
	circumstances := a.Config
	if a.Proof {
		if c.Fault, circumstances.FaultSeed, err = a.faultOf(path); err != nil {
			return c, err
		}
		circumstances.Fault, circumstances.FaultRate = []string{c.Fault}, 1
	}
	for range a.trials(c) {
		r, err := c.play(ctx, script, circumstances)
		if err != nil {
			return c, err
		}
		c.Again, c.Where = append(c.Again, breaches(r.Findings)), append(c.Where, where(r.Findings))
		c.miss(c.unexpected(criteria, r))
		if c.Same() {
			break
		}
		circumstances.FaultSeed++
	}
	if !a.Proof {
		return c, nil
	}
	healthy, err := c.play(ctx, script, a.Config)
	if err != nil {
		return c, err
	}
	c.Healthy = breaches(healthy.Findings)
	c.miss(slices.Concat(healthy.Missing, healthy.Undone, healthy.Stopped))
	return c, nil
}

// trials is how often a history is told at most. What was green is told once, since a replay that is red is not
// undone by another one; only what a fault does may be chance.
func (a All) trials(c Comparison) int {
	if len(c.Recorded) == 0 && !a.Proof {
		return 1
	}
	return max(1, a.Trials)
}

// unexpected is what a replay did not do although the recording did. What fails of a red story is its rules'
// concern, and what was not measured in the recording need not be in the replay.
func (c *Comparison) unexpected(recorded []judge.Criterion, r *Result) []string {
	missing := slices.DeleteFunc(slices.Clone(r.Missing), func(what string) bool {
		return slices.ContainsFunc(r.Criteria, func(now judge.Criterion) bool {
			return what == notMeasured(now) && slices.ContainsFunc(recorded, func(before judge.Criterion) bool {
				return before.ID == now.ID && before.Verdict == judge.NotMeasured
			})
		})
	})
	if len(c.Recorded) == 0 {
		return slices.Concat(missing, r.Undone, r.Stopped)
	}
	return missing
}

func (c *Comparison) miss(all []string) {
	for _, what := range all {
		if !slices.Contains(c.Missing, what) {
			c.Missing = append(c.Missing, what)
		}
	}
}

// faultOf reads fault and seed out of where a proof keeps a history: FAULT/SEED/….
func (a All) faultOf(path string) (fault string, seed int, err error) {
	below, err := filepath.Rel(a.Folder, path)
	if err != nil {
		return "", 0, err
	}
	words := strings.Split(filepath.ToSlash(below), "/")
	if len(words) < 3 {
		return "", 0, fmt.Errorf("no proof has kept it: that would lie below FAULT/SEED (leave out --proof)")
	}
	if seed, err = strconv.Atoi(words[1]); err != nil {
		return "", 0, fmt.Errorf("the seed of its fault: %w", err)
	}
	return words[0], seed, nil
}

// play tells a script once. Its history is kept only if it left threads.
func (c *Comparison) play(ctx context.Context, s *Script, at config.Config) (*Result, error) {
	dir, err := os.MkdirTemp("", "staging-replay-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a replay: %w", err)
	}
	r, err := Play(ctx, s, Options{Config: at, History: filepath.Join(dir, "history.jsonl")})
	if ctx.Err() != nil {
		err = errors.Join(err, context.Cause(ctx)) // half a replay shows nothing
	}
	if r != nil && r.Left {
		c.Left = append(c.Left, r.History)
		return r, err
	}
	return r, errors.Join(err, os.RemoveAll(dir))
}

// BrokenIn are the rules that a recording breaks hard, as far as it is not damaged.
func BrokenIn(path string) ([]string, error) {
	broken, err := recorded(path)
	if _, damaged := errors.AsType[*history.DamageError](err); damaged {
		err = nil
	}
	return rulesOf(broken), err
}

// recorded is what a history's rules find broken.
func recorded(path string) ([]Breach, error) {
	var c Comparison
	_, err := c.judge(path)
	return c.Recorded, err
}

// judge finds out what is broken in the recording, and returns its criteria.
func (c *Comparison) judge(path string) ([]judge.Criterion, error) {
	r, err := history.ReadFile(path)
	if err != nil {
		return nil, err
	}
	j := judge.New(r.Header)
	var found []judge.Finding
	for {
		next, err := r.Next()
		if err != nil {
			found = append(found, j.Finish()...)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			c.Recorded = breaches(found)
			return j.Criteria(), errors.Join(err, r.Close())
		}
		found = append(found, j.Observe(next)...)
	}
}
