package faults

import (
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// enveloped is a ServerMessage (websocket.md 2.2).
func enveloped(kind string, data any) map[string]any {
	return map[string]any{"type": kind, "data": data, "timestamp": now(), "server_id": nil, "correlation_id": nil}
}

// errorFrame is a flat ErrorMessage (websocket.md 2.2).
func errorFrame(code, message string) map[string]any {
	return map[string]any{
		"type": "error_message", "error_code": code, "error_message": message, "details": map[string]any{},
		"timestamp": now(), "recovery_suggestions": nil,
	}
}

// connectionError is what beta-15 and beta-16 send where a welcome is due (websocket.md 2.3).
func connectionError() map[string]any {
	return enveloped("error_message", map[string]any{
		"error_code": "CONNECTION_ERROR", "error_message": "Connection error in main mode",
		"details": map[string]any{"error_type": "TypeError", "mode": "main"},
	})
}

// internalError is close 1011 without a frame before it.
func internalError(reason string) *refstaging.Refusal {
	return &refstaging.Refusal{Code: websocket.CloseInternalServerErr, Reason: reason}
}

// now is the float of an envelope, in seconds.
func now() float64 { return float64(time.Now().UnixMicro()) / 1e6 }
