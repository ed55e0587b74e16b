package wire

import (
	"bytes"
	"encoding/json"
	"time"
)

// millisISO and naiveMillis are the timestamps of client messages (sections 2.5 and 4.2).
const (
	millisISO   = "2006-01-02T15:04:05.000+00:00"
	naiveMillis = "2006-01-02T15:04:05.000"
)

// A PromptMessage starts a run. Empty members are left out of the frame.
type PromptMessage struct {
	Type     string // one for which PromptType holds; empty is user_message, in DEMO chat
	Content  string
	ThreadID string // in October, the one of the handshake
	RunID    string
	// Agent asks for one agent. UserID is a claim that a server must not believe.
	Agent, UserID string
	At            time.Time // to the millisecond
}

// Encode returns the frame in the form that the dialect documents for the message's type (section
// 4.2). An unknown dialect is spoken to as September. DEMO's frame has room for the content alone.
func (m PromptMessage) Encode(d Dialect) []byte {
	if m.Type == "" {
		m.Type = "user_message"
		if d == Demo {
			m.Type = "chat"
		}
	}
	switch {
	case d == Demo:
		return encode(promptFrame{Type: m.Type, Message: &m.Content})
	case d == October:
		return m.october()
	}
	switch m.Type {
	case "agent_request", "agent", "execute_agent", "EXECUTE_AGENT":
		return m.flat()
	case "start_agent":
		return m.startAgent()
	}
	return m.nested()
}

// A promptFrame is the union of the prompt shapes of section 4.2. The content is behind pointers: an
// empty prompt has to say so, for the server to refuse it (section 4.4).
type promptFrame struct {
	Type        string          `json:"type,omitempty"`
	Agent       string          `json:"agent,omitempty"`
	AgentType   string          `json:"agent_type,omitempty"`
	Content     *string         `json:"content,omitempty"`
	Message     *string         `json:"message,omitempty"`
	UserRequest *string         `json:"user_request,omitempty"`
	Query       *string         `json:"query,omitempty"`
	ThreadID    string          `json:"thread_id,omitempty"`
	RunID       string          `json:"run_id,omitempty"`
	UserID      string          `json:"user_id,omitempty"`
	Timestamp   string          `json:"timestamp,omitempty"`
	Environment string          `json:"client_environment,omitempty"`
	Payload     *promptFrame    `json:"payload,omitempty"`
	Context     json.RawMessage `json:"context,omitempty"`
}

// nested is the default frame of our client: flat keys and a payload, both content and message,
// because the stages behind a socket read different ones.
func (m PromptMessage) nested() []byte {
	payload := promptFrame{
		Content: &m.Content, Message: &m.Content, Agent: m.Agent,
		ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID, Timestamp: stampOf(m.At, millisISO),
	}
	return encode(promptFrame{
		Type: m.Type, Content: &m.Content, Message: &m.Content, Agent: m.Agent,
		ThreadID: m.ThreadID, UserID: m.UserID, Payload: &payload,
	})
}

// october nests everything: only payload.content is read. The environment must not be development,
// in which clients skip the wait for readiness (section 2.5).
func (m PromptMessage) october() []byte {
	return encode(promptFrame{Type: m.Type, Payload: &promptFrame{
		Content: &m.Content, Agent: m.Agent, RunID: m.RunID, ThreadID: m.ThreadID, UserID: m.UserID,
		Timestamp: stampOf(m.At, naiveMillis), Environment: "staging",
	}})
}

// flat is the shape of agent_request and execute_agent, without a payload that would hide the rest.
func (m PromptMessage) flat() []byte {
	f := promptFrame{
		Type: m.Type, Agent: m.Agent, Content: &m.Content, Message: &m.Content, UserRequest: &m.Content,
		ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID, Timestamp: stampOf(m.At, millisISO),
	}
	if m.Type == "agent_request" || m.Type == "agent" {
		f.AgentType, f.Query, f.Context = m.Agent, &m.Content, json.RawMessage("{}")
	}
	return encode(f)
}

func (m PromptMessage) startAgent() []byte {
	return encode(promptFrame{Type: m.Type, ThreadID: m.ThreadID, Payload: &promptFrame{
		UserRequest: &m.Content, Agent: m.Agent, ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID,
		Timestamp: stampOf(m.At, millisISO),
	}})
}

// A controlFrame is a client message that starts no run.
type controlFrame struct {
	Type      string `json:"type"`
	ThreadID  string `json:"thread_id,omitempty"`
	Timestamp any    `json:"timestamp,omitempty"`
}

// PingFrame asks for a pong. A zero time leaves the timestamp out, as DEMO clients do.
func PingFrame(at time.Time) []byte { return control(Ping, at) }

// PongFrame answers a server's ping; the browser frontend's timestamp is in milliseconds.
func PongFrame(at time.Time) []byte {
	f := controlFrame{Type: Pong}
	if !at.IsZero() {
		f.Timestamp = at.UnixMilli()
	}
	return encode(f)
}

// HeartbeatFrame asks for a heartbeat_ack.
func HeartbeatFrame(at time.Time) []byte { return control(Heartbeat, at) }

// ConnectFrame and DisconnectFrame are the lifecycle messages of section 4.1; each is answered by a
// system_message.
func ConnectFrame(at time.Time) []byte { return control("connect", at) }

// DisconnectFrame announces that the client leaves; the socket stays open.
func DisconnectFrame(at time.Time) []byte { return control("disconnect", at) }

// TypingFrame says that the user of a thread started or stopped typing.
func TypingFrame(threadID string, started bool, at time.Time) []byte {
	f := controlFrame{Type: "typing_stopped", ThreadID: threadID, Timestamp: isoOrNothing(at)}
	if started {
		f.Type = "typing_started"
	}
	return encode(f)
}

// HandshakeAcknowledged ends October's handshake; threadID is the one of the handshake_response.
func HandshakeAcknowledged(threadID string, at time.Time) []byte {
	return encode(controlFrame{Type: HandshakeAck, ThreadID: threadID, Timestamp: isoOrNothing(at)})
}

func control(wireType string, at time.Time) []byte {
	return encode(controlFrame{Type: wireType, Timestamp: isoOrNothing(at)})
}

func isoOrNothing(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return stampOf(at, millisISO)
}

// stampOf writes a time in UTC; a zero time is empty, which leaves the member out.
func stampOf(at time.Time, layout string) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(layout)
}

// encode writes a frame without escaping <, > and &: a nonce in a recorded frame must be findable.
func encode(frame any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(frame); err != nil {
		panic(err) // the frames above hold only strings and integers
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
