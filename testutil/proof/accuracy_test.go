package proof

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

func TestRanksOfClassAndEntry(t *testing.T) {
	suspects := []diagnosis.Suspect{{ID: "down-a", Class: "down", Alike: []string{"down-b", "down-c"}}, {ID: "door", Class: "door"}}
	for id, want := range map[string]Ranks{"down-a": {1, 1}, "down-c": {1, 3}, "door": {2, 4}, "other": {0, 0}} {
		class := id
		if id != "door" && id != "other" {
			class = "down"
		}
		assert.Equal(t, want, rank(regressions.Entry{ID: id, Class: class}, suspects), id)
	}
}

// The aims bind a proof of the whole catalogue alone.
func TestAnInaccurateDiagnosisIsAnError(t *testing.T) {
	good := Result{Class: "down", Outcome: Caught, Diagnosed: true, Ranks: Ranks{1, 1}, Renamed: Ranks{1, 1}}
	for name, row := range map[string]struct {
		second, third int // regressions that are only the second or the third suspect
		change        func(*Result)
		wrong         string
	}{
		"all first":       {},
		"four of five":    {second: 6},
		"seldom first":    {second: 7, wrong: "the catalogue, by class"},
		"seldom at all":   {third: 2, change: func(r *Result) { r.Ranks.Class = 4 }, wrong: "the catalogue, by class"},
		"by fingerprints": {third: 2, change: func(r *Result) { r.Renamed.Class = 0 }, wrong: "the catalogue renamed, by class"},
		"entries alike":   {third: 20, change: func(r *Result) { r.Ranks.Entry = 7 }},
		"beside it":       {third: 30, change: func(r *Result) { r.Uncatalogued, r.Ranks.Class = true, 0 }, wrong: "beside the catalogue"},
		"like nothing":    {third: 30, change: func(r *Result) { r.Uncatalogued, r.Class, r.Ranks.Class = true, "", 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			report := Report{Whole: true}
			for i := range 30 {
				r := good
				if i < row.second {
					r.Ranks.Class = 2
				}
				if i < row.third {
					row.change(&r)
				}
				report.Results = append(report.Results, r)
			}
			if row.wrong == "" {
				require.NoError(t, report.Err())
				return
			}
			require.ErrorContains(t, report.Err(), row.wrong)
			report.Whole = false
			require.NoError(t, report.Err())
		})
	}
}
