package html

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

func TestTheAxisKeepsTheOrderAndTheFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &evidence.Picture{From: time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "from"))}
		l := &evidence.Lane{}
		at := p.From
		for _, step := range rapid.SliceOfN(rapid.Int64Range(0, int64(time.Minute)), 1, 60).Draw(t, "steps") {
			l.Marks = append(l.Marks, evidence.Mark{At: at})
			at += time.Duration(step)
		}
		p.Lanes, p.Took = []*evidence.Lane{l}, at
		a := newAxis(p)
		before := -1.0
		for _, m := range l.Marks {
			x := a.at(m.At)
			require.GreaterOrEqual(t, x, before)
			require.GreaterOrEqual(t, x, 0.0)
			require.LessOrEqual(t, x, a.width)
			before = x
		}
		ticks := a.ticks()
		require.NotEmpty(t, ticks)
		for i, tick := range ticks {
			require.GreaterOrEqual(t, tick.t, p.From)
			require.LessOrEqual(t, tick.t, p.Took)
			if i > 0 {
				require.GreaterOrEqual(t, tick.t, ticks[i-1].t)
			}
		}
	})
}

func TestDurationsAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", 250 * time.Microsecond: "250 µs", 1500 * time.Microsecond: "1.5 ms", 60500 * time.Microsecond: "60.5 ms", 300 * time.Millisecond: "300 ms",
		5 * time.Second: "5 s", 1234 * time.Millisecond: "1.23 s", 45 * time.Second: "45 s", 3 * time.Minute: "3m0s",
	} {
		require.Equal(t, want, duration(d))
	}
}

func TestNoTwoThingsHaveTheSameShape(t *testing.T) {
	seen := map[string]string{}
	for _, s := range shapes {
		require.Empty(t, seen[s.path], "%s looks like another", s.means)
		seen[s.path] = s.means
	}
}
