package refstaging

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (a *authService) addTokens(t routes) {
	t.on("POST", "/auth/refresh", a.refresh)
	t.on("POST", "/auth/logout", a.logout)
	t.on("GET", "/auth/me", a.me)
	t.on("GET POST", "/auth/verify", a.verify)
	t.on("POST", "/auth/validate", a.validateUser)
	t.on("POST", "/auth/check-blacklist", a.checkBlacklist)
}

const invalidToken = "Invalid or expired token"

// refresh is http.md 3.5: each refresh token serves once.
func (a *authService) refresh(w http.ResponseWriter, r *http.Request) {
	token, problem := readRefreshToken(r)
	if problem != "" {
		deny(w, http.StatusUnprocessableEntity, problem)
		return
	}
	user, err := a.validate(r.Context(), token, RefreshToken)
	if err != nil || !a.tokens.spend(user) {
		deny(w, http.StatusUnauthorized, "Invalid refresh token")
		return
	}
	granted, err := a.pair(user)
	if err != nil {
		deny(w, http.StatusInternalServerError, "Token refresh failed")
		return
	}
	answer(w, http.StatusOK, granted)
}

// readRefreshToken takes the token from any of its field names, or says what is wrong with the body.
func readRefreshToken(r *http.Request) (token, problem string) {
	raw, err := io.ReadAll(r.Body)
	if err != nil || len(raw) == 0 {
		return "", "Failed to parse request body"
	}
	var body map[string]any
	if json.Unmarshal(raw, &body) != nil {
		return "", "Invalid JSON body: Expecting value: line 1 column 1 (char 0)"
	}
	for _, field := range []string{"refresh_token", "refreshToken", "token"} {
		value, ok := body[field]
		if !ok {
			continue
		}
		if text, _ := value.(string); text != "" {
			return text, ""
		}
		return "", "refresh_token must be a non-empty string"
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(body)) {
		keys = append(keys, fmt.Sprintf("'%s'", key))
	}
	return "", fmt.Sprintf("refresh_token field is required. received_keys: [%s]", strings.Join(keys, ", "))
}

// logout revokes a valid bearer and is content with anything else (http.md 3.6).
func (a *authService) logout(w http.ResponseWriter, r *http.Request) {
	if token, ok := bearer(r); ok {
		if user, err := a.validate(r.Context(), token, AccessToken); err == nil {
			a.revoke(user)
		}
	}
	answer(w, http.StatusOK, struct {
		Message string `json:"message"`
		Status  string `json:"status"`
	}{"Successfully logged out", "success"})
}

// whoIs is the answer of /auth/me for a simulated user; storedWhoIs adds what is stored of others.
type whoIs struct {
	UserID      string   `json:"user_id"`
	Email       string   `json:"email"`
	Permissions []string `json:"permissions"`
}

type storedWhoIs struct {
	whoIs
	Name      string `json:"name"`
	Created   string `json:"created_at"`
	LastLogin string `json:"last_login_at"`
	Verified  bool   `json:"is_verified"`
	Provider  string `json:"auth_provider"`
	Expires   string `json:"token_expires_at"`
}

func (a *authService) me(w http.ResponseWriter, r *http.Request) {
	token, ok := bearer(r)
	if !ok {
		deny(w, http.StatusUnauthorized, "Authorization header with Bearer token required")
		return
	}
	user, err := a.validate(r.Context(), token, AccessToken)
	if err != nil {
		deny(w, http.StatusUnauthorized, invalidToken)
		return
	}
	shown := whoIs{user.UserID, user.Email, []string{}}
	expires := user.Expires.Format(naiveSeconds)
	stored, ok := a.accounts.find(user.UserID)
	if !ok {
		answer(w, http.StatusOK, struct {
			whoIs
			Expires string `json:"token_expires_at"`
		}{shown, expires})
		return
	}
	answer(w, http.StatusOK, storedWhoIs{
		whoIs: shown, Name: stored.name, Provider: "local", Expires: expires,
		Created: stored.created.Format(zoneMicros), LastLogin: stored.lastLogin.Format(zoneMicros),
	})
}

type refusedToken struct {
	Valid   bool   `json:"valid"`
	Error   string `json:"error"`
	Message string `json:"message,omitzero"`
}

// verify always answers 200 (http.md 3.1).
func (a *authService) verify(w http.ResponseWriter, r *http.Request) {
	token, ok := bearer(r)
	if !ok && r.Method == http.MethodPost {
		var body struct {
			Token  string `json:"token"`
			Access string `json:"access_token"`
		}
		readObject(r, &body) // what cannot be read holds no token
		token = firstText(body.Token, body.Access)
	}
	if token == "" {
		answer(w, http.StatusOK, refusedToken{Error: "No token provided in Authorization header or request body"})
		return
	}
	user, err := a.validate(r.Context(), token, AccessToken)
	if err != nil {
		answer(w, http.StatusOK, refusedToken{Error: invalidToken})
		return
	}
	answer(w, http.StatusOK, struct {
		Valid   bool   `json:"valid"`
		UserID  string `json:"user_id"`
		Email   string `json:"email"`
		Expires string `json:"exp"`
	}{true, user.UserID, user.Email, user.Expires.Format(naiveSeconds)})
}

// validateUser always answers 200 too, with its own error names.
func (a *authService) validateUser(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token string }
	if !readObject(r, &body) {
		answer(w, http.StatusOK, refusedToken{Error: "invalid_request", Message: "Invalid request format"})
		return
	}
	if refused := a.checkCaller(r); refused.Error != "" {
		answer(w, http.StatusOK, refused)
		return
	}
	if body.Token == "" {
		answer(w, http.StatusOK, refusedToken{Error: "missing_token", Message: "Token is required"})
		return
	}
	user, err := a.validate(r.Context(), body.Token, AccessToken)
	if err != nil {
		answer(w, http.StatusOK, refusedToken{Error: "invalid_token", Message: invalidToken})
		return
	}
	answer(w, http.StatusOK, struct {
		Valid       bool     `json:"valid"`
		UserID      string   `json:"user_id"`
		Email       string   `json:"email"`
		Permissions []string `json:"permissions"`
		Expires     string   `json:"expires_at"`
	}{true, user.UserID, user.Email, []string{}, user.Expires.Format(naiveSeconds)})
}

// checkCaller checks the service pair of a request, which counts only when both headers are there.
func (a *authService) checkCaller(r *http.Request) refusedToken {
	id, key := r.Header.Get("X-Service-ID"), r.Header.Get("X-Service-Secret")
	switch {
	case id == "" || key == "":
		return refusedToken{}
	case id != backendID:
		return refusedToken{Error: "invalid_service_id", Message: fmt.Sprintf("Invalid service ID. Expected '%s', got '%s'", backendID, id)}
	case !same(key, a.serviceSecret):
		return refusedToken{Error: "invalid_service_secret", Message: "Invalid service secret"}
	}
	return refusedToken{}
}

func (a *authService) checkBlacklist(w http.ResponseWriter, r *http.Request) {
	var body struct{ Token string }
	readObject(r, &body) // what cannot be read is not listed
	listed := a.tokens.listed(body.Token)
	status := "valid"
	if listed {
		status = "blacklisted"
	}
	answer(w, http.StatusOK, struct {
		Listed bool   `json:"blacklisted"`
		Status string `json:"status"`
	}{listed, status})
}
