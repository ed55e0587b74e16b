package deployment

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func at(second int) time.Time { return time.Date(2025, 9, 16, 17, 0, second, 0, time.UTC) }

func said(instance string, second int, text string) gcp.Entry {
	return gcp.Entry{Instance: instance, Time: at(second), Text: text}
}

const (
	begins = "DETERMINISTIC STARTUP SEQUENCE INITIATED"
	up     = "deterministic startup sequence completed successfully" // a filter has no case either
	failed = "DETERMINISTIC STARTUP FAILURE: phase 4"
	noBoot = "[1] [INFO] Reason: Worker failed to boot."
)

func TestBoots(t *testing.T) {
	for name, c := range map[string]struct {
		markers []gcp.Entry
		want    []boot
		over    bool // with at least 2
	}{
		"nothing":             {nil, nil, false},
		"one is too few":      {[]gcp.Entry{said("a", 1, up)}, []boot{{"a", at(1), at(1), false}}, false},
		"both":                {[]gcp.Entry{said("a", 1, begins), said("b", 2, begins), said("b", 3, up), said("a", 4, up)}, []boot{{"a", at(1), at(4), false}, {"b", at(2), at(3), false}}, true},
		"in any order":        {[]gcp.Entry{said("b", 3, up), said("a", 4, up), said("b", 2, begins), said("a", 1, begins)}, []boot{{"a", at(1), at(4), false}, {"b", at(2), at(3), false}}, true},
		"a third still goes":  {[]gcp.Entry{said("a", 1, up), said("b", 2, up), said("c", 3, begins)}, []boot{{"a", at(1), at(1), false}, {"b", at(2), at(2), false}, {"c", at(3), time.Time{}, false}}, false},
		"failures end it too": {[]gcp.Entry{said("a", 1, failed), said("b", 2, noBoot)}, []boot{{"a", at(1), time.Time{}, true}, {"b", at(2), time.Time{}, true}}, true},
		"a worker that comes again": {
			[]gcp.Entry{said("a", 1, failed), said("a", 2, up), said("a", 3, failed), said("a", 4, up), said("b", 1, up)},
			[]boot{{"a", at(1), at(2), false}, {"b", at(1), at(1), false}}, true,
		},
		"of no instance": {[]gcp.Entry{said("", 1, up)}, nil, false},
		"how long":       {[]gcp.Entry{said("a", 1, "Total Time: 1.000s")}, []boot{{"a", at(1), time.Time{}, false}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := markersOf[history.Backend].boots(c.markers)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.over, over(got, 2))
		})
	}
	assert.False(t, over(nil, 0), "at least one must start")
}

func TestListings(t *testing.T) {
	a, b := boot{"a", at(1), at(4), false}, boot{"b", at(2), at(6), false}
	pending, broken := boot{instance: "c", began: at(3)}, boot{instance: "d", began: at(3), failed: true}
	for name, c := range map[string]struct {
		boots []boot
		want  map[string]time.Time // until when; zero: no limit
	}{
		"none":      {nil, map[string]time.Time{"": {}}},
		"all up":    {[]boot{a, b}, map[string]time.Time{"a": at(4), "b": at(6), "": at(6)}},
		"too few":   {[]boot{a}, map[string]time.Time{"a": at(4), "": {}}},
		"still one": {[]boot{a, b, pending}, map[string]time.Time{"a": at(4), "b": at(6), "c": {}, "": {}}},
		"one broke": {[]boot{a, b, broken}, map[string]time.Time{"a": at(4), "b": at(6), "d": {}, "": {}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]time.Time{}
			for _, l := range listings(c.boots, 2) {
				if !l.until.IsZero() {
					l.until = l.until.Add(-moment)
				}
				got[l.instance] = l.until
				if l.instance == "" {
					assert.Equal(t, c.boots, l.but)
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// Of however many starts: as many are looked at as may be, nothing is in two listings, and no instance
// that is not looked at is taken for none.
func TestListingsOfMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var markers []gcp.Entry
		for i := range rapid.IntRange(0, 3*fixtures.InstancesLooked).Draw(t, "instances") {
			id := fmt.Sprint("i", i)
			from := rapid.IntRange(0, 3000).Draw(t, "from")
			markers = append(markers, said(id, from, begins))
			if rapid.Bool().Draw(t, "up") {
				markers = append(markers, said(id, from+rapid.IntRange(0, 60).Draw(t, "took"), up))
			}
		}
		boots := markersOf[history.Backend].boots(markers)
		all := listings(boots, 2)
		require.Len(t, all, min(len(boots), fixtures.InstancesLooked)+1)
		rest := all[len(all)-1]
		require.Empty(t, rest.instance)
		covers := func(l startListing, e gcp.Entry) bool {
			if !l.until.IsZero() && e.Time.After(l.until) {
				return false
			}
			if l.instance != "" {
				return l.instance == e.Instance
			}
			for _, b := range l.but {
				if b.instance == e.Instance {
					return false
				}
			}
			return true
		}
		for _, e := range markers {
			times := 0
			for _, l := range all {
				if covers(l, e) {
					times++
				}
			}
			require.LessOrEqual(t, times, 1)
			index := 0
			for i, b := range boots {
				if b.instance == e.Instance {
					index = i
				}
			}
			if index < fixtures.InstancesLooked {
				require.Equal(t, 1, times, "a start that is looked at is whole")
			} else {
				require.Zero(t, times, "%+v", e)
			}
		}
	})
}
