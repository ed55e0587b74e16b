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

// A Place is where a prompt's content stands in its frame. September reads the payload if there is one,
// and the root otherwise; October reads the payload alone (section 4.2).
type Place int8

// The places.
const (
	Documented Place = iota // as section 4.2 shows the type; of a chat message in September, at both
	AtRoot
	InPayload
)

// A PromptMessage starts a run. Empty members are left out of the frame.
type PromptMessage struct {
	Type     string // one for which PromptType holds; empty is user_message, in DEMO chat
	Content  string
	Place    Place
	ThreadID string // in October, the one of the handshake
	RunID    string
	// Agent asks for one agent. UserID is a claim that a server must not believe.
	Agent, UserID string
	// ForceFailure asks that the agent fail, SimulateDelay that it rest so long before it answers: of an
	// agent request, where the target declares simulated failures.
	ForceFailure  bool
	SimulateDelay time.Duration
	At            time.Time // to the millisecond
}

// Encode returns the frame in the form that the dialect documents for the message's type (section
// 4.2), or with its content at the Place. An unknown dialect is spoken to as September. October's frame
// has the payload alone, whatever the Place, and DEMO's has room for the content alone.
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
		if m.Place == InPayload {
			return m.enclosed()
		}
		return m.flat()
	case "start_agent":
		if m.Place == AtRoot {
			return m.flat()
		}
		return m.startAgent()
	}
	switch m.Place {
	case AtRoot:
		return m.flat()
	case InPayload:
		return m.enclosed()
	}
	return m.nested()
}

// A promptFrame is the union of the prompt shapes of section 4.2. The content is behind pointers: an
// empty prompt has to say so, for the server to refuse it (section 4.4).
type promptFrame struct {
	Type        string        `json:"type,omitempty"`
	Agent       string        `json:"agent,omitempty"`
	AgentType   string        `json:"agent_type,omitempty"`
	Content     *string       `json:"content,omitempty"`
	Message     *string       `json:"message,omitempty"`
	UserRequest *string       `json:"user_request,omitempty"`
	Query       *string       `json:"query,omitempty"`
	ThreadID    string        `json:"thread_id,omitempty"`
	RunID       string        `json:"run_id,omitempty"`
	UserID      string        `json:"user_id,omitempty"`
	Timestamp   string        `json:"timestamp,omitempty"`
	Environment string        `json:"client_environment,omitempty"`
	Payload     *promptFrame  `json:"payload,omitempty"`
	Context     *contextFrame `json:"context,omitempty"`
}

// A contextFrame holds the switches of a simulated failure, by the names that REST documents for them
// (http.md 5.4).
type contextFrame struct {
	ForceFailure  bool    `json:"force_failure,omitempty"`
	SimulateDelay float64 `json:"simulate_delay,omitempty"` // seconds
}

// simulation is nil for a message that asks for no failure.
func (m PromptMessage) simulation() *contextFrame {
	if !m.ForceFailure && m.SimulateDelay == 0 {
		return nil
	}
	return &contextFrame{m.ForceFailure, m.SimulateDelay.Seconds()}
}

// nested is the default frame of our client: flat keys and a payload, both content and message,
// because the stages behind a socket read different ones.
func (m PromptMessage) nested() []byte {
	return encode(promptFrame{
		Type: m.Type, Content: &m.Content, Message: &m.Content, Agent: m.Agent,
		ThreadID: m.ThreadID, UserID: m.UserID, Payload: m.payload(),
	})
}

func (m PromptMessage) payload() *promptFrame {
	return &promptFrame{
		Content: &m.Content, Message: &m.Content, Agent: m.Agent,
		ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID, Timestamp: stampOf(m.At, millisISO),
		Context: m.simulation(),
	}
}

// enclosed has nothing but the payload, as October's frame does.
func (m PromptMessage) enclosed() []byte {
	return encode(promptFrame{Type: m.Type, Payload: m.payload()})
}

// october nests everything: only payload.content is read. The environment must not be development,
// in which clients skip the wait for readiness (section 2.5).
func (m PromptMessage) october() []byte {
	return encode(promptFrame{Type: m.Type, Payload: &promptFrame{
		Content: &m.Content, Agent: m.Agent, RunID: m.RunID, ThreadID: m.ThreadID, UserID: m.UserID,
		Timestamp: stampOf(m.At, naiveMillis), Environment: "staging", Context: m.simulation(),
	}})
}

// flat is the shape of agent_request and execute_agent, without a payload that would hide the rest.
func (m PromptMessage) flat() []byte {
	f := promptFrame{
		Type: m.Type, Agent: m.Agent, Content: &m.Content, Message: &m.Content, UserRequest: &m.Content,
		ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID, Timestamp: stampOf(m.At, millisISO),
		Context: m.simulation(),
	}
	if m.Type == "agent_request" || m.Type == "agent" {
		f.AgentType, f.Query = m.Agent, &m.Content
		if f.Context == nil {
			f.Context = &contextFrame{}
		}
	}
	return encode(f)
}

func (m PromptMessage) startAgent() []byte {
	return encode(promptFrame{Type: m.Type, ThreadID: m.ThreadID, Payload: &promptFrame{
		UserRequest: &m.Content, Agent: m.Agent, ThreadID: m.ThreadID, RunID: m.RunID, UserID: m.UserID,
		Timestamp: stampOf(m.At, millisISO), Context: m.simulation(),
	}})
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
