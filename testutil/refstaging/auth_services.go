package refstaging

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// backendID is the service id under which the backend calls the auth service.
const backendID = "netra-backend"

func (a *authService) addServices(t routes) {
	t.on("POST", "/auth/service-token", a.serviceToken)
	t.on("POST", "/api/v1/jwt/validate", a.validateJWT)
	t.on("POST", "/api/v1/auth/websocket/authenticate", a.authenticateSocket)
	t.on("GET", "/auth/config", a.config)
}

func (a *authService) serviceToken(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ID     string `json:"service_id"`
		Secret string `json:"service_secret"`
	}
	if !readObject(r, &body) || body.ID == "" || body.Secret == "" {
		deny(w, http.StatusUnprocessableEntity, "Service ID and secret are required")
		return
	}
	if body.ID != backendID || !same(body.Secret, a.serviceSecret) {
		deny(w, http.StatusUnauthorized, "Invalid service credentials")
		return
	}
	token, err := a.issue(Identity{UserID: body.ID}, serviceToken)
	if err != nil {
		deny(w, http.StatusInternalServerError, "Token creation failed")
		return
	}
	answer(w, http.StatusOK, struct {
		Token     string `json:"access_token"`
		TokenType string `json:"token_type"`
		ExpiresIn int    `json:"expires_in"`
	}{token, "Bearer", int(serviceTokenLife.Seconds())})
}

// jwtVerdict has every member in every answer, null where it says nothing.
type jwtVerdict struct {
	Valid       bool      `json:"valid"`
	UserID      *string   `json:"user_id"`
	Email       *string   `json:"email"`
	Permissions *[]string `json:"permissions"`
	Expires     *string   `json:"expires_at"`
	Issued      *string   `json:"issued_at"`
	TokenType   *string   `json:"token_type"`
	Signature   *string   `json:"service_signature"`
	Error       *string   `json:"error"`
	At          string    `json:"validation_timestamp"`
}

func (a *authService) validateJWT(w http.ResponseWriter, r *http.Request) {
	body := struct {
		Token *string `json:"token"`
		Type  string  `json:"token_type"`
		User  bool    `json:"include_user_context"`
	}{Type: AccessToken, User: true}
	if !readObject(r, &body) || body.Token == nil {
		unprocessable(w, missing("token", map[string]any{}))
		return
	}
	verdict := jwtVerdict{At: a.clock.now().Format(zoneMicros)}
	user, err := a.validate(r.Context(), *body.Token, body.Type)
	if err != nil {
		verdict.Error = new("invalid_or_expired_token")
		answer(w, http.StatusOK, verdict)
		return
	}
	verdict.Valid, verdict.UserID, verdict.TokenType = true, &user.UserID, &body.Type
	verdict.Expires, verdict.Issued = new(user.Expires.Format(zoneSeconds)), new(user.Issued.Format(zoneSeconds))
	verdict.Signature = new(a.signature(user))
	if body.User {
		verdict.Email, verdict.Permissions = &user.Email, &[]string{}
	}
	answer(w, http.StatusOK, verdict)
}

// signature lets a service prove that this auth service has answered.
func (a *authService) signature(user Identity) string {
	mac := hmac.New(sha256.New, []byte(a.serviceSecret))
	fmt.Fprintf(mac, "%s:%s:%d", user.UserID, user.TokenID, user.Expires.Unix()) // a hash never fails
	return hex.EncodeToString(mac.Sum(nil))
}

type socketVerdict struct {
	Authenticated bool           `json:"authenticated"`
	UserID        *string        `json:"user_id"`
	Email         *string        `json:"email"`
	Permissions   *[]string      `json:"permissions"`
	Context       *socketContext `json:"execution_context"`
	Demo          bool           `json:"demo_user"`
	Error         *string        `json:"error"`
	Method        *string        `json:"auth_method"`
	ConnectionID  *string        `json:"connection_id"`
	At            string         `json:"auth_timestamp"`
}

type socketContext struct {
	UserID       string  `json:"user_id"`
	SessionID    string  `json:"session_id"`
	Environment  string  `json:"environment"`
	ConnectionID *string `json:"connection_id"`
	Method       string  `json:"auth_method"`
	At           string  `json:"authenticated_at"`
}

func (a *authService) authenticateSocket(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Authorization string  `json:"authorization_header"`
		Subprotocol   string  `json:"subprotocol_token"`
		Demo          bool    `json:"demo_mode"`
		ConnectionID  *string `json:"connection_id"`
	}
	readObject(r, &body) // what cannot be read authenticates nobody
	now := a.clock.now()
	verdict := socketVerdict{At: now.Format(zoneMicros)}
	token, method := body.Subprotocol, "subprotocol"
	if rest, ok := strings.CutPrefix(body.Authorization, "Bearer "); ok {
		token, method = rest, "authorization_header"
	}
	user, err := a.validate(r.Context(), token, AccessToken)
	switch {
	case token == "" && body.Demo:
		verdict.Error = new("demo_mode_not_allowed_in_production")
	case token == "":
		verdict.Error = new("no_token_provided")
	case err != nil:
		verdict.Error = new("invalid_or_expired_token")
	default:
		verdict.Authenticated, verdict.UserID, verdict.Email, verdict.Permissions = true, &user.UserID, &user.Email, &[]string{}
		verdict.Method, verdict.ConnectionID = &method, body.ConnectionID
		verdict.Context = &socketContext{
			UserID: user.UserID, SessionID: fmt.Sprintf("ws-session-%d", now.Unix()), Environment: environment,
			ConnectionID: body.ConnectionID, Method: method, At: now.Format(zoneMicros),
		}
	}
	answer(w, http.StatusOK, verdict)
}

type authEndpoints struct {
	Login    string `json:"login"`
	Logout   string `json:"logout"`
	Callback string `json:"callback"`
	Token    string `json:"token"`
	User     string `json:"user"`
}

// config advertises a token endpoint that does not exist, as the platform does (http.md 3.1).
func (a *authService) config(w http.ResponseWriter, _ *http.Request) {
	base := a.urls.auth
	answer(w, http.StatusOK, struct {
		ClientID    string        `json:"google_client_id"`
		OAuth       bool          `json:"oauth_enabled"`
		Development bool          `json:"development_mode"`
		Endpoints   authEndpoints `json:"endpoints"`
		Origins     []string      `json:"authorized_javascript_origins"`
		Redirects   []string      `json:"authorized_redirect_uris"`
		Redirect    string        `json:"oauth_redirect_uri"`
	}{
		ClientID: "none", // the reference has no identity provider
		Endpoints: authEndpoints{
			base + "/auth/login", base + "/auth/logout", base + "/auth/callback", base + "/auth/token", base + "/auth/me",
		},
		Origins: []string{a.urls.app}, Redirects: []string{a.urls.app + "/auth/callback"}, Redirect: base + "/auth/callback",
	})
}
