package nights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
)

// TrendVersion is that of a Trend's JSON form. A change that an old reader would misunderstand raises it.
const TrendVersion = 1

// ShiftRule is the id of the findings that a trend makes. They are soft.
const ShiftRule = "trend/shift"

// A Trend is what the nights at one target show together.
type Trend struct {
	Version int    `json:"version"`
	Target  Target `json:"target"`
	// Nights are in the order of their beginnings, the latest last. Every list below has one entry for each.
	Nights []Column `json:"nights"`
	Phases []Line   `json:"phases"`
	// Stories are those that were red in one night at least, or that the latest does not have.
	Stories []Told `json:"stories"`
	Rules   []Rule `json:"rules"` // that were broken, hard ones first
	// Findings are the shifts of the latest night, all of them soft.
	Findings []Finding `json:"findings"`
	// Notes say what of the latest night could not be compared, and why.
	Notes []string `json:"notes"`
}

// A Finding is advice on the latest night.
type Finding struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// A Column is a night in a few words.
type Column struct {
	ID       string `json:"id"`
	Began    string `json:"began"` // RFC 3339, UTC
	Suite    string `json:"suite"`
	Revision string `json:"revision,omitempty"`
	Decision string `json:"decision"`
	Stories  int    `json:"stories"`
	Red      int    `json:"red"`
	Gaps     int    `json:"gaps"`
}

// A Line is a phase over the nights.
type Line struct {
	Name   string  `json:"name"`
	Points []Phase `json:"points"` // a Count of 0: nobody saw it
	// Shift is that of the latest night.
	Shift Shift `json:"shift"`
}

// Latest is the phase in the latest night.
func (l Line) Latest() Phase { return l.Points[len(l.Points)-1] }

// What became of a story in a night.
const (
	Green  = "green"
	Red    = "red"
	Absent = "absent"
)

// A Told is a story over the nights.
type Told struct {
	Package  string   `json:"package"`
	Name     string   `json:"name"`
	Outcomes []string `json:"outcomes"`
}

// Times counts the nights with the outcome.
func (t Told) Times(outcome string) (times int) {
	for _, o := range t.Outcomes {
		if o == outcome {
			times++
		}
	}
	return times
}

// Nights are those in which it was told.
func (t Told) Nights() int { return len(t.Outcomes) - t.Times(Absent) }

// A Rule is how often a rule was broken.
type Rule struct {
	Rule  string `json:"rule"`
	Hard  bool   `json:"hard"`
	Times []int  `json:"times"`
}

// Tonight is how often it was in the latest night.
func (r Rule) Tonight() int { return r.Times[len(r.Times)-1] }

// Over sees the latest night beside those before it, at most last of them all; nights at other targets are left
// out. It fails without a night.
func Over(all []Night, last int) (Trend, error) {
	if len(all) == 0 {
		return Trend{}, fmt.Errorf("see a trend: there is no night; add one with --add DIR")
	}
	latest := slices.MaxFunc(all, func(a, b Night) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
	nights := append(slices.DeleteFunc(slices.Clone(all), func(n Night) bool { return n.ID == latest.ID || n.Target != latest.Target }), latest)
	slices.SortFunc(nights, func(a, b Night) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
	t := Trend{
		Version: TrendVersion, Target: latest.Target, Nights: []Column{}, Phases: []Line{}, Stories: []Told{}, Rules: []Rule{},
		Findings: []Finding{}, Notes: []string{},
	}
	shown := nights[max(0, len(nights)-last):]
	for _, n := range shown {
		t.Nights = append(t.Nights, Column{n.ID, n.Began.UTC().Format("2006-01-02T15:04:05Z"), n.Suite, n.Revision, n.Decision, len(n.Stories), n.Red(), n.Gaps})
	}
	for _, p := range evidence.Phases() {
		t.phase(string(p), shown, latest.Against(nights, string(p)))
	}
	t.stories(shown)
	t.rules(shown)
	return t, nil
}

func (t *Trend) phase(name string, shown []Night, shift Shift) {
	line, seen := Line{Name: name, Shift: shift}, false
	for _, n := range shown {
		p := n.Phase(name)
		seen = seen || p.Count > 0
		line.Points = append(line.Points, p)
	}
	if !seen {
		return
	}
	t.Phases = append(t.Phases, line)
	switch {
	case shift.Why != "":
		t.note(name, shift.Why)
	case shift.Significant:
		t.Findings = append(t.Findings, Finding{ShiftRule, shift.says(line)})
	}
}

// note says once why phases are not compared.
func (t *Trend) note(phase, why string) {
	const between = " not compared: "
	for i, said := range t.Notes {
		if names, same := strings.CutSuffix(said, between+why); same {
			t.Notes[i] = names + ", " + phase + between + why
			return
		}
	}
	t.Notes = append(t.Notes, phase+between+why)
}

func (s Shift) says(l Line) string {
	way := "slower"
	if s.Ratio < 1 {
		way = "faster"
	}
	return fmt.Sprintf("%s is %s than in the last %d nights: %.2f times the usual of the same stories, where nights lie within %.2f and %.2f (p %s, Mann–Whitney); its median is %s tonight",
		l.Name, way, s.Nights, s.Ratio, s.Within[0], s.Within[1], probability(s.P), short(l.Latest().P50))
}

func (t *Trend) stories(shown []Night) {
	index := map[stratum]int{}
	var all []Told
	for i, n := range shown {
		for _, s := range n.Stories {
			key := stratum{s.Package, s.Name}
			at, known := index[key]
			if !known {
				at = len(all)
				index[key], all = at, append(all, Told{s.Package, s.Name, slices.Repeat([]string{Absent}, len(shown))})
			}
			if outcome := &all[at].Outcomes[i]; s.Red {
				*outcome = Red
			} else if *outcome == Absent {
				*outcome = Green
			}
		}
	}
	for _, told := range all {
		if told.Times(Red) > 0 || told.Outcomes[len(shown)-1] == Absent {
			t.Stories = append(t.Stories, told)
		}
	}
	slices.SortStableFunc(t.Stories, func(a, b Told) int {
		return cmp.Or(cmp.Compare(b.Times(Red), a.Times(Red)), cmp.Compare(a.Package, b.Package), cmp.Compare(a.Name, b.Name))
	})
}

func (t *Trend) rules(shown []Night) {
	for i, n := range shown {
		for _, f := range n.Findings {
			at := slices.IndexFunc(t.Rules, func(r Rule) bool { return r.Rule == f.Rule && r.Hard == f.Hard })
			if at < 0 {
				at, t.Rules = len(t.Rules), append(t.Rules, Rule{f.Rule, f.Hard, make([]int, len(shown))})
			}
			t.Rules[at].Times[i] = f.Times
		}
	}
	slices.SortFunc(t.Rules, func(a, b Rule) int { return cmp.Or(compareHard(a.Hard, b.Hard), cmp.Compare(a.Rule, b.Rule)) })
}
