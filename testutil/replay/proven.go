package replay

import (
	"cmp"
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

// Proven tells again what a proof kept: each red history twice, at the target with the fault that it was recorded
// with, and at the healthy one.
type Proven struct {
	// Folder is what the proof kept: histories, each somewhere below the folder that is called after its fault.
	Folder string
	Config config.Config // of the embedded target
	Jobs   int           // at a time
	// Trials is how often a fault that strikes by chance has to show itself.
	Trials int
	// Progress is told of every history; nil is not.
	Progress func(done, of int, c Comparison)
}

// A Breach is a rule that was broken hard, and the user to whom it happened.
type Breach struct{ Rule, User string }

// A Comparison is one history of a proof, told again.
type Comparison struct {
	Fault, Story, History string
	// Recorded, Faulty and Healthy are what was broken in the recording and in the replays; of several at the
	// fault, the one that is most like the recording.
	Recorded, Faulty, Healthy []Breach
	// Missing says what could not be told again.
	Missing []string
}

// Same tells whether the fault broke the same rules for the same users.
func (c Comparison) Same() bool { return len(c.Lost()) == 0 && len(c.Gained()) == 0 }

// SameRules tells whether it broke the same rules, if for others: which of many simultaneous users a fault mixes
// up may be chance.
func (c Comparison) SameRules() bool {
	return slices.Equal(rulesOf(c.Recorded), rulesOf(c.Faulty))
}

func rulesOf(all []Breach) (rules []string) {
	for _, b := range all {
		rules = append(rules, b.Rule)
	}
	return slices.Compact(rules) // breaches are in the order of their rules
}

// Lost are the breaches that the replay at the fault did not show, Gained those that it alone showed.
func (c Comparison) Lost() []Breach   { return less(c.Recorded, c.Faulty) }
func (c Comparison) Gained() []Breach { return less(c.Faulty, c.Recorded) }

// Holds tells whether the replays are as the recording, and as good as the healthy target is.
func (c Comparison) Holds() bool { return c.Same() && len(c.Healthy) == 0 && len(c.Missing) == 0 }

// String is the comparison on one line.
func (c Comparison) String() string {
	var why []string
	if !c.Same() && c.SameRules() {
		why = append(why, "the same rules, for other users")
	}
	for _, of := range []struct {
		what string
		all  []Breach
	}{{"lost", c.Lost()}, {"new", c.Gained()}, {"red without the fault", c.Healthy}} {
		if len(of.all) > 0 {
			why = append(why, fmt.Sprintf("%s: %s", of.what, written(of.all)))
		}
	}
	if len(c.Missing) > 0 {
		why = append(why, "not told again: "+c.Missing[0])
	}
	if len(why) == 0 {
		return fmt.Sprintf("%s, %s: the same", c.Fault, c.Story)
	}
	return fmt.Sprintf("%s, %s: %s", c.Fault, c.Story, strings.Join(why, "; "))
}

// written are the first few, and how many more there are.
func written(all []Breach) string {
	var words []string
	for i, b := range all {
		if i == shown {
			return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), len(all)-shown)
		}
		words = append(words, strings.TrimSpace(b.Rule+" "+b.User))
	}
	return strings.Join(words, ", ")
}

// distance is how many breaches there are in one alone. A rule counts more than whom it happened to.
func distance(a, b []Breach) int {
	d := len(less(a, b)) + len(less(b, a))
	if !slices.Equal(rulesOf(a), rulesOf(b)) {
		d += len(a) + len(b)
	}
	return d
}

func less(all, others []Breach) (rest []Breach) {
	for _, b := range all {
		if !slices.Contains(others, b) {
			rest = append(rest, b)
		}
	}
	return rest
}

// Compare tells all of it again and returns the comparisons in the order of their files.
func (p Proven) Compare(ctx context.Context) ([]Comparison, error) {
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	all := make([]*Comparison, len(files))
	done := 0
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, p.Jobs))
	for i, file := range files {
		group.Go(func() error {
			c, err := p.compare(ctx, file)
			if err != nil {
				return fmt.Errorf("tell %s again: %w", file, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if all[i] = c; c != nil && p.Progress != nil {
				p.Progress(done, len(files), *c)
			}
			return nil
		})
	}
	err = group.Wait()
	var red []Comparison
	for _, c := range all {
		if c != nil {
			red = append(red, *c)
		}
	}
	return red, err
}

// files are the histories of stories, without what others left beside them.
func (p Proven) files() (found []string, err error) {
	err = filepath.WalkDir(p.Folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "history.jsonl" {
			found = append(found, path)
		}
		return err
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no history is below %s: let staging prove --keep make it", p.Folder)
	}
	return found, err
}

// faultOf is the fault that a history was recorded with, and its seed, 0 where there is none.
func (p Proven) faultOf(path string) (fault string, seed int) {
	below, _ := filepath.Rel(p.Folder, path) // it was found below the folder
	fault, rest, _ := strings.Cut(filepath.ToSlash(below), "/")
	number, _, _ := strings.Cut(rest, "/")
	seed, _ = strconv.Atoi(number)
	return fault, seed
}

// compare tells one history again; nil if it is not red.
func (p Proven) compare(ctx context.Context, path string) (*Comparison, error) {
	fault, seed := p.faultOf(path)
	c := &Comparison{Fault: fault, History: path}
	var err error
	if c.Recorded, err = recorded(path); err != nil || len(c.Recorded) == 0 {
		return nil, err
	}
	script, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	c.Story = script.Header.Story
	faulty := p.Config
	faulty.Fault, faulty.FaultRate = []string{fault}, 1
	for n := range max(1, p.Trials) {
		faulty.FaultSeed = seed + n
		r, err := p.play(ctx, script, faulty)
		if err != nil {
			return nil, err
		}
		if at := breaches(r.Findings); n == 0 || distance(c.Recorded, at) < distance(c.Recorded, c.Faulty) {
			c.Faulty = at
		}
		if c.Same() {
			break
		}
	}
	healthy, err := p.play(ctx, script, p.Config)
	if err != nil {
		return nil, err
	}
	c.Healthy, c.Missing = breaches(healthy.Findings), slices.Concat(healthy.Missing, healthy.Undone, healthy.Stopped)
	return c, nil
}

func (p Proven) play(ctx context.Context, s *Script, c config.Config) (*Result, error) {
	dir, err := os.MkdirTemp("", "staging-replay-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a replay: %w", err)
	}
	r, err := Play(ctx, s, Options{Config: c, History: filepath.Join(dir, "history.jsonl")})
	return r, errors.Join(err, os.RemoveAll(dir))
}

// recorded is what a history's rules find broken.
func recorded(path string) ([]Breach, error) {
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
			return breaches(found), errors.Join(err, r.Close())
		}
		found = append(found, j.Observe(next)...)
	}
}

// breaches are the hard findings, each once.
func breaches(found []judge.Finding) (all []Breach) {
	for _, f := range found {
		if b := (Breach{f.Rule, f.User}); f.Hard && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Breach) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.User, b.User)) })
	return all
}
