package wire

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var promptTypes = []string{"user_message", "chat_message", "message", "user", "user_input", "chat",
	"agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT"}

func TestPromptsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := PromptMessage{
			Type:     rapid.SampledFrom(append(promptTypes, "")).Draw(t, "type"),
			Content:  rapid.String().Draw(t, "content"),
			ThreadID: rapid.SampledFrom([]string{"", "thread_chat_1_a"}).Draw(t, "thread"),
			RunID:    rapid.SampledFrom([]string{"", "run_chat_1_a"}).Draw(t, "run"),
			Agent:    rapid.SampledFrom([]string{"", "triage"}).Draw(t, "agent"),
			UserID:   rapid.SampledFrom([]string{"", "3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611"}).Draw(t, "user"),
			Place:    rapid.SampledFrom([]Place{Documented, AtRoot, InPayload}).Draw(t, "place"),
			At:       time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).UTC(),

			ForceFailure:  rapid.Bool().Draw(t, "force failure"),
			SimulateDelay: rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "delay"),
		}
		d := rapid.SampledFrom([]Dialect{UnknownDialect, September, SeptemberS0, October, Demo}).Draw(t, "dialect")

		e, err := DecodeSent(string(m.Encode(d)))
		require.NoError(t, err)
		assert.Equal(t, Prompt, e.Type)
		assert.Equal(t, m.Content, e.Text)
		if m.Type != "" {
			assert.Equal(t, m.Type, e.WireType)
		}
		if d == Demo {
			m = PromptMessage{Content: m.Content}
		}
		got := PromptMessage{Type: e.WireType, Content: e.Text, ThreadID: e.ThreadID, RunID: e.RunID, Agent: e.Agent, UserID: e.UserID, At: e.Time}
		m.Type, m.Place, m.ForceFailure, m.SimulateDelay = got.Type, Documented, false, 0
		assert.Equal(t, m, got)
		assert.Zero(t, e.Shape.Disagree)
	})
}

