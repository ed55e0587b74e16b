package diagnosis_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

// A score counts the journeys whose fault was the first suspect, or among the first three.
type score struct {
	mu               sync.Mutex
	of, first, three int
	missed           []string
}

func (s *score) count(id string, rank int, first []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of++
	if rank == 0 {
		s.first++
	}
	if rank >= 0 && rank < 3 {
		s.three++
		return
	}
	s.missed = append(s.missed, id+" (looks like "+strings.Join(first, ", ")+")")
}

func (s *score) parts() (first, three float64) {
	return float64(s.first) / float64(s.of), float64(s.three) / float64(s.of)
}

// TestWhatFaultsLookLike makes a journey to a deployment with each fault. Those that it finds, by a rule that
// the catalogue expects, it has to name, and as well when all that the target said is renamed. What shows
// only under load, or to a longer story, it does not meet; staging prove does.
func TestWhatFaultsLookLike(t *testing.T) {
	entries, err := regressions.All()
	require.NoError(t, err)
	ids := faults.IDs()
	var class, entry, renamed score
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, e := range entries {
		if !slices.Contains(ids, e.ID) {
			continue
		}
		all.Go(func() error {
			wrong := func(c *refstaging.Config) error { return faults.Apply(c, []string{e.ID}, faults.Options{Rate: -1}) }
			end := travel(t, wrong, func(found []judge.Finding) bool { return meets(e, found) }, legs...)
			if !meets(e, end.found) {
				t.Logf("%s is not met: %q", e.ID, broken(end.found))
				return nil
			}
			suspects := diagnose(t, end.text, end.found)
			class.count(e.ID, rank(suspects, e.Class), names(suspects))
			entry.count(e.ID, slices.Index(flat(suspects), e.ID), names(suspects))
			suspects = diagnose(t, rename(t, end.text), end.found)
			renamed.count(e.ID, rank(suspects, e.Class), names(suspects))
			return nil
		})
	}
	_ = all.Wait() // what is wrong fails the test
	for name, s := range map[string]*score{"class": &class, "entry": &entry, "class, renamed": &renamed} {
		first, three := s.parts()
		t.Logf("by %s: %d met, first %.0f %%, among three %.0f %%; missed: %s", name, s.of, 100*first, 100*three, strings.Join(s.missed, "; "))
	}
	first, three := class.parts()
	assert.Greater(t, first, leastFirst)
	assert.Greater(t, three, leastThree)
	assert.ElementsMatch(t, class.missed, renamed.missed, "renaming changes nothing")
}

// What the diagnosis has to reach on a journey.
const leastFirst, leastThree = 0.6, 0.85

// atOnce is how many journeys are under way: they mostly wait.
const atOnce = 16

// rank is where a class is among the suspects, -1 if it is not.
func rank(suspects []diagnosis.Suspect, class string) int {
	return slices.IndexFunc(suspects, func(s diagnosis.Suspect) bool { return s.Class == class })
}

func meets(e regressions.Entry, found []judge.Finding) bool {
	if len(e.Rules) == 0 {
		return len(e.Signs) > 0 && len(broken(found)) > 0
	}
	return slices.ContainsFunc(broken(found), func(rule string) bool { return slices.Contains(e.Rules, rule) })
}

func broken(found []judge.Finding) (rules []string) {
	for _, f := range found {
		if f.Hard && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

func diagnose(t *testing.T, text []byte, found []judge.Finding) []diagnosis.Suspect {
	t.Helper()
	r, err := history.Read(bytes.NewReader(text))
	require.NoError(t, err)
	suspects, err := diagnosis.Of(r, found)
	require.NoError(t, err)
	return suspects
}

func names(suspects []diagnosis.Suspect) (ids []string) {
	for _, s := range suspects[:min(3, len(suspects))] {
		ids = append(ids, s.ID)
	}
	return ids
}

// flat are the ids of all suspects, each before those like it.
func flat(suspects []diagnosis.Suspect) (ids []string) {
	for _, s := range suspects {
		ids = append(append(ids, s.ID), s.Alike...)
	}
	return ids
}
