package replay

import (
	"fmt"
	"strings"
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
	parts := []string{counted(s.Sessions, "session"), counted(s.Messages, "message")}
	if s.Sessions == 0 {
		parts = []string{counted(s.Logins, "login"), "no session"}
	}
	if s.Requests > 0 {
		parts = append(parts, counted(s.Requests, "request"))
	}
	return strings.Join(parts, ", ")
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
