package evidence

import (
	"net/http"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Logins count how the credentials of the suite fared where its users logged in. A refresh is no login, and what the
// story wanted to fail does not count; nor does what the edge turned away with 429.
type Logins struct {
	Answered int
	Refused  int // of them, with 401 or 403
	Status   int // of the last that was refused
	// Method is that of the last one (history.Identity), empty if there was none.
	Method string
}

// answered takes in an exchange.
func (l *Logins) answered(r *history.Record) {
	x := r.Exchange
	if x.Purpose != history.PurposeLogin || r.Intent.Provokes() {
		return
	}
	switch x.Status {
	case 0, http.StatusTooManyRequests:
		return
	case http.StatusUnauthorized, http.StatusForbidden:
		l.Refused, l.Status = l.Refused+1, x.Status
	}
	l.Answered++
}

// ended takes in what became of a login.
func (l *Logins) ended(id *history.Identity) {
	if id.Method == history.MethodSimulation || id.Method == history.MethodPassword {
		l.Method = strings.Clone(id.Method)
	}
}
