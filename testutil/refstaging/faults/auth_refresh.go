package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// placeholderToken: a refresh knows the user's id, but not the e-mail address.
func placeholderToken(s *seams) {
	m := s.mint()
	s.auth(at("POST /auth/refresh", altered(func(_ *http.Request, all map[string]any) {
		token, _ := all["access_token"].(string) // a refusal has none
		if user, err := m.validate(token, refstaging.AccessToken); err == nil {
			user.Email = "user@example.com"
			all["access_token"] = m.token(user)
		}
	})))
}

// refreshFieldDrift: the service reads refreshToken alone.
func refreshFieldDrift(s *seams) {
	missing := raises(http.StatusUnprocessableEntity,
		`{"detail":[{"type":"missing","loc":["body","refreshToken"],"msg":"Field required","input":{}}]}`)
	s.auth(at("POST /auth/refresh", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what could not be read is refused
		r.Body = io.NopCloser(bytes.NewReader(body))
		var all map[string]json.RawMessage
		if json.Unmarshal(body, &all) == nil && all["refresh_token"] != nil {
			missing(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
}
