package suite

import (
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// askers are the users who share the runs of Repeat.
const askers = 3

// repeatedAtOnce is how many runs of Repeat there are at a time.
const repeatedAtOnce = askers * sessionsAtOnce

// Repeat asks as often as it takes to rule the failure rate of STAGING_MAX_FAILURE_RATE out, in several sessions
// of several users at the same time, and returns when the last run has ended. ask sends the i-th prompt.
//
// The first failed run, and any other hard finding, is the last word: after it nothing more is asked, and the
// runs that are under way are waited for.
func (s *Story) Repeat(ask func(u *User, chat *Session, i int) *Run) {
	s.t.Helper()
	s.series = newSeries(here.config)
	asker := make([]*User, repeatedAtOnce)
	for i, u := range s.Users(askers) {
		for k := range sessionsAtOnce {
			asker[i+askers*k] = u // the users take turns
		}
	}
	chats := make([]*Session, repeatedAtOnce)
	s.together(repeatedAtOnce, func(place int) { chats[place] = asker[place].Connect() })
	inTurn(s.series.wanted, repeatedAtOnce, s.spoiled, func(i, place int) {
		run := ask(asker[place], chats[place], i)
		ended := s.series.begin(run.Label())
		run.Wait()
		ended()
	})
	if s.t.Failed() {
		s.t.FailNow()
	}
}

// inTurn acts n times, at no place twice at the same time, until stop is closed. It returns how many acts were
// begun, when the last of them is done. Nothing closes a nil stop.
func inTurn(n, places int, stop <-chan struct{}, act func(i, place int)) (begun int) {
	var group sync.WaitGroup
	defer group.Wait()
	free := make(chan int, places)
	for place := range places {
		free <- place
	}
	for i := range n {
		place := <-free
		select {
		case <-stop:
			return i
		default:
		}
		group.Go(func() {
			defer func() { free <- place }()
			act(i, place)
		})
	}
	return n
}

// A series is the runs of Repeat.
type series struct {
	wanted     int
	rate       float64 // to be ruled out
	confidence float64

	mu    sync.Mutex
	ended map[string]bool // by the label of the run: it has, and well
}

// begin counts a run, and returns what says that it ended well.
func (s *series) begin(run string) (ended func()) {
	end := func(well bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended[run] = well
	}
	end(false)
	return func() { end(true) }
}

// tally counts the runs that failed: those that did not end well, and those that a hard finding is about.
func (s *series) tally(findings []judge.Finding) tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := tally{wanted: s.wanted, of: len(s.ended), rate: s.rate, confidence: s.confidence}
	broken := map[string]bool{}
	for _, f := range findings {
		if f.Hard {
			t.red = true
			broken[f.Run] = true
		}
	}
	for run, well := range s.ended {
		if !well || broken[run] {
			t.failed++
		}
	}
	return t
}
