package staging

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A sender is how the requests to one deployment name themselves, so that its own log can be asked for
// them. The names hold none of the words by which the platform or its edge choose another behaviour (bot,
// crawler, factory, isolated, …: http.md 1, websocket.md 3.1).
type sender struct {
	plain    string
	provoked string // of a request that is to fail
}

func newSender() sender {
	run := make([]byte, 6)
	_, _ = rand.Read(run) // never fails
	plain := fmt.Sprintf("%s/%s (run %x", history.AgentName, Version, run)
	return sender{plain + ")", plain + "; " + history.Provoked + ")"}
}

// Agent is the user agent of every request to this deployment, and of no other process's. That of a
// request which the story wants to fail says so before its last parenthesis.
func (t *Target) Agent() string { return t.sender.plain }

// mark gives a request its user agent and a W3C trace context (version 00) of its own, and returns the id
// of its trace, under which the server logs it.
func (s sender) mark(h http.Header, i *history.Intent) (trace string) {
	var id [16 + 8]byte     // of the trace and of the span that the request is
	_, _ = rand.Read(id[:]) // never fails
	digits := hex.EncodeToString(id[:])
	trace, span := digits[:32], digits[32:]
	const sampled = "01"
	h["Traceparent"] = []string{strings.Join([]string{"00", trace, span, sampled}, "-")}
	name := s.plain
	if i.Provokes() {
		name = s.provoked
	}
	h["User-Agent"] = []string{name}
	return trace
}
