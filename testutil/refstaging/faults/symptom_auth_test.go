package faults

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestSymptomsOfAuth(t *testing.T) {
	t.Parallel()
	seen(t, []sighting{
		{"auth-secret-mismatch", "valid true, upgrade 403, 401 Invalid or expired token", func(g *guest) string {
			token := g.tokenOf("ada")
			rest := g.get("/api/threads", token)
			return fmt.Sprintf("valid %v, %s, %d %s", g.valid(token), g.connect("", token, nil), rest.status, rest.all["message"])
		}},
		{"auth-service-id-generated", upgrade403, looksAtUpgrade},
		{"auth-url-not-loaded", upgrade403, looksAtUpgrade},
		{"auth-service-principal-refused", "401, welcome e2e-ada..., 500 403: Not authenticated", func(g *guest) string {
			token := g.tokenOf("ada")
			stored := g.get("/api/threads", token)
			return fmt.Sprintf("%d, %s, %d %s", g.get("/api/threads", "").status, g.connect("", token, nil), stored.status, stored.all["message"])
		}},
		{"auth-staging-treated-as-bypass", "welcome staging-..., welcome staging-..., welcome e2e-ada...", func(g *guest) string {
			return g.connect("", "", nil) + ", " + g.connect("", "not.a.token", nil) + ", " + g.connect("", g.tokenOf("ada"), nil)
		}},
		{"auth-identity-collapse", "welcome demo-use..., welcome demo-use...", func(g *guest) string {
			return g.connect("", g.tokenOf("ada"), nil) + ", " + g.connect("", g.tokenOf("bob"), nil)
		}},
		{"auth-breaker-stays-open", "200 401 401 Invalid or expired token", func(g *guest) string {
			token := g.tokenOf("ada")
			before, bad, after := g.get("/api/threads", token), g.get("/api/threads", "not.a.token"), g.get("/api/threads", token)
			return fmt.Sprintf("%d %d %d %s", before.status, bad.status, after.status, after.all["message"])
		}},
		{"auth-forged-token-accepted", "401; error Authentication failed, close 1008; welcome e2e-ada...; welcome e2e-bob...; welcome e2e-ada...", func(g *guest) string {
			head, claims, signature := cut(g.tokenOf("ada"))
			damaged, none := head+"."+claims+".A"+signature[1:], encoded(`{"alg":"none","typ":"JWT"}`)+"."+claims+"."
			bob := head + "." + encoded(strings.Replace(decoded(claims), "e2e-ada", "e2e-bob", 1)) + "." + signature
			seen := []string{fmt.Sprint(g.get("/api/threads", damaged).status)}
			for _, token := range []string{"not.a.token", damaged, bob, none} {
				seen = append(seen, g.connect("", token, nil))
			}
			return strings.Join(seen, "; ")
		}},
		{"auth-missing-token-403", "403 AUTH_UNAUTHORIZED Not authenticated map[status_code:403], 401", func(g *guest) string {
			without := g.get("/api/threads", "")
			return fmt.Sprintf("%d %s %s %v, %d", without.status, without.all["error_code"], without.all["message"], without.all["details"], g.get("/api/threads", "not.a.token").status)
		}},
		{"auth-failure-closed-as-server-error", "error Authentication failed, close 1011", func(g *guest) string { return g.connect("", "not.a.token", nil) }},
		{"auth-validation-not-awaited", "upgrade 500", func(g *guest) string { return g.connect("", g.tokenOf("ada"), nil) }},
		{"auth-logout-not-enforced", "200 200, welcome e2e-ada...", func(g *guest) string {
			token := g.tokenOf("ada")
			out := g.send(request{method: http.MethodPost, url: g.server.AuthURL() + "/auth/logout", token: token})
			return fmt.Sprintf("%d %d, %s", out.status, g.get("/api/threads", token).status, g.connect("", token, nil))
		}},
		{"auth-refresh-placeholder-token", "200 e2e-ada user@example.com", func(g *guest) string {
			a := g.refresh("refresh_token")
			me := g.send(request{url: g.server.AuthURL() + "/auth/me", token: text(a.all, "access_token")})
			return fmt.Sprintf("%d %s %s", a.status, me.all["user_id"], me.all["email"])
		}},
		{"auth-refresh-field-drift", "422 true, 200", func(g *guest) string {
			a := g.refresh("refresh_token")
			return fmt.Sprintf("%d %v, %d", a.status, strings.Contains(a.body, "Field required"), g.refresh("refreshToken").status)
		}},
		{"auth-reachability-probe-too-short", "error auth_service_unreachable, close 1008; 200", func(g *guest) string {
			token, heard := g.tokenOf("ada"), ""
			for range 50 { // one of them at the least, with the seed of these tests
				if heard = g.connect("", token, nil); strings.HasPrefix(heard, "error") {
					break
				}
			}
			return fmt.Sprintf("%s; %d", heard, g.send(request{url: g.server.AuthURL() + "/health"}).status)
		}},
		{"auth-test-key-rejected", `401 {"detail":"Invalid E2E bypass key"}`, func(g *guest) string {
			a := g.login("ada")
			return fmt.Sprint(a.status, " ", a.body)
		}},
		{"auth-oauth-redirect-mismatch", "200 https://staging.netrasystems.ai/auth/callback", func(g *guest) string {
			a := g.send(request{url: g.server.AuthURL() + "/auth/config"})
			return fmt.Sprint(a.status, " ", a.all["oauth_redirect_uri"])
		}},
		{"auth-legacy-mode-unauthenticated", "legacy_connection_established Legacy WebSocket connection established, agent_response Legacy processing: chat", func(g *guest) string {
			return g.connect("?mode=legacy", "", func(conn *websocket.Conn) string {
				if conn.WriteJSON(map[string]string{"type": "chat", "message": "hello"}) != nil {
					return ""
				}
				return ", " + heard(conn)
			})
		}},
	})
}

// upgrade403 is what the members of a class look like.
const upgrade403 = "200 200, upgrade 403, 200"

func looksAtUpgrade(g *guest) string {
	token := g.tokenOf("ada")
	return fmt.Sprintf("%d %d, %s, %d", g.get("/health", "").status, g.send(request{url: g.server.AuthURL() + "/health"}).status,
		g.connect("", token, nil), g.get("/api/threads", token).status)
}

// refresh logs in and refreshes, with the token in the field.
func (g *guest) refresh(field string) answer {
	body := fmt.Sprintf(`{%q:%q}`, field, text(g.login("ada").all, "refresh_token"))
	return g.send(request{method: http.MethodPost, url: g.server.AuthURL() + "/auth/refresh", body: body})
}

func cut(token string) (head, claims, signature string) {
	parts := strings.Split(token, ".")
	return parts[0], parts[1], parts[2]
}

func encoded(part string) string { return base64.RawURLEncoding.EncodeToString([]byte(part)) }

func decoded(part string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(part) // it came from the auth service
	return string(raw)
}
