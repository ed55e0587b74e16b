package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

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

// isDocumented tells whether the protocol reference knows the frame's type (websocket.md 2, 4.3, 5).
func isDocumented(e *wire.Event) bool {
	if e.Type == wire.Welcome || IsRunEvent(e.Type) {
		return true
	}
	switch e.Type {
	case wire.Ping, wire.Pong, wire.Heartbeat, wire.HeartbeatAck, wire.Ack, wire.SystemMessage,
		wire.HandshakeResponse, wire.HandshakeAck, wire.HandshakeComplete, wire.CleanupComplete,
		"agent_progress", "agent_response", "agent_response_complete", "progress_update", "message",
		"subagent_started", "subagent_completed", "final_report", "partial_result", "tool_error",
		"event_batch", "agent_timeout_warning", "backend_log", "cleanup_started",
		"cleanup_duration_estimate", "thread_data":
		return true
	}
	return strings.HasSuffix(e.WireType, "_acknowledged")
}
