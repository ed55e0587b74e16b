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

// abbreviated is a user id as the welcome shows it.
func abbreviated(userID string) string {
	return firstLetters(userID) + "..."
}

// firstLetters are the eight of a user id by which ids and the welcome refer to the user.
func firstLetters(userID string) string {
	letters := []rune(userID)
	return string(letters[:min(8, len(letters))])
}
