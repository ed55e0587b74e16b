package judge

import (
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var sessionRules = []Rule{
	{
		ID: "infra/upgrade-refused", Hard: true, Source: "websocket.md 2.6",
		Says:  "An upgrade with a good token is answered 101.",
		Hooks: Hooks{SessionEnd: upgradeRefused},
	},
	{
		ID: "infra/cut", Hard: true, Source: "websocket.md 3.8, V8; 6",
		Says:  "A session ends with a close frame; it is not cut before the platform's limit of 600 s, idle or busy.",
		Hooks: Hooks{SessionEnd: cut},
	},
}

// lifetime is the age at which the platform cuts any socket (websocket.md 6), less what the clocks of
// both sides may differ in.
const lifetime = 600*time.Second - 5*time.Second

// OutOfAge tells whether the session ended because of its age, which is legal.
func (s *Session) OutOfAge() bool { return s.OpenSeq != 0 && s.ClosedAt-s.OpenAt >= lifetime }

func upgradeRefused(v *View) {
	s := v.Session
	b := s.brokenBy()
	if b == nil || b.Step != history.StepUpgrade || s.ExpectsRefusal() || s.authRefused() || s.Closed.Status == http.StatusTooManyRequests {
		return
	}
	c := s.Closed
	v.Report(v.Here(s.DialSeq), "the upgrade of %s was answered %s by %s, with body %s%s",
		bounded(s.URL), status(c.Status), origin(c.Header, c.Body), quote(c.Body), redirect(c.Header))
}

func redirect(h map[string]string) string {
	if to := header(h, "Location"); to != "" {
		return ", to " + quote(to)
	}
	return ""
}

func cut(v *View) {
	s := v.Session
	if s.Closed == nil || s.Closed.By != history.ByNetwork || s.ExpectsRefusal() || s.OutOfAge() || s.Restarted != 0 || s.provokedEnd() != nil {
		return
	}
	if b := s.Closed.Broken; b != nil && (b.Step == history.StepFrame || b.Step == history.StepWrite) {
		return // infra/half-answer, infra/write
	}
	why := "the stream ended"
	if b := s.Closed.Broken; b != nil {
		why = quote(b.Error)
	}
	v.Report(v.Here(s.OpenSeq, s.LastSeq), "the session was cut without a close frame after %s, %s: %s", s.ClosedAt-s.OpenAt, s.doing(), why)
}

// doing says what the session was doing when it ended.
func (s *Session) doing() string {
	switch {
	case !s.Welcomed():
		return "before its welcome"
	case len(s.Unfinished()) > 0:
		return "during run " + s.Unfinished()[0].Label
	}
	return "while it was idle"
}
