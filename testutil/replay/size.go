package replay

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A Size is how much a script does.
type Size struct {
	Logins, Sessions, Messages, Requests int
}

// Size counts what the script does.
func (s *Script) Size() (size Size) {
	for _, a := range s.Acts {
		switch {
		case a.What == whatLogin:
			size.Logins++
		case a.What == whatDial:
			size.Sessions++
		case a.speaks():
			size.Messages++
		case a.requests():
			size.Requests++
		}
	}
	return size
}

// String says the sessions and messages, and what else there is where it matters: logins that no session is of,
// and requests.
func (s Size) String() string {
	parts := []string{report.Many(s.Sessions, "session", "sessions"), report.Many(s.Messages, "message", "messages")}
	if s.Sessions == 0 {
		parts = []string{report.Many(s.Logins, "login", "logins"), "no session"}
	}
	if s.Requests > 0 {
		parts = append(parts, report.Many(s.Requests, "request", "requests"))
	}
	return strings.Join(parts, ", ")
}
