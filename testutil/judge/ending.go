package judge

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// ending says in words how the session ended, with all that the target gave as a reason.
func (s *Session) ending() string {
	var parts []string
	if s.Refusal != nil {
		parts = append(parts, fmt.Sprintf("error frame %s %s", quote(s.Refusal.Code), quote(s.Refusal.Text)))
	}
	switch c := s.Closed; {
	case c == nil:
		parts = append(parts, "still open at the end of the history")
	case c.Status != 0:
		parts = append(parts, fmt.Sprintf("upgrade answered %s by %s, with body %s", status(c.Status), origin(c.Header, c.Body), quote(c.Body)))
	case c.By == history.ByServer:
		parts = append(parts, fmt.Sprintf("close %s %s", closeCode(c.Code), quote(c.Reason)))
	case c.By == history.ByClient:
		parts = append(parts, "closed by the client")
	case c.Broken != nil:
		parts = append(parts, fmt.Sprintf("broken at step %q%s: %s", c.Broken.Step, late(c.Broken), quote(c.Broken.Error)))
	default:
		parts = append(parts, "end of stream without a close frame")
	}
	return strings.Join(parts, ", then ")
}

// Close codes that the protocol uses (websocket.md 3.8; RFC 6455, section 7.4.1).
const (
	closeNormal      = 1000
	closeGoingAway   = 1001
	closeProtocol    = 1002
	closeUnsupported = 1003
	closeNoCode      = 1005
	closePolicy      = 1008
	closeTooBig      = 1009
	closeServerError = 1011
	closeRestart     = 1012
	closeTryLater    = 1013
)

var closeNames = map[int]string{
	closeNormal:      "normal",
	closeGoingAway:   "going away",
	closeProtocol:    "protocol error",
	closeUnsupported: "unsupported data",
	closeNoCode:      "no code",
	closePolicy:      "policy violation",
	closeTooBig:      "message too big",
	closeServerError: "server error",
	closeRestart:     "service restart",
	closeTryLater:    "try again later",
}

// closeCode names a close code.
func closeCode(code int) string {
	if name := closeNames[code]; name != "" {
		return strconv.Itoa(code) + " (" + name + ")"
	}
	return strconv.Itoa(code)
}
