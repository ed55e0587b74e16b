package diagnosis

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Sign is one thing that a history shows of a deployment, in the vocabulary of fixtures/regressions.
type Sign struct {
	Name    string // "upgrade:403"
	Because string // in words, with the first record that shows it
}

// Signs are what a history shows, and what it had the occasion to show.
type Signs struct {
	Seen []Sign // by name
	// Tried are the subjects that the story came by ("upgrade", "refresh"): of others the history says
	// nothing.
	Tried map[string]bool
	// Shape is how many users, sessions and so on there were.
	Shape Shape
	// Unreached tells whether all that the story tried broke before the target was asked: of the target the history
	// says nothing.
	Unreached bool
}

// A Shape is what the story did, as far as entries of the catalogue need it (regressions.Entry.Needs).
type Shape struct {
	Users, Sessions, Runs, Agents int
	// Returned is whether a user connected again, Provoked whether the story did what is to fail.
	Returned, Provoked bool
}

// A Witness collects signs while a history grows. It is not safe for concurrent use. It keeps a little
// of every session and run, and no record.
type Witness struct {
	header   history.Header
	contact  contact
	signs    map[string]*sighting
	tried    map[string]bool
	services map[string]*tally
	calls    []attempt // authenticated requests
	probes   []attempt // of health
	doors    []attempt // ways in for dials that are to be refused, one each
	dials    []*dial   // in their order
	runs     []*run    // likewise
	sessions map[string]*dial
	running  map[string]*run
}

// A sighting is how often a sign was seen, and where first.
type sighting struct {
	words string
	seq   uint64
	times int
}

// NewWitness returns a witness of the history that h opens.
func NewWitness(h history.Header) *Witness {
	return &Witness{
		header: h, signs: map[string]*sighting{}, tried: map[string]bool{}, services: map[string]*tally{},
		sessions: map[string]*dial{}, running: map[string]*run{},
	}
}

// Observe takes in the next record, which is not retained.
func (w *Witness) Observe(r *history.Record) {
	w.contact.take(r)
	switch r.Kind {
	case history.HTTP:
		if r.Exchange != nil {
			w.exchange(r)
		}
	case history.Dial:
		w.dial(r)
	case history.Open:
		w.open(r)
	case history.Send:
		w.send(r)
	case history.Recv:
		w.receive(r)
	case history.Close:
		w.close(r)
	case history.Note:
		w.note(r)
	}
}

// see notes a sign, in words that go on after "because".
func (w *Witness) see(seq uint64, sign, format string, args ...any) {
	if known := w.signs[sign]; known != nil {
		known.times++
		return
	}
	w.signs[sign] = &sighting{fmt.Sprintf(format, args...), seq, 1}
}

// Signs are those so far. What only the end of a history shows counts as if it were here.
func (w *Witness) Signs() Signs {
	seen := *w
	seen.signs, seen.tried = maps.Clone(w.signs), maps.Clone(w.tried)
	seen.concludeServices()
	seen.concludeDials()
	seen.concludeRuns()
	var all []Sign
	for name, s := range seen.signs {
		because := fmt.Sprintf("%s (record %d", s.words, s.seq)
		if s.times > 1 {
			because += fmt.Sprintf(", and %d more", s.times-1)
		}
		all = append(all, Sign{name, because + ")"})
	}
	slices.SortFunc(all, func(a, b Sign) int { return cmp.Compare(a.Name, b.Name) })
	return Signs{all, seen.tried, w.shape(), w.contact.none()}
}

func (w *Witness) shape() Shape {
	users, agents := map[string]int{}, map[string]bool{}
	s := Shape{Sessions: len(w.dials), Runs: len(w.runs), Provoked: w.tried["door"]}
	for _, d := range w.dials {
		users[d.user]++
		s.Returned = s.Returned || users[d.user] > 1
	}
	for _, r := range w.runs {
		agents[r.agent] = true
		for name := range r.team.left {
			agents[name] = true
		}
	}
	s.Users, s.Agents = len(users), len(agents)
	return s
}
