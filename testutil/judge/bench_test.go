package judge

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// crowd is a healthy history of many users with nested runs, replayable without end: every round
// gets ids of its own.
func crowd(users, runs int) *story {
	s := newStory()
	var sessions []*conn
	for range users {
		sessions = append(sessions, s.user().connect())
	}
	for range runs {
		for _, c := range sessions {
			c.ask().full()
		}
	}
	for _, c := range sessions {
		c.shut()
	}
	return s.end()
}

// interleave lets the sessions take turns, record by record, as those of a crowd do.
func (s *story) interleave() *story {
	bySession := map[string][]*history.Record{}
	var labels []string
	for _, r := range s.records {
		if bySession[r.User] == nil {
			labels = append(labels, r.User)
		}
		bySession[r.User] = append(bySession[r.User], r)
	}
	s.records = s.records[:0]
	for i := 0; len(labels) > 0; i++ {
		labels = slices.DeleteFunc(labels, func(l string) bool { return i == len(bySession[l]) })
		for _, label := range labels {
			s.records = append(s.records, bySession[label][i])
		}
	}
	for i, r := range s.records {
		r.Seq, r.At = uint64(i+1), time.Duration(i)*time.Microsecond
	}
	return s
}

// BenchmarkStanding measures the view and all standing rules on healthy normative events; decoding is
// not in it. The goal is less than 1.5 µs and next to no allocation for one event.
func BenchmarkStanding(b *testing.B) {
	for _, users := range []int{1, 50, 1000} {
		var s *story // kept while b.N grows: a large crowd takes seconds to make
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			if s == nil {
				s = crowd(users, 100/users+2).interleave()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				j := New(s.header)
				for _, r := range s.records {
					if found := j.Observe(r); found != nil {
						b.Fatal(found)
					}
					if n++; n >= b.N {
						break
					}
				}
			}
		})
	}
}

// BenchmarkRules shows what each rule costs.
func BenchmarkRules(b *testing.B) {
	s := crowd(2, 50)
	for _, rule := range append([]Rule{{ID: "no/rule"}}, Standing()...) {
		b.Run(rule.ID, func(b *testing.B) {
			for n := 0; n < b.N; {
				j := New(s.header, rule)
				for _, r := range s.records {
					j.Observe(r)
					if n++; n >= b.N {
						break
					}
				}
			}
		})
	}
}
