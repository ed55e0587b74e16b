package diagnosis

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

var catalogue = []regressions.Entry{
	{ID: "a-down", Class: "down", Signs: []string{"backend:503"}, Rules: []string{"infra/unavailable"}},
	{ID: "b-down", Class: "down", Signs: []string{"backend:503"}, Rules: []string{"infra/unavailable"}},
	{ID: "door", Class: "door", Signs: []string{"upgrade:503"}, Rules: []string{"infra/upgrade-refused"}},
	{ID: "second", Class: "second", Signs: []string{"upgrade:503", "connect:later"}, Rules: []string{"infra/upgrade-refused"}, Needs: []string{"reconnect"}},
}

func TestRank(t *testing.T) {
	for name, row := range map[string]struct {
		signs []string
		tried []string
		rule  string
		hard  bool
		want  []string
	}{
		"nothing":                      {hard: true},
		"nothing that anybody shows":   {signs: []string{"run:silent"}, rule: "lifecycle/silence", hard: true},
		"one class is one suspect":     {signs: []string{"backend:503"}, rule: "infra/unavailable", hard: true, want: []string{"a-down"}},
		"a rule alone":                 {rule: "infra/unavailable", hard: true, want: []string{"a-down"}},
		"advice is no clue":            {rule: "infra/unavailable"},
		"the simpler one is likelier":  {signs: []string{"upgrade:503"}, rule: "infra/upgrade-refused", hard: true, want: []string{"door", "second"}},
		"what could have shown counts": {signs: []string{"upgrade:503"}, tried: []string{"connect"}, hard: true, want: []string{"door", "second"}},
	} {
		t.Run(name, func(t *testing.T) {
			signs := Signs{Tried: map[string]bool{}, Shape: Shape{Returned: true}}
			for _, sign := range row.signs {
				signs.Seen = append(signs.Seen, Sign{sign, "it was seen"})
			}
			for _, subject := range row.tried {
				signs.Tried[subject] = true
			}
			var ids []string
			for _, s := range Rank(catalogue, signs, []judge.Finding{{Rule: row.rule, Hard: row.hard}}) {
				ids = append(ids, s.ID)
			}
			assert.Equal(t, row.want, ids)
		})
	}
}

func TestRankGivesReasons(t *testing.T) {
	all := Rank(catalogue, Signs{Seen: []Sign{{"upgrade:503", "an upgrade was answered 503 (record 9)"}, {"connect:later", "the last ones (record 9)"}}},
		[]judge.Finding{{Rule: "infra/upgrade-refused", Hard: true}})
	require.Len(t, all, 2)
	assert.Equal(t, "door", all[0].ID, "nobody came back, which the second needs")
	assert.Equal(t, []string{"an upgrade was answered 503 (record 9)", "infra/upgrade-refused is broken"}, all[0].Reasons)
}

// What was broken first is no consequence: who explains it is likelier than who explains the rest.
func TestRankMindsWhatWasFirst(t *testing.T) {
	entries := []regressions.Entry{
		{ID: "foreign", Class: "foreign", Rules: []string{"isolation/foreign-run"}},
		{ID: "stops", Class: "stops", Signs: []string{"run:stops"}, Rules: []string{"lifecycle/no-outcome"}},
	}
	signs := Signs{Seen: []Sign{{"run:stops", "a run stopped"}}}
	foreign, lost := judge.Finding{Rule: "isolation/foreign-run", Hard: true}, judge.Finding{Rule: "lifecycle/no-outcome", Hard: true}
	assert.Equal(t, "foreign", Rank(entries, signs, []judge.Finding{foreign, lost})[0].ID)
	assert.Equal(t, "stops", Rank(entries, signs, []judge.Finding{lost, foreign})[0].ID)
}

func TestPatterns(t *testing.T) {
	for want, row := range map[string]string{ // who, with what, and how it went
		"connect:never": "ax- bx-", "connect:some-users": "ax+ bx- ax+ bx-", "connect:some-forms": "ax+ ay- ax+ ay-",
		"connect:at-first": "ax- bx- bx+ ax+", "connect:later": "ax+ bx+ ax- bx+", "connect:sometimes": "ax+ ax- ax+ ax-",
	} {
		t.Run(want, func(t *testing.T) {
			w := &Witness{signs: map[string]*sighting{}, tried: map[string]bool{}}
			var all []attempt
			for i := 0; i < len(row); i += 4 {
				all = append(all, attempt{seq: uint64(i), user: row[i : i+1], kind: row[i+1 : i+2], good: row[i+2] == '+'})
			}
			w.pattern("connect", "some-forms", all)
			assert.Len(t, w.signs, 1)
			assert.Contains(t, w.signs, want)
		})
	}
}
