package refstaging

import (
	"net/http"
	"time"
)

// september is the dialect of websocket.md 2.4.
var september = dialect{
	negotiate:  negotiate("jwt.", "jwt-auth.", "bearer."),
	extract:    extractSeptember,
	connection: func(*idSource, string, time.Time) string { return "main_" + hex8() },
	welcome:    septemberWelcome,
	content:    Message.Content,
	encode:     encodeSeptember,
	route:      func(next Route) Route { return next },
}

// extractSeptember is websocket.md 3.4: the first entry with a known prefix decides, and when it holds
// no token, later entries are not tried.
func extractSeptember(r *http.Request) string {
	if token, ok := bearer(r); ok {
		return token
	}
	for _, entry := range offered(r) {
		if rest, ok := cutAnyPrefix(entry, tokenPrefixes); ok {
			return subprotocolToken(rest)
		}
	}
	return ""
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
