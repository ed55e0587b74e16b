package refstaging

import (
	"net/http"
	"time"
)

const (
	authName = "auth-service"
	// authBodyLimit is the JSON body limit of http.md 2.3.
	authBodyLimit = 51200
	// serviceTokenLife is the expires_in of /auth/service-token (http.md 3.1).
	serviceTokenLife = time.Hour
)

// authService is the issuer of all tokens (http.md 3).
type authService struct {
	clock    clock
	ids      *idSource
	tokens   *tokens
	accounts *accounts
	issue    IssueToken
	validate validator
	revoke   RevokeToken
	check    Check
	version  Version
	urls     urls

	simulationKey string
	serviceSecret string
}

func (a *authService) handler(cfg Config) http.Handler {
	table := routes{}
	a.addLogins(table)
	a.addTokens(table)
	a.addServices(table)
	a.addHealth(table)
	handler := a.headers(knownHosts(a.urls.hosts(cfg.Hosts), table.handler()))
	handler = cors(a.urls.origins(cfg.AllowedOrigins), limitBody(authBodyLimit, handler))
	return hooked(cfg.Hooks.HTTP.Auth, handler)
}

// headers are on every answer but the early 413 (http.md 2.3).
func (a *authService) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Service-Name", authName)
		h.Set("X-Service-Version", a.version("auth", served(r).Revision()))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-XSS-Protection", "1; mode=block")
		next.ServeHTTP(w, r)
	})
}

// pair is what every login and refresh answers with.
type pair struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	TokenType string `json:"token_type"`
	ExpiresIn int    `json:"expires_in"` // equals exp-iat of the access token (http.md 3.4)
}

func (a *authService) pair(user Identity) (pair, error) {
	access, err := a.issue(user, AccessToken)
	if err != nil {
		return pair{}, err
	}
	refresh, err := a.issue(user, RefreshToken)
	return pair{access, refresh, "Bearer", int(a.tokens.access.Seconds())}, err
}
