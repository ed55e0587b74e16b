// Package wire turns WebSocket frames into events and client messages into frames, for every dialect
// of the protocol (docs/protocol/websocket.md). It performs no I/O and judges nothing: what is unusual
// about a frame is data for the rules.
package wire

import "time"

// Canonical event types, after section 5.1 of the protocol reference. A type that has no constant
// here keeps the name it travelled under.
const (
	Welcome       = "welcome"
	Prompt        = "prompt" // only in frames that the client sends
	AgentStarted  = "agent_started"
	AgentThinking = "agent_thinking"
	ToolExecuting = "tool_executing"
	ToolCompleted = "tool_completed"
	// AgentCompleted ends an agent; of the root agent, it ends the run.
	AgentCompleted = "agent_completed"
	AgentError     = "agent_error" // also agent_failed and agent_fallback
	AgentDeath     = "agent_death"
	AgentTimeout   = "agent_timeout_failure"
	Error          = "error" // also error_message
	ConnectionErr  = "connection_error"
	SystemErr      = "system_error"

	Ping              = "ping"
	Pong              = "pong"
	Heartbeat         = "heartbeat"
	HeartbeatAck      = "heartbeat_ack"
	Ack               = "ack"
	SystemMessage     = "system_message"
	HandshakeResponse = "handshake_response"
	HandshakeAck      = "handshake_acknowledged"
	HandshakeComplete = "handshake_complete"
	CleanupComplete   = "cleanup_complete"
)

// TheFive are the agent events that a run with a tool streams, in their flat order.
var TheFive = []string{AgentStarted, AgentThinking, ToolExecuting, ToolCompleted, AgentCompleted}

// A Dialect is a generation of the protocol, known from the welcome (section 2.1).
type Dialect string

// The dialects. A welcome in a form that none of them documents leaves the dialect Unknown.
const (
	UnknownDialect Dialect = ""
	September      Dialect = "september" // S1
	SeptemberS0    Dialect = "s0"
	October        Dialect = "october"
	Demo           Dialect = "demo"
)

// A Variant is the JSON shape in which one of the five events travelled (section 5.2).
type Variant string

// The variants. Normative is the shape of section 2.4, a superset of E2, E4 and E8.
const (
	UnknownVariant Variant = ""
	E1             Variant = "e1"
	E2             Variant = "e2"
	E3             Variant = "e3"
	E4             Variant = "e4"
	E5             Variant = "e5"
	E6             Variant = "e6"
	E7             Variant = "e7"
	E8             Variant = "e8"
	Normative      Variant = "september"
	OctoberEvent   Variant = "october"
)

// An Event is a frame in the one canonical form. Its strings share memory with the frame where they
// can. Empty means absent.
type Event struct {
	Type     string  // canonical
	WireType string  // the frame's own "type"
	Dialect  Dialect // of a welcome; empty otherwise
	Variant  Variant // of one of the five; empty otherwise

	RunID, ThreadID, UserID, RequestID, TurnID, EventID, ConnectionID string

	UserPrefix string // a truncated user_id ("3f6b1c9e..."), without its dots
	Mode       string // data.mode of a welcome
	Status     string // of a system_message: what it acknowledges (section 4.3)

	Agent  string
	Agents string // agents_involved, as JSON text
	Tool   string // of tool events
	// Text is the prompt's content, the thought, the final answer or the error text, by type. A final
	// answer that is not a JSON string is its JSON text.
	Text      string
	ErrorCode string

	Input, Output string        // tool input and output, as JSON text
	Success       Truth         // the "success" member
	Attempt       int           // retries carry 2 and more
	Duration      time.Duration // as the server states it

	Time     time.Time // zero if absent or unreadable
	TimeForm TimeForm

	Shape Shape // where the members were, for rules on the envelope
}

// Truth is a JSON boolean that may be absent.
type Truth int8

// The values of Truth.
const (
	Absent Truth = iota
	True
	False
)

// TimeForm is how a timestamp was written (section 5.1, step 4).
type TimeForm int8

// The forms of a timestamp.
const (
	NoTime TimeForm = iota
	FloatSeconds
	IntMilliseconds
	ISOZone  // RFC 3339, with Z or an offset
	ISONaive // no zone: UTC
	BadTime
	IntSeconds // float seconds that happen to be whole, as many encoders write them
)

// String describes the form, for people.
func (f TimeForm) String() string {
	return [...]string{
		NoTime: "nothing", FloatSeconds: "float seconds", IntMilliseconds: "integer milliseconds",
		ISOZone: "ISO 8601 with a zone", ISONaive: "ISO 8601 without a zone",
		BadTime: "an unreadable time", IntSeconds: "integer seconds",
	}[f]
}
