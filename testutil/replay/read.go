package replay

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// ReadFile reads a script from the history in a file.
func ReadFile(path string) (*Script, error) {
	r, err := history.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := Read(r)
	return s, errors.Join(err, r.Close())
}

// Read reads a history to its end. A history that is damaged, or has no end, gives the script of what is
// there, which says what is missing.
func Read(r *history.Reader) (*Script, error) {
	reading := newReading(r.Header)
	for {
		next, err := r.Next()
		var damage *history.DamageError
		switch {
		case errors.Is(err, io.EOF):
			if !r.Complete() {
				reading.miss("the recording has no end: its process died, and nobody knows what it did last")
			}
			return reading.finish(), nil
		case errors.As(err, &damage):
			reading.miss("the recording is damaged: %v", damage)
			return reading.finish(), nil
		case err != nil:
			return nil, fmt.Errorf("read the recording: %w", err)
		}
		reading.take(next)
	}
}

// A reading is a script that is being read.
type reading struct {
	*Script
	over bool // what follows is how every story ends

	logins  map[string]*Act   // of users, by label
	firsts  map[string]string // the first user with an address, by address
	talks   map[string]*talk  // of sessions, by label
	asked   map[string]*asked // runs, by label
	grouped map[string]*Act   // the act that a further record of the same kind and user belongs to
	lifes   map[string]*life
	races   map[*Act]int // how many took part in a race for a refresh
	warming int          // exchanges of the warm-up that are yet to come
	beats   []beat
	healths int // rounds of asking for health that are yet to begin

	rounds    int  // of use that have begun
	cleaned   bool // in this one the target was given time to clean up, or was not to be
	measuring *Act // of a criterion that the cloud shows, the last; nil: none yet
}

func newReading(h history.Header) *reading {
	return &reading{
		Script: &Script{Header: h, trace: trace{}},
		logins: map[string]*Act{}, firsts: map[string]string{}, talks: map[string]*talk{}, asked: map[string]*asked{},
		grouped: map[string]*Act{}, lifes: map[string]*life{}, races: map[*Act]int{},
	}
}

func (g *reading) take(r *history.Record) {
	g.trace.see(r)
	if r.Kind == history.Note {
		g.note(r)
		return
	}
	if (r.Kind == history.Dial || r.Kind == history.HTTP) && r.Intent != nil && r.Intent.Expect != "" {
		g.provokes = true
	}
	switch {
	case r.Kind == history.Recv:
		g.hear(r)
	case r.Kind == history.Open:
	case g.over && r.Kind != history.Close:
	case r.Kind == history.Dial:
		g.dial(r)
	case r.Kind == history.Send:
		g.send(r)
	case r.Kind == history.Close:
		g.close(r)
	case r.Kind == history.HTTP:
		g.cleanUp(r)
		g.exchange(r)
	case r.Kind == history.Login:
		g.login(r)
	case r.Kind == history.Cloud:
		g.looked(r)
	}
}

func (g *reading) note(r *history.Record) {
	switch n := r.Note; n.Topic {
	case history.TopicSettled:
		g.settle(r)
	case history.TopicInterrupted, history.TopicTimeout:
		g.over = true
		g.miss("the recording was interrupted: %s", n.Text)
	case history.TopicStory, history.TopicRefusal:
		g.stop(r)
	case history.TopicGaveUp:
		g.gaveUp(r)
	case history.TopicRestart:
		g.restart(r)
	case history.TopicMeasures:
		if deployment.Shows(n.Text) {
			g.measure(r)
			return
		}
		g.add(&Act{Start: r.At, What: whatNote, do: remark(*n)})
		g.healths = measuredRounds(n.Text)
	case history.TopicRound:
		g.round(r)
	case history.TopicNotMeasured:
		if id, _, _ := strings.Cut(n.Text, ":"); !deployment.Shows(id) { // a replay finds out by itself
			g.add(&Act{Start: r.At, What: whatNote, do: remark(*n)})
		}
	}
}

// restart is that of the target, when the runs that are at work have begun.
func (g *reading) restart(r *history.Record) {
	var runs []string
	for label, run := range g.asked {
		if run.lost = !run.ended && run.act.End > 0; run.lost {
			runs = append(runs, label)
		}
	}
	g.add(&Act{Start: r.At, What: whatRestart, do: restartWhenBegun(runs)})
}

// finish completes the script.
func (g *reading) finish() *Script {
	g.trimEnd()
	g.healthAgain()
	g.awaitLater()
	g.leaveBroken()
	g.order()
	g.idle()
	return g.Script
}

// settle is that a session listened on for a while.
func (g *reading) settle(r *history.Record) {
	start := max(0, r.At-g.Header.Budgets.Settle)
	g.add(&Act{Start: start, End: r.At, User: r.User, Session: r.Session, What: whatSettle, needs: []string{r.Session},
		do: plainly((*staging.Session).Settle).at(r.Session)})
}

// trimEnd drops what every story ends with, a replay too: that open sessions settle and close, and that what was
// made is archived, for which a token may be refreshed.
func (g *reading) trimEnd() {
	acts := len(g.Acts)
	g.trim(history.PurposeArchive)
	if len(g.Acts) < acts {
		g.trim(history.PurposeRefresh)
	}
	last := map[string][]*Act{} // of each session, the last first
	for _, a := range slices.Backward(g.Acts) {
		if a.Session != "" {
			last[a.Session] = append(last[a.Session], a)
		}
	}
	ends := map[*Act]bool{}
	for _, acts := range last {
		if acts[0].What == whatSettle {
			ends[acts[0]] = true
		} else if len(acts) > 1 && acts[0].What == whatLeave && acts[1].What == whatSettle {
			ends[acts[0]], ends[acts[1]] = true, true
		}
	}
	g.Acts = slices.DeleteFunc(g.Acts, func(a *Act) bool { return ends[a] })
}

// trim drops the last acts if they are of a kind.
func (g *reading) trim(what string) {
	for len(g.Acts) > 0 && g.Acts[len(g.Acts)-1].What == what {
		g.Acts = g.Acts[:len(g.Acts)-1]
	}
}

// userOf is the user of a session.
func userOf(session string) string {
	user, _, _ := strings.Cut(session, ".")
	return user
}
