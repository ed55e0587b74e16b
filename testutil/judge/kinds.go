package judge

import "github.com/netra-systems/staging-e2e/testutil/wire"

// IsRunEvent tells whether a canonical type reports the progress or the end of a run.
func IsRunEvent(eventType string) bool { return five(eventType) != 0 || isError(eventType) }

// isError tells whether a canonical type is one of the error kinds (websocket.md 5.3).
func isError(eventType string) bool {
	switch eventType {
	case wire.AgentError, wire.AgentDeath, wire.AgentTimeout, wire.Error, wire.ConnectionErr, wire.SystemErr:
		return true
	}
	return false
}
