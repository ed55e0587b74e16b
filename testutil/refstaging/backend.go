package refstaging

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// backendBodyLimit is that of a WebSocket message; the platform documents none for the backend.
const backendBodyLimit = messageLimit

// backend is the API service: health, agents, chat, threads and the WebSocket (http.md 5).
type backend struct {
	clock    clock
	ids      *idSource
	hub      *hub
	tasks    *tasks
	runs     *runs
	threads  *threads
	gateway  *gateway
	validate validator
	check    Check
	version  Version
	urls     urls
	accounts *accounts
	agents   *agentBook
	breaker  *breaker
	chat     *chat
	started  time.Time

	connections *atomic.Int64 // open ones, of HTTP and of sessions
}

func (b *backend) handler(cfg Config) http.Handler {
	table := routes{}
	b.addHealth(table)
	b.addWebSocket(table)
	b.addThreads(table)
	b.addChat(table)
	b.addAgents(table)
	b.addUser(table)
	b.addInfo(table)
	handler := hooked(cfg.Hooks.HTTP.App, guardWebSocketPaths(limitBody(backendBodyLimit, table.handler())))
	return hooked(cfg.Hooks.HTTP.API, cors(b.urls.origins(cfg.AllowedOrigins), handler))
}

// userRoute is a route whose caller has been authenticated.
type userRoute func(w http.ResponseWriter, r *http.Request, user Identity)

// authenticated asks for a bearer. Without one the refusal was raised as 403 and travels as 401
// (http.md 2.2).
func (b *backend) authenticated(route userRoute) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		token, ok := bearer(r)
		switch {
		case !ok && header != "" && !strings.HasPrefix(strings.ToLower(header), "bearer"):
			b.fail(w, http.StatusUnauthorized, http.StatusForbidden, "Invalid authentication credentials")
			return
		case !ok:
			b.fail(w, http.StatusUnauthorized, http.StatusForbidden, "Not authenticated")
			return
		}
		user, err := b.validate(r.Context(), token, AccessToken)
		if errors.Is(err, ErrAuthUnavailable) {
			b.fail(w, http.StatusServiceUnavailable, http.StatusServiceUnavailable, "Authentication service is unavailable")
			return
		}
		if err != nil {
			message := invalidToken
			if strings.HasPrefix(r.URL.Path, "/api/chat/") {
				message = "Authentication failed"
			}
			b.fail(w, http.StatusUnauthorized, http.StatusUnauthorized, message)
			return
		}
		route(w, r, user)
	}
}