// The frames of section 4.2, byte for byte where the reference gives them.
func TestPromptFrames(t *testing.T) {
	at := time.Date(2025, 9, 17, 12, 0, 1, 0, time.FixedZone("", 2*3600))
	tests := map[string]struct {
		message PromptMessage
		dialect Dialect
		want    string
	}{
		"default": {PromptMessage{Content: "C", ThreadID: "T", RunID: "R", At: at}, September,
			`{"type":"user_message","content":"C","message":"C","thread_id":"T","payload":{"content":"C","message":"C","thread_id":"T","run_id":"R","timestamp":"2025-09-17T10:00:01.000+00:00"}}`},
		"october": {PromptMessage{Content: "C", ThreadID: "T", RunID: "R", At: at}, October,
			`{"type":"user_message","payload":{"content":"C","thread_id":"T","run_id":"R","timestamp":"2025-09-17T10:00:01.000","client_environment":"staging"}}`},
		"demo": {PromptMessage{Content: "C <&> C", ThreadID: "T"}, Demo, `{"type":"chat","message":"C <&> C"}`},
		"agent_request": {PromptMessage{Type: "agent_request", Content: "C", Agent: "A", At: at}, September,
			`{"type":"agent_request","agent":"A","agent_type":"A","content":"C","message":"C","user_request":"C","query":"C","timestamp":"2025-09-17T10:00:01.000+00:00","context":{}}`},
		"start_agent": {PromptMessage{Type: "start_agent", Content: "C", ThreadID: "T"}, SeptemberS0,
			`{"type":"start_agent","thread_id":"T","payload":{"user_request":"C","thread_id":"T"}}`},
		"execute_agent": {PromptMessage{Type: "execute_agent", Content: "C", UserID: "U"}, September,
			`{"type":"execute_agent","content":"C","message":"C","user_request":"C","user_id":"U"}`},
		"content at root": {PromptMessage{Content: "C", Place: AtRoot, ThreadID: "T", RunID: "R", At: at}, September,
			`{"type":"user_message","content":"C","message":"C","user_request":"C","thread_id":"T","run_id":"R","timestamp":"2025-09-17T10:00:01.000+00:00"}`},
		"content in payload": {PromptMessage{Content: "C", Place: InPayload, ThreadID: "T", RunID: "R", UserID: "U", At: at}, September,
			`{"type":"user_message","payload":{"content":"C","message":"C","thread_id":"T","run_id":"R","user_id":"U","timestamp":"2025-09-17T10:00:01.000+00:00"}}`},
		"agent_request in payload": {PromptMessage{Type: "agent_request", Content: "C", Place: InPayload, Agent: "A"}, September,
			`{"type":"agent_request","payload":{"content":"C","message":"C","agent":"A"}}`},
		"start_agent at root": {PromptMessage{Type: "start_agent", Content: "C", Place: AtRoot, Agent: "A"}, September,
			`{"type":"start_agent","agent":"A","content":"C","message":"C","user_request":"C"}`},
		"a failure is asked for": {PromptMessage{Type: "agent_request", Content: "C", ForceFailure: true}, September,
			`{"type":"agent_request","content":"C","message":"C","user_request":"C","query":"C","context":{"force_failure":true}}`},
		"a delay is asked for, october": {PromptMessage{Type: "agent_request", Content: "C", SimulateDelay: 1500 * time.Millisecond}, October,
			`{"type":"agent_request","payload":{"content":"C","client_environment":"staging","context":{"simulate_delay":1.5}}}`},
		"empty content": {PromptMessage{ThreadID: "T"}, September,
			`{"type":"user_message","content":"","message":"","thread_id":"T","payload":{"content":"","message":"","thread_id":"T"}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.JSONEq(t, test.want, string(test.message.Encode(test.dialect)))
			assert.NotContains(t, string(test.message.Encode(test.dialect)), `\u003c`)
		})
	}
}

func TestControlFrames(t *testing.T) {
	at := time.Date(2025, 9, 17, 10, 0, 1, 250_000_000, time.UTC)
	const stamp = `"timestamp":"2025-09-17T10:00:01.250+00:00"`
	tests := map[string]struct {
		frame []byte
		want  string
	}{
		"ping":       {PingFrame(at), `{"type":"ping",` + stamp + `}`},
		"ping, DEMO": {PingFrame(time.Time{}), `{"type":"ping"}`},
		"pong":       {PongFrame(at), `{"type":"pong","timestamp":1758103201250}`},
		"heartbeat":  {HeartbeatFrame(at), `{"type":"heartbeat",` + stamp + `}`},
		"connect":    {ConnectFrame(at), `{"type":"connect",` + stamp + `}`},
		"disconnect": {DisconnectFrame(at), `{"type":"disconnect",` + stamp + `}`},
		"typing":     {TypingFrame("T", true, at), `{"type":"typing_started","thread_id":"T",` + stamp + `}`},
		"not typing": {TypingFrame("T", false, at), `{"type":"typing_stopped","thread_id":"T",` + stamp + `}`},
		"resumption": {HandshakeRequest("T", at), `{"type":"handshake_request","thread_id":"T",` + stamp + `}`},
		"handshake":  {HandshakeAcknowledged("T", at), `{"type":"handshake_acknowledged","thread_id":"T",` + stamp + `}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, string(test.frame))
			e, err := DecodeSent(string(test.frame))
			require.NoError(t, err)
			assert.Equal(t, e.WireType, e.Type)
			if e.TimeForm != NoTime {
				assert.Equal(t, at, e.Time)
			}
		})
	}
}

// Content is read as the embedded server reads it: section 4.2.
func TestPromptContentLookup(t *testing.T) {
	tests := map[string]string{
		`{"content":"a","message":"b"}`:                     "a",
		`{"content":"","message":"b"}`:                      "b",
		`{"message":"m","text":"t"}`:                        "m",
		`{"text":"t","user_request":"u"}`:                   "t",
		`{"user_request":"u","query":"q"}`:                  "u",
		`{"request":{"query":"rq","user_request":"ru"}}`:    "rq",
		`{"request":{"user_request":"ru"},"query":"q"}`:     "ru",
		`{"query":"q"}`:                                     "q",
		`{"content":"root","payload":{"message":"nested"}}`: "nested",
		`{"content":"root","payload":{}}`:                   "",
		`{"content":"root","data":{"content":"never"}}`:     "root",
		`{"data":{"content":"never"}}`:                      "",
		`{"content":{"not":"text"},"message":"b"}`:          "b",
	}
	for frame, want := range tests {
		var members map[string]any
		require.NoError(t, json.Unmarshal([]byte(frame), &members))
		members["type"] = "user_message"
		text, err := json.Marshal(members)
		require.NoError(t, err)
		e, err := DecodeSent(string(text))
		require.NoError(t, err)
		assert.Equal(t, want, e.Text, frame)
	}
}

func TestSentFramesAreNotReadInData(t *testing.T) {
	e, err := DecodeSent(`{"type":"chat","thread_id":"root","data":{"thread_id":"data","user_id":"u"}}`)
	require.NoError(t, err)
	assert.Equal(t, "root", e.ThreadID)
	assert.Empty(t, e.UserID)
	assert.True(t, e.Shape.Data.Has(MemberUserID))
}
