package html

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// A story is one as it is shown.
type story struct {
	*summary.Story
	Proven  []finding // hard ones
	Picture *picture
	Records []record
	Left    int // records that are not listed
	Budgets string
}

// A finding is one as it is shown.
type finding struct {
	summary.Finding
	Says, Source string // of its rule
	Picture      *picture
	Proof        []record
}

// A record is one as it is listed.
type record struct {
	ID, Line, Raw string
	Proves        bool
}

// What bounds the document, so that 10,000 events and hundreds of findings stay below 5 MiB: the records of all
// stories together, what they show of what travelled, and the pictures of findings. Red stories come first.
const (
	maxRecords  = 10_000
	maxRaw      = 1 << 20 // bytes
	rawOfEach   = 400
	leastRaw    = 120 // less is not worth its place
	rawOfProof  = 4 << 10
	maxPictures = 120
	around      = 24 // records beside those that prove a finding
)

// chunk is how many records a browser lays out together when they come into sight.
const chunk = 100

// Chunks are the records in parts.
func (v *story) Chunks() [][]record { return slices.Collect(slices.Chunk(v.Records, chunk)) }

// draw makes the views. A story beyond the bounds is listed without its records.
func (p *page) draw() error {
	said := rules()
	room, pictures := maxRecords, maxPictures
	each := p.rawOfEach()
	for _, s := range p.Stories {
		v := &story{Story: s, Left: s.Records, Budgets: budgets(s)}
		p.Views = append(p.Views, v)
		if room > 0 {
			drawn, err := s.Evidence.Draw(evidence.Limits{Marks: room, Raw: each, Proof: rawOfProof})
			if err != nil {
				return err
			}
			room -= v.take(drawn, each >= leastRaw)
			pictures -= v.prove(drawn, said, pictures)
		} else {
			v.prove(&evidence.Picture{}, said, 0)
		}
	}
	return nil
}

// rawOfEach is how much of what travelled there is room for in each record.
func (p *page) rawOfEach() int {
	n := 0
	for _, s := range p.Stories {
		n += s.Records
	}
	return min(rawOfEach, maxRaw/max(min(n, maxRecords), 1))
}

func rules() map[string]judge.Rule {
	byID := map[string]judge.Rule{}
	for _, r := range judge.Standing() {
		byID[r.ID] = r
	}
	return byID
}

// take draws the story and lists its records, in their order and perhaps with what travelled, and returns how
// many they are.
func (v *story) take(drawn *evidence.Picture, raw bool) int {
	marks := map[uint64]evidence.Mark{}
	var last uint64
	for _, l := range drawn.Lanes {
		for _, m := range l.Marks {
			marks[m.Seq], last = m, max(last, m.Seq)
		}
	}
	for seq := uint64(1); seq <= last; seq++ {
		m, is := marks[seq]
		if !is {
			continue
		}
		r := record{ID: v.record(m), Line: m.Line, Proves: m.Findings != nil}
		if raw || r.Proves {
			r.Raw = report.Clean(m.Raw)
		}
		v.Records = append(v.Records, r)
	}
	v.Left = drawn.Left
	v.Picture = newPicture(drawn, all, "time line of "+v.Name, v.record)
	return len(marks)
}

func (v *story) record(m evidence.Mark) string { return fmt.Sprintf("%sr%d", v.ID, m.Seq) }

// prove shows the findings, of which at most so many have a picture, and returns how many have.
func (v *story) prove(drawn *evidence.Picture, said map[string]judge.Rule, pictures int) (n int) {
	for _, f := range v.Hard() {
		shown := finding{Finding: f, Says: said[f.Rule].Says, Source: said[f.Rule].Source}
		for _, m := range f.Proof {
			shown.Proof = append(shown.Proof, record{ID: shown.record(m), Line: m.Line, Raw: pretty(m.Raw), Proves: true})
		}
		if n < pictures {
			part := drawn.About(f.Nth, judge.Finding{Session: f.Session, Owner: f.Owner}, around)
			shown.Picture = newPicture(part, f.Nth, "time line of finding "+f.ID, func(m evidence.Mark) string { return v.leads(shown, m) })
			n++
		}
		v.Proven = append(v.Proven, shown)
	}
	return n
}

func (f finding) record(m evidence.Mark) string { return fmt.Sprintf("%sr%d", f.ID, m.Seq) }

// leads is where a mark of a finding's picture leads: to its proof, or to the list of the story.
func (v *story) leads(f finding, m evidence.Mark) string {
	for _, seq := range f.Records {
		if seq == m.Seq {
			return f.record(m)
		}
	}
	return v.record(m)
}

// pretty is what travelled, a member of a JSON object on a line.
func pretty(raw string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(raw), "", "  ") != nil {
		return report.Clean(raw)
	}
	lines := strings.Split(out.String(), "\n")
	for i, line := range lines {
		lines[i] = report.Clean(line)
	}
	return strings.Join(lines, "\n")
}

// budgets are those of the story, which are drawn only where they end within a picture.
func budgets(s *summary.Story) string {
	var said []string
	for _, p := range evidence.Phases() {
		if b := p.Budget(s.Evidence.Header.Budgets); b > 0 {
			said = append(said, fmt.Sprintf("%s %s", p, duration(b)))
		}
	}
	return strings.Join(said, ", ")
}

// An issue is a rule that was broken, in however many stories.
type issue struct {
	Rule, Message, First string
	Findings, Stories    int
}

// issues are the broken rules, the most often broken first.
func issues(s *summary.Summary) []issue {
	var found []issue
	at := map[string]int{}
	for _, red := range s.Red() {
		seen := map[string]bool{}
		for _, f := range red.Hard() {
			i, known := at[f.Rule]
			if !known {
				i = len(found)
				at[f.Rule], found = i, append(found, issue{Rule: f.Rule, Message: f.Message, First: f.ID})
			}
			found[i].Findings++
			if !seen[f.Rule] {
				seen[f.Rule] = true
				found[i].Stories++
			}
		}
	}
	return found
}
