package html

import (
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
	Beyond  int       // hard findings that are not listed
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
	Unshown      int // records that prove it and are not listed
}

// A record is one as it is listed.
type record struct {
	ID, Line, Raw string
	Proves        bool
}

// What bounds the document, so that 10,000 events and thousands of findings stay below 5 MiB: the records of all
// stories together, what they show of what travelled, the findings, their pictures and the frames that prove
// them. Red stories come first.
const (
	maxRecords  = 10_000
	maxRaw      = 768 << 10 // bytes
	rawOfEach   = 400
	leastRaw    = 120 // less is not worth its place
	rawOfProof  = 4 << 10
	maxFindings = 500
	maxPictures = 100
	maxProof    = 384 << 10 // bytes
	maxProofs   = 20        // records of one finding
	around      = 24        // records beside those that prove a finding
)

// room is what is left of the bounds.
type room struct{ records, findings, pictures, proof int }

// chunk is how many records a browser lays out together when they come into sight.
const chunk = 100

// Chunks are the records in parts.
func (v *story) Chunks() [][]record { return slices.Collect(slices.Chunk(v.Records, chunk)) }

// draw makes the views. A story beyond the bounds is listed without its records.
func (p *page) draw() error {
	said := rules()
	left := room{maxRecords, maxFindings, maxPictures, maxProof}
	each := p.rawOfEach()
	for _, s := range p.Stories {
		v := &story{Story: s, Left: s.Records, Budgets: budgets(s)}
		p.Views = append(p.Views, v)
		drawn := &evidence.Picture{}
		if left.records > 0 {
			var err error
			if drawn, err = s.Evidence.Draw(evidence.Limits{Marks: left.records, Raw: each, Proof: rawOfProof}); err != nil {
				return err
			}
			left.records -= v.take(drawn, each >= leastRaw)
		}
		v.prove(drawn, said, &left)
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

// prove shows the findings for which there is room, with pictures as long as there is room for them too.
func (v *story) prove(drawn *evidence.Picture, said map[string]judge.Rule, left *room) {
	for _, f := range v.Hard() {
		if left.findings == 0 {
			v.Beyond++
			continue
		}
		left.findings--
		shown := finding{Finding: f, Says: said[f.Rule].Says, Source: said[f.Rule].Source}
		shown.list(left)
		if left.pictures > 0 && len(drawn.Lanes) > 0 {
			left.pictures--
			part := drawn.About(f.Nth, judge.Finding{Session: f.Session, Owner: f.Owner}, around)
			shown.Picture = newPicture(part, f.Nth, "time line of finding "+f.ID, func(m evidence.Mark) string { return v.leads(shown, m) })
		}
		v.Proven = append(v.Proven, shown)
	}
}

// list lists the records that prove the finding, with what travelled as long as there is room for it.
func (f *finding) list(left *room) {
	for _, m := range f.Finding.Proof[:min(maxProofs, len(f.Finding.Proof))] {
		r := record{ID: f.record(m), Line: m.Line, Proves: true}
		if left.proof > 0 {
			r.Raw = pretty(m.Raw)
			left.proof -= len(r.Raw)
		}
		f.Proof = append(f.Proof, r)
	}
	f.Unshown = len(f.Finding.Proof) - len(f.Proof)
}

func (f finding) record(m evidence.Mark) string { return fmt.Sprintf("%sr%d", f.ID, m.Seq) }

// leads is where a mark of a finding's picture leads: to its proof, or to the list of the story.
func (v *story) leads(f finding, m evidence.Mark) string {
	id := f.record(m)
	if slices.ContainsFunc(f.Proof, func(r record) bool { return r.ID == id }) {
		return id
	}
	return v.record(m)
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
