package faults

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A mint is what issues, finds and judges the tokens of a deployment, other faults of it included.
type mint struct {
	issue    refstaging.IssueToken
	validate refstaging.ValidateToken
	extract  refstaging.ExtractToken
}

// mint works as soon as the deployment has started.
func (s *seams) mint() *mint {
	m := &mint{}
	around(&s.Hooks.Tokens.Issue, func(next refstaging.IssueToken) refstaging.IssueToken { m.issue = next; return next })
	around(&s.Hooks.Tokens.Validate, func(next refstaging.ValidateToken) refstaging.ValidateToken { m.validate = next; return next })
	around(&s.Hooks.Handshake.Extract, func(next refstaging.ExtractToken) refstaging.ExtractToken { m.extract = next; return next })
	return m
}

// judged says why the access token of a request is refused, on REST or at an upgrade.
func (m *mint) judged(r *http.Request) error {
	token := bearer(r)
	if isUpgrade(r) {
		token = m.extract(r)
	}
	_, err := m.validate(token, refstaging.AccessToken)
	return err
}

// token is a new access token; signing cannot fail.
func (m *mint) token(user refstaging.Identity) string {
	token, _ := m.issue(user, refstaging.AccessToken)
	return token
}

// extracting takes another token from upgrades than the one that they carry, which is "" where there is none.
func (s *seams) extracting(take func(r *http.Request, token string) string) {
	around(&s.Hooks.Handshake.Extract, func(next refstaging.ExtractToken) refstaging.ExtractToken {
		return func(r *http.Request) string { return take(r, next(r)) }
	})
}

// bearer is the token of a request; "" if it has none, or in another scheme.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// upgrading answers only upgrades to a WebSocket otherwise, bearing only requests that are none and come with
// a token.
func upgrading(a answering) answering { return on(isUpgrade, a) }
func bearing(a answering) answering {
	return on(func(r *http.Request) bool { return !isUpgrade(r) && bearer(r) != "" }, a)
}

// on answers some requests otherwise.
func on(which func(*http.Request) bool, a answering) answering {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if which(r) {
			a(next, w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// unverified gives the correct answer to a request whose token is signed by somebody else.
func unverified(next http.Handler, w http.ResponseWriter, r *http.Request) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+signed(bearer(r), rand.Text()))
	next.ServeHTTP(w, r)
}

// signed puts a signature on a token, whatever it claims and however it was signed before. What has no claims
// stays as it is.
func signed(token, key string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return token
	}
	encode := base64.RawURLEncoding.EncodeToString
	body := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + parts[1]
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body)) // never fails
	return body + "." + encode(mac.Sum(nil))
}

// rewritten changes the correct answer, but not that to an upgrade.
func rewritten(change func(r *http.Request, a *httptest.ResponseRecorder)) answering {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) {
			next.ServeHTTP(w, r)
			return
		}
		a := httptest.NewRecorder()
		next.ServeHTTP(a, r)
		change(r, a)
		for name, values := range a.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(a.Code)
		_, _ = w.Write(a.Body.Bytes()) // a client that is gone reads no error either
	}
}

// asked lets the deployment read a request with other members of its JSON body; change returns false where the
// body shall stay as it is.
func asked(change func(all map[string]any) bool) answering {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what could not be read is refused
		var all map[string]any
		if json.Unmarshal(body, &all) == nil && change(all) {
			body, _ = json.Marshal(all) // it came from JSON
			r.ContentLength = int64(len(body))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	}
}
