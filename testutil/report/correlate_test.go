package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// noon is a moment of a story; at counts seconds from it.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// A past is a small history: a login and two sessions, with a run on the first.
type past map[uint64]*history.Record

var story = past{
	1:  {Wall: at(2), Kind: history.HTTP, User: "u1", Exchange: &history.Exchange{Took: 2 * time.Second, Trace: "t1"}},
	2:  {Wall: at(3), Kind: history.Dial, User: "u1", Session: "u1.s1", Dialled: &history.Dialled{Trace: "t2"}},
	3:  {Wall: at(20), Kind: history.Recv, Session: "u1.s1", Run: "u1.s1.r1"},
	4:  {Wall: at(30), Kind: history.Recv, Session: "u1.s1", Run: "u1.s1.r1"},
	5:  {Wall: at(40), Kind: history.Dial, Session: "u1.s2", Dialled: &history.Dialled{Trace: "t5"}},
	6:  {Wall: at(41), Kind: history.Close, Session: "u1.s2"},
	7:  {Wall: at(50), Kind: history.HTTP, Exchange: &history.Exchange{Took: time.Second, Skew: time.Minute, Trace: "t7"}},
	8:  {Wall: at(51), Kind: history.HTTP, Exchange: &history.Exchange{Took: time.Second, Skew: -time.Minute, Trace: "t8"}},
	9:  {Wall: at(60), Kind: history.HTTP, Exchange: &history.Exchange{Broken: &history.Broken{Step: history.StepBanned}}},
	10: {Wall: at(70), Kind: history.Cloud, Cloud: &history.Reading{}},
	11: {Wall: at(80), Kind: history.Note, Note: &history.Remark{}},
}

func (p past) record(seq uint64) *history.Record { return p[seq] }

func (p past) dial(session string) *history.Record {
	for _, r := range p {
		if r.Kind == history.Dial && r.Session == session {
			return r
		}
	}
	return nil
}

func TestWhereTheServersSideIsFound(t *testing.T) {
	const margin = 5
	for name, row := range map[string]struct {
		finding      judge.Finding
		since, until float64
		traces       []string
	}{
		"an exchange began before its record": {judge.Finding{Records: []uint64{1}}, 0, 2, []string{"t1"}},
		"a run is logged with its session":    {judge.Finding{Session: "u1.s1", Run: "u1.s1.r1", Records: []uint64{3, 4}}, 3, 30, []string{"t2"}},
		"a session that no record names":      {judge.Finding{Session: "u1.s1", Records: []uint64{11}}, 3, 80, []string{"t2"}},
		"a session alone":                     {judge.Finding{Session: "u1.s2"}, 40, 40, []string{"t5"}},
		"a dial":                              {judge.Finding{Records: []uint64{5, 6}}, 40, 41, []string{"t5"}},
		"two sessions":                        {judge.Finding{Session: "u1.s1", Records: []uint64{4, 6}}, 3, 41, []string{"t2", "t5"}},
		"exchanges and a session":             {judge.Finding{Records: []uint64{1, 3}}, 0, 20, []string{"t1", "t2"}},
		"the server's clock is ahead":         {judge.Finding{Records: []uint64{7}}, 49, 110, []string{"t7"}},
		"the server's clock is behind":        {judge.Finding{Records: []uint64{8}}, -10, 51, []string{"t8"}},
		"a request that was never sent":       {judge.Finding{Records: []uint64{9}}, 60, 60, nil},
		"a reading beside an exchange":        {judge.Finding{Records: []uint64{1, 10}}, 0, 2, []string{"t1"}},
		"a record that is lost":               {judge.Finding{Records: []uint64{1, 99}}, 0, 2, []string{"t1"}},
		"a session whose dial is lost":        {judge.Finding{Session: "u9.s9", Records: []uint64{11}}, 80, 80, nil},
	} {
		t.Run(name, func(t *testing.T) {
			since, until, traces := report.Correlate(row.finding, story.record, story.dial)
			assert.Equal(t, at(row.since-margin), since, "since")
			assert.Equal(t, at(row.until+margin), until, "until")
			assert.Equal(t, row.traces, traces)
		})
	}
}

func TestNothingIsCorrelatedWithoutARecord(t *testing.T) {
	for name, f := range map[string]judge.Finding{
		"no records": {}, "a reading": {Records: []uint64{10}}, "lost records": {Session: "u9.s9", Records: []uint64{99}},
	} {
		t.Run(name, func(t *testing.T) {
			since, until, traces := report.Correlate(f, story.record, story.dial)
			assert.Zero(t, since)
			assert.Zero(t, until)
			assert.Empty(t, traces)
		})
	}
}

// TestTheWindowHoldsWhatProvesTheFinding holds for any records in any order.
func TestTheWindowHoldsWhatProvesTheFinding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := judge.Finding{Records: rapid.SliceOf(rapid.Uint64Range(1, 11)).Draw(t, "records")}
		since, until, traces := report.Correlate(f, story.record, story.dial)
		seen := map[string]bool{}
		for _, trace := range traces {
			assert.False(t, seen[trace], "%s stands there twice", trace)
			seen[trace] = true
		}
		for _, seq := range f.Records {
			r := story[seq]
			if r.Cloud != nil {
				continue
			}
			assert.False(t, r.Wall.Before(since) || r.Wall.After(until), "record %d", seq)
			if r.Exchange != nil && r.Exchange.Trace != "" {
				assert.True(t, seen[r.Exchange.Trace], "record %d", seq)
			}
		}
	})
}
