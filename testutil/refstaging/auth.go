package refstaging

import (
	"net/http"
	"time"
)

const (
	authName    = "auth-service"
	authVersion = "1.0.0"
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
	validate ValidateToken
	revoke   RevokeToken
	check    Check
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
	handler := serviceHeaders(knownHosts(a.urls.hosts(cfg.Hosts), table.handler()))
	handler = cors(a.urls.origins(cfg.AllowedOrigins), limitBody(authBodyLimit, handler))
	return hooked(cfg.Hooks.HTTP.Auth, handler)
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
