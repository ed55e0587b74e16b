package refstaging

import "time"

// serverMessage is the envelope of everything that is neither an event nor flat (websocket.md 2.2).
type serverMessage struct {
	Type          string  `json:"type"`
	Data          any     `json:"data"`
	Timestamp     float64 `json:"timestamp"`
	ServerID      *string `json:"server_id"`
	CorrelationID *string `json:"correlation_id"`
}

func envelope(kind string, now time.Time, data any) serverMessage {
	return serverMessage{Type: kind, Data: data, Timestamp: unixFloat(now)}
}

// errorMessage is the flat error of websocket.md 2.2.
type errorMessage struct {
	Type        string         `json:"type"`
	Code        string         `json:"error_code"`
	Message     string         `json:"error_message"`
	Details     map[string]any `json:"details"`
	Timestamp   float64        `json:"timestamp"`
	Suggestions []string       `json:"recovery_suggestions"`
}

func refusal(code, message string, now time.Time) errorMessage {
	return errorMessage{Type: "error_message", Code: code, Message: message, Details: map[string]any{}, Timestamp: unixFloat(now)}
}

// plainError is the error of the message handlers, without code and time (websocket.md 4.4).
type plainError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type welcomeData struct {
	Mode         string          `json:"mode"`
	UserID       string          `json:"user_id"` // the first 8 characters and "..."
	ConnectionID string          `json:"connection_id"`
	Events       []string        `json:"golden_path_events"`
	Features     welcomeFeatures `json:"features"`
	Timestamp    string          `json:"timestamp"`
}

type welcomeFeatures struct {
	FullBusinessLogic  bool `json:"full_business_logic"`
	GoldenPath         bool `json:"golden_path_integration"`
	CloudRunOptimized  bool `json:"cloud_run_optimized"`
	EmergencyFallback  bool `json:"emergency_fallback"`
	AgentOrchestration bool `json:"agent_orchestration"`
}

// septemberWelcome is the one frame of websocket.md 2.4 that ends connection set-up.
func septemberWelcome(s *Session, now time.Time) any {
	return envelope("connection_established", now, welcomeData{
		Mode: "main", UserID: abbreviated(s.user.UserID), ConnectionID: s.id,
		Events:    []string{AgentStarted, AgentThinking, ToolExecuting, ToolCompleted, AgentCompleted},
		Features:  welcomeFeatures{true, true, true, true, true},
		Timestamp: now.Format(zoneMillis),
	})
}

// abbreviated is a user id as the welcome shows it.
func abbreviated(userID string) string {
	letters := []rune(userID)
	return string(letters[:min(8, len(letters))]) + "..."
}
