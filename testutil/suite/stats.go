package suite

import (
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// stats count what a story did: for the plan, and for the one line that a green story says. They are
// no judgement. The history hands in one record at a time.
type stats struct {
	begun          atomic.Bool // the preconditions are met
	edge, api      int         // requests, by what the edge counts together; preconditions and refreshes are not in them
	refusals       int         // of credentials or sessions, provoked
	users          map[string]bool
	sessions       int
	exchanges      int
	readings       int // of the cloud
	runs, events   int
	prompts        int           // that agents were asked for an answer to, over REST too
	connect        time.Duration // slowest dial to welcome
	answer         time.Duration // slowest prompt to completion of an agent
	dialled, asked map[string]time.Duration
}

func newStats() *stats {
	return &stats{users: map[string]bool{}, dialled: map[string]time.Duration{}, asked: map[string]time.Duration{}}
}

// begin counts what comes from now on against the plan.
func (s *stats) begin() { s.begun.Store(true) }

func (s *stats) count(r *history.Record) {
	if in := r.Intent; in != nil && in.Expect != "" && (r.Kind == history.Dial || r.Kind == history.HTTP && in.Token != "") {
		s.refusals++
	}
	switch r.Kind {
	case history.Login:
		s.users[r.User] = true
	case history.Cloud:
		s.readings++
	case history.HTTP:
		s.exchanges++
		if s.begun.Load() && r.Exchange.Purpose != history.PurposeRefresh { // refreshed as often as the target needs
			s.request(r.Exchange.URL)
		}
		if r.Intent != nil && r.Intent.Nonce != "" { // as prompts have
			s.prompts++
		}
	case history.Dial:
		s.request(r.Dialled.URL)
		s.dialled[r.Session] = r.At
	case history.Send:
		if r.Event != nil && r.Event.Type == wire.Prompt {
			s.runs++
			s.prompts++
			s.asked[r.Run] = r.At
		}
	case history.Recv:
		s.frame(r)
	}
}

func (s *stats) request(address string) {
	if u, err := url.Parse(address); err == nil && strings.HasPrefix(u.Path, "/api/") {
		s.api++
	} else {
		s.edge++
	}
}

func (s *stats) frame(r *history.Record) {
	if r.Event == nil {
		return
	}
	if at, waiting := s.dialled[r.Session]; waiting && r.Event.Type == wire.Welcome {
		s.sessions++
		s.connect = max(s.connect, r.At-at)
		delete(s.dialled, r.Session)
	}
	if at, known := s.asked[r.Run]; known {
		s.events++
		if r.Event.Type == wire.AgentCompleted {
			s.answer = max(s.answer, r.At-at)
		}
	}
}

func (s *stats) String() string {
	line := fmt.Sprintf("%s, %s, %s, %s, %s", report.Many(len(s.users), "user", "users"), report.Many(s.exchanges, "request", "requests"),
		report.Many(s.sessions, "session", "sessions"), report.Many(s.runs, "run", "runs"), report.Many(s.events, "event", "events"))
	if s.readings > 0 {
		line += fmt.Sprintf(", %s of the cloud", report.Many(s.readings, "reading", "readings"))
	}
	if s.refusals > 0 {
		line += fmt.Sprintf(", %s provoked", report.Many(s.refusals, "refusal", "refusals"))
	}
	if s.sessions > 0 {
		line += fmt.Sprintf("; slowest connect %s", s.connect.Round(10*time.Microsecond))
	}
	if s.answer > 0 {
		line += fmt.Sprintf("; slowest answer %s", s.answer.Round(10*time.Microsecond))
	}
	return line
}
