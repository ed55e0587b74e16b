package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// judged are the findings of the story under the rules.
func (s *story) judged(rules ...Rule) []Finding {
	j := New(s.header, rules...)
	var found []Finding
	for _, r := range s.records {
		found = append(found, j.Observe(r)...)
	}
	return append(found, j.Finish()...)
}

// ids are the ids of the rules that the findings of one class broke.
func ids(found []Finding, hard bool) []string {
	set := map[string]bool{}
	for _, f := range found {
		if f.Hard == hard {
			set[f.Rule] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// A trial is a story and exactly the rules that it breaks.
type trial struct {
	name  string
	tell  func(*story)
	hard  []string
	soft  []string
	about string // a text that a finding's message must hold
	// killed leaves out the note that closes the history.
	killed bool
}

// run tells every trial's story and compares all findings of the standing rules.
func run(t *testing.T, trials []trial) {
	t.Helper()
	for _, try := range trials {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			try.tell(s)
			if !try.killed {
				s.end()
			}
			found := s.judged()
			listing := s.listing(found)
			require.Equal(t, try.hard, orNil(ids(found, true)), "hard findings\n%s", listing)
			require.Equal(t, try.soft, orNil(ids(found, false)), "soft findings\n%s", listing)
			requireProof(t, s, found)
			if try.about != "" {
				require.Contains(t, listing, try.about)
			}
		})
	}
}

func orNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// requireProof checks that findings point to records of the history, in order.
func requireProof(t *testing.T, s *story, found []Finding) {
	t.Helper()
	for _, f := range found {
		require.True(t, slices.IsSorted(f.Records), f.String())
		for _, seq := range f.Records {
			require.NotZero(t, seq, f.String())
			require.LessOrEqual(t, seq, uint64(len(s.records)), f.String())
		}
	}
}

func (s *story) listing(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "  %v %s/%s/%s %v\n", f, f.User, f.Session, f.Run, f.Records)
	}
	return b.String()
}

// timeline is the story as a person reads it, one record a line.
func (s *story) timeline() string {
	var b strings.Builder
	for _, r := range s.records {
		kind := ""
		if r.Event != nil {
			kind = r.Event.Type + " " + r.Event.Agent
		}
		fmt.Fprintf(&b, "  %3d %8s %-5s %-6s %-9s %s\n", r.Seq, r.At, r.Kind, r.Session, r.Run, kind)
	}
	return b.String()
}
