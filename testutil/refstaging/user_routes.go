package refstaging

import (
	"net/http"
	"strings"
)

func (b *backend) addUser(t routes) {
	t.on("GET", "/api/v1/user/profile", b.authenticated(b.profile))
	t.on("GET", "/api/v1/user/settings", b.authenticated(b.settings))
	t.on("GET", "/api/v1/user/sessions", b.authenticated(b.userSessions))
}

func (b *backend) profile(w http.ResponseWriter, _ *http.Request, user Identity) {
	name, _, _ := strings.Cut(user.Email, "@")
	if stored, ok := b.accounts.find(user.UserID); ok && stored.name != "" {
		name = stored.name
	}
	answer(w, http.StatusOK, struct {
		ID    string `json:"id"`
		Email string `json:"email"`
		Name  string `json:"full_name"`
	}{user.UserID, user.Email, name})
}

func (b *backend) settings(w http.ResponseWriter, _ *http.Request, _ Identity) {
	answer(w, http.StatusOK, struct {
		Theme    string  `json:"theme"`
		Language string  `json:"language"`
		Zone     *string `json:"timezone"`
		Email    bool    `json:"email_notifications"`
	}{"light", "en", nil, true})
}

// userSessions lists the user's open WebSockets.
func (b *backend) userSessions(w http.ResponseWriter, _ *http.Request, user Identity) {
	type view struct {
		ID string `json:"session_id"`
	}
	views := []view{}
	for _, id := range b.hub.sessionsOf(user.UserID) {
		views = append(views, view{id})
	}
	answer(w, http.StatusOK, views)
}
