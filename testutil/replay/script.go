package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Script is what a recorded story did.
type Script struct {
	Header history.Header
	// Acts are in the order in which they began.
	Acts []*Act
	// Missing says what cannot be told again, and why.
	Missing []string
	// Stopped is why the story did not come to its own end, empty if it did.
	Stopped string

	warm     bool // the story waited until the target was warm
	provokes bool // the story provoked refusals
	trace    trace
}

// An Act is one thing that a story did, and waited for.
type Act struct {
	// Start and End are offsets in the recording. Whatever began after End may have known its outcome.
	Start, End time.Duration
	// User, Session and Run are the labels of the recording that it is about.
	User, Session, Run string
	What               string // in a word or two

	makes, needs []string // labels and ids of the recording
	do           func(context.Context, *player) error
}

// String names the act.
func (a *Act) String() string {
	of := a.User
	switch {
	case a.Run != "":
		of = a.Run
	case a.Session != "":
		of = a.Session
	}
	if of == "" {
		return a.What
	}
	return of + ": " + a.What
}

// add appends an act that begins now, and is yet to end.
func (s *Script) add(a *Act) *Act {
	s.Acts = append(s.Acts, a)
	return a
}

// miss says once what cannot be told again.
func (s *Script) miss(format string, values ...any) {
	if what := fmt.Sprintf(format, values...); !slices.Contains(s.Missing, what) {
		s.Missing = append(s.Missing, what)
	}
}

// order sorts the acts by their beginnings.
func (s *Script) order() {
	for _, a := range s.Acts {
		a.End = max(a.Start, a.End)
	}
	slices.SortStableFunc(s.Acts, func(a, b *Act) int {
		if a.Start == b.Start {
			return int(a.End - b.End)
		}
		return int(a.Start - b.Start)
	})
}

// Without is the script without the acts that drop tells, and without those that need something that only
// these make.
func (s *Script) Without(drop func(*Act) bool) *Script {
	rest := *s
	rest.Acts = nil
	lost := map[string]bool{}
	for _, a := range s.Acts {
		if drop(a) || slices.ContainsFunc(a.needs, func(id string) bool { return lost[id] }) {
			for _, id := range a.makes {
				lost[id] = true
			}
			continue
		}
		rest.Acts = append(rest.Acts, a)
	}
	rest.trace = s.trace.without(lost)
	return &rest
}

// requests tells whether the act makes requests, besides those of a login.
func (a *Act) requests() bool {
	return a.Session == "" && !slices.Contains(noRequests, a.What) && !a.measures()
}

// speaks tells whether the act sends something on a session.
func (a *Act) speaks() bool {
	return strings.HasPrefix(a.What, whatAsk) || strings.HasPrefix(a.What, whatSay)
}

// What acts are.
const (
	whatLogin    = "log in"
	whatDial     = "dial"
	whatAsk      = "ask"
	whatSay      = "say"
	whatLeave    = "leave"
	whatAwait    = "await"
	whatSettle   = "settle"
	whatIdle     = "idle"
	whatOverhear = "overhear"
	whatNote     = "note"
	whatRestart  = "restart"
	whatStop     = "stop"
	whatHealth   = "ask for health again"
	whatRace     = "race for a refresh"
	whatExpire   = "await the end of the token"
)

// noRequests are what acts are, without a session, that make no request which the story made.
var noRequests = []string{whatLogin, whatNote, whatCleanUp, whatRestart, whatStop, whatExpire, whatHealth}
