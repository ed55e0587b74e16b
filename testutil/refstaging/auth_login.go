package refstaging

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
)

// The default identity of the simulation login (http.md 1).
const (
	defaultEmail = "e2e-test@staging.netrasystems.ai"
	defaultName  = "E2E Test User"
)

func (a *authService) addLogins(t routes) {
	t.on("POST", "/auth/e2e/test-auth", a.simulate)
	t.on("POST", "/auth/login", a.login)
	t.on("POST", "/auth/register", a.register)
	t.on("POST", "/auth/dev/login", func(w http.ResponseWriter, _ *http.Request) {
		deny(w, http.StatusForbidden, "Dev login is only available in development environment")
	})
}

type simulationRequest struct {
	Email       string   `json:"email"`
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
	Simulate    bool     `json:"simulate_oauth"`
}

type simulatedUser struct {
	ID          string   `json:"id"`
	Email       string   `json:"email"`
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"` // an echo; the token grants none
	Simulated   bool     `json:"oauth_simulated"`
}

func (a *authService) simulate(w http.ResponseWriter, r *http.Request) {
	switch key := r.Header.Get("X-E2E-Bypass-Key"); {
	case key == "":
		deny(w, http.StatusUnauthorized, "E2E bypass key required")
		return
	case !same(key, a.simulationKey):
		deny(w, http.StatusUnauthorized, "Invalid E2E bypass key")
		return
	}
	asked := simulationRequest{Email: defaultEmail, Name: defaultName, Permissions: []string{"read", "write"}, Simulate: true}
	if !readObject(r, &asked) {
		deny(w, http.StatusUnprocessableEntity, "Invalid JSON body")
		return
	}
	local, _, _ := strings.Cut(asked.Email, "@")
	user := Identity{UserID: "e2e-" + local, Email: asked.Email}
	a.grant(w, user, simulatedUser{user.UserID, asked.Email, asked.Name, asked.Permissions, asked.Simulate})
}

func (a *authService) login(w http.ResponseWriter, r *http.Request) {
	email, password, _, ok := readCredentials(w, r)
	if !ok {
		return
	}
	known, ok := a.accounts.login(email, password)
	if !ok {
		deny(w, http.StatusUnauthorized, "Invalid credentials")
		return
	}
	a.grant(w, known.identity(), struct {
		ID    string `json:"id"`
		Email string `json:"email"`
	}{known.id, known.email})
}

func (a *authService) register(w http.ResponseWriter, r *http.Request) {
	email, password, name, ok := readCredentials(w, r)
	if !ok {
		return
	}
	made, ok := a.accounts.register(email, password, name)
	if !ok {
		deny(w, http.StatusConflict, "User already exists")
		return
	}
	a.grant(w, made.identity(), struct {
		ID    string `json:"id"`
		Email string `json:"email"`
		Name  string `json:"name"`
	}{made.id, made.email, made.name})
}

// grant answers a login with a pair and the user it belongs to.
func (a *authService) grant(w http.ResponseWriter, user Identity, shown any) {
	granted, err := a.pair(user)
	if err != nil {
		deny(w, http.StatusInternalServerError, "Authentication failed")
		return
	}
	answer(w, http.StatusOK, struct {
		pair
		User any `json:"user"`
	}{granted, shown})
}

// readCredentials answers 422 itself when the body is not what it must be.
func readCredentials(w http.ResponseWriter, r *http.Request) (email, password, name string, ok bool) {
	var asked struct{ Email, Password, Name string }
	if !readObject(r, &asked) {
		deny(w, http.StatusUnprocessableEntity, "Invalid JSON body")
		return "", "", "", false
	}
	if asked.Email == "" || asked.Password == "" {
		deny(w, http.StatusUnprocessableEntity, "Email and password are required")
		return "", "", "", false
	}
	return asked.Email, asked.Password, asked.Name, true
}

// readObject decodes a JSON object from a request's body; not ok for anything else.
func readObject(r *http.Request, into any) bool {
	var raw json.RawMessage
	if json.NewDecoder(r.Body).Decode(&raw) != nil || len(raw) == 0 || raw[0] != '{' {
		return false
	}
	return json.Unmarshal(raw, into) == nil
}

// same compares secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
