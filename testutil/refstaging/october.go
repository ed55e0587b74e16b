package refstaging

import (
	"net/http"
	"strings"
	"time"
)

// october is the dialect of websocket.md 2.5.
var october = dialect{
	negotiate: negotiate(tokenPrefixes...),
	extract:   extractOctober,
	connection: func(ids *idSource, user string, now time.Time) string {
		return ids.numbered("ws_conn_"+firstLetters(user), now)
	},
	welcome:    octoberWelcome,
	content:    octoberContent,
	encode:     encodeOctober,
	epilogue:   []string{CleanupStarted, CleanupEstimate, CleanupComplete},
	handshakes: true,
	route:      afterHandshake,
}

// extractOctober takes the first token that any entry holds, behind the environment's name or not, and
// that of the query when there is none (websocket.md 3.4).
func extractOctober(r *http.Request) string {
	if token, ok := bearer(r); ok {
		return token
	}
	for _, entry := range offered(r) {
		rest, _ := cutAnyPrefix(entry, tokenPrefixes)
		if token := subprotocolToken(strings.TrimPrefix(rest, environment+".")); token != "" {
			return token
		}
	}
	return r.URL.Query().Get("token")
}

// octoberContent is websocket.md 4.2: a user_message is read in one place only.
func octoberContent(m Message) string {
	if m.Type != "user_message" {
		return m.Content()
	}
	return firstText(object(m.root["payload"]).text("content"))
}

// octoberFrame is the envelope of the welcome and of the events.
type octoberFrame struct {
	Type      string `json:"type"`
	Data      any    `json:"data"`
	Timestamp string `json:"timestamp"`
}

func octoberWelcome(s *Session, now time.Time) any {
	return octoberFrame{"connection_established", struct {
		ConnectionID string `json:"connection_id"`
		UserID       string `json:"user_id"`
	}{s.id, s.user.UserID}, now.Format(zoneMillis)}
}

// handshakeResponse is frame 1 of websocket.md 2.5, handshakeComplete frame 4.
type handshakeResponse struct {
	Type         string `json:"type"`
	ThreadID     string `json:"thread_id"`
	RunID        string `json:"run_id"`
	RequestID    string `json:"request_id"`
	SessionToken string `json:"session_token"`
	Timestamp    string `json:"timestamp"`
	Message      string `json:"message"`
}

type handshakeComplete struct {
	Type      string `json:"type"`
	ThreadID  string `json:"thread_id"`
	Timestamp string `json:"timestamp"`
}

// octoberData is what an event says: the fields of websocket.md 2.4, each once.
type octoberData struct {
	EventID   string `json:"event_id"`
	UserID    string `json:"user_id"`
	ThreadID  string `json:"thread_id"`
	RunID     string `json:"run_id"`
	RequestID string `json:"request_id"`
	AgentName string `json:"agent_name"`
	Critical  bool   `json:"critical"`
	Status    string `json:"status"`
	facts
	Message         string         `json:"message,omitzero"`
	Result          string         `json:"result,omitzero"`
	ErrorContext    map[string]any `json:"error_context,omitzero"`
	ExecutionTimeMS *int64         `json:"execution_time_ms,omitzero"`
}

// encodeOctober is the correct end of the Encode chain.
func encodeOctober(e Event) ([]byte, error) {
	if frame := cleanup(e); frame != nil {
		return marshalEvent(e, frame)
	}
	var f eventFrame // September's frame says the same, more often
	if err := f.fill(e); err != nil {
		return nil, err
	}
	f.StepNumber = e.Step
	return marshalEvent(e, octoberFrame{e.Type, octoberData{
		EventID: e.ID, UserID: e.UserID, ThreadID: e.ThreadID, RunID: e.RunID, RequestID: e.RequestID,
		AgentName: e.Agent, Critical: true, Status: f.Status, facts: f.facts,
		Message: f.Data.Message, Result: f.Data.Result, ErrorContext: f.Data.ErrorContext, ExecutionTimeMS: f.Data.ExecutionTimeMS,
	}, e.At.Format(zoneMillis)})
}

// cleanup is the frame of an event that follows a run's end; nil for every other event. The members are
// where the sample frames have them, and data names the run besides.
func cleanup(e Event) any {
	run := struct {
		Estimate int    `json:"estimated_seconds,omitzero"`
		RunID    string `json:"run_id"`
		ThreadID string `json:"thread_id"`
	}{RunID: e.RunID, ThreadID: e.ThreadID}
	switch e.Type {
	case CleanupEstimate:
		run.Estimate = 1 // whole seconds, rounded up: there is next to nothing to clean up
		fallthrough
	case CleanupStarted:
		return struct {
			Type string `json:"type"`
			Data any    `json:"data"`
		}{e.Type, run}
	case CleanupComplete:
		return struct {
			Type       string `json:"type"`
			Status     string `json:"cleanup_status"`
			Successful int    `json:"successful_cleanups"`
			Total      int    `json:"total_cleanups"`
			Data       any    `json:"data"`
		}{e.Type, "complete", 1, 1, run} // the run
	}
	return nil
}
