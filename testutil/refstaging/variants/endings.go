package variants

import (
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// endings are how sessions and refusals end (websocket.md 3.6 and 3.8).
var endings = map[string]variant{
	"refusals-s0": {
		says:     "bad tokens are refused as by S0: another error code, and close 1008 SSOT Auth failed (websocket.md 3.6)",
		declares: Declaration{Dialect: "september", Shape: "auto"}, apply: refusing,
	},
	"close-bare":  {says: "a client's close is answered without a code (RFC 6455, section 5.5.1: there may be a body)", apply: reframed(bareClose)},
	"close-other": {says: "normal closes for other documented reasons (websocket.md 3.8)", apply: reframed(otherClose)},
}

func refusing(c *refstaging.Config) {
	c.Hooks.Sessions.Refuse = chained(c.Hooks.Sessions.Refuse, func(next refstaging.RefuseSession) refstaging.RefuseSession {
		return func(user refstaging.Identity, why error) *refstaging.Refusal {
			refusal := next(user, why)
			if refusal.Code != websocket.ClosePolicyViolation {
				return refusal
			}
			return &refstaging.Refusal{Code: refusal.Code, Reason: "SSOT Auth failed", Frame: object{
				"type": "error_message", "error_code": "VALIDATION_FAILED", "error_message": "The token could not be validated",
				"details": object{"environment": "staging"}, "timestamp": float(time.Now()), "recovery_suggestions": []string{"Log in again"},
			}}
		}
	})
}

// bareClose leaves the code out of the answer to a client's close, which alone has no reason.
func bareClose(f frame) []frame {
	if f.head == final|websocket.CloseMessage && len(f.payload) == 2 && closeCode(f) == websocket.CloseNormalClosure {
		return []frame{whole(websocket.CloseMessage, nil)}
	}
	return []frame{f}
}

func otherClose(f frame) []frame {
	if f.head == final|websocket.CloseMessage && len(f.payload) >= 2 && closeCode(f) == websocket.CloseNormalClosure {
		return []frame{whole(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "legacy cleanup"))}
	}
	return []frame{f}
}

func closeCode(f frame) int { return int(f.payload[0])<<8 | int(f.payload[1]) }
