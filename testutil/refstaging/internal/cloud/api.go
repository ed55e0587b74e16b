package cloud

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Refusal is an error of the APIs, as Google writes it.
type Refusal struct {
	Code    int    // HTTP status
	Status  string // such as PERMISSION_DENIED
	Message string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Code, r.Status, r.Message) }

func invalid(format string, args ...any) *Refusal {
	return &Refusal{http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf(format, args...)}
}

func missing(format string, args ...any) *Refusal {
	return &Refusal{http.StatusNotFound, "NOT_FOUND", fmt.Sprintf(format, args...)}
}

// Denied is what a [Permit] hook answers for a missing role.
func Denied(permission string) *Refusal {
	return &Refusal{http.StatusForbidden, "PERMISSION_DENIED", fmt.Sprintf("Permission '%s' denied on resource (or it may not exist).", permission)}
}

// Exhausted is what a [Permit] hook answers for a used-up quota.
func Exhausted() *Refusal {
	return &Refusal{http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'."}
}

// knows is the correct Permit: one token has every permission.
func (p *Project) knows(token, _ string) error {
	if subtle.ConstantTimeCompare([]byte(token), []byte(p.cfg.Token)) == 1 {
		return nil
	}
	return &Refusal{http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."}
}

// Handler serves the three APIs.
func (p *Project) Handler() http.Handler {
	mux := http.NewServeMux()
	services := "/v2/projects/{project}/locations/{location}/services"
	mux.HandleFunc("GET "+services, p.api("run.services.list", p.listServices))
	mux.HandleFunc("GET "+services+"/{service}", p.api("run.services.get", p.getService))
	mux.HandleFunc("GET "+services+"/{service}/revisions", p.api("run.revisions.list", p.listRevisions))
	mux.HandleFunc("GET "+services+"/{service}/revisions/{revision}", p.api("run.revisions.get", p.getRevision))
	mux.HandleFunc("POST /v2/entries:list", p.api("logging.logEntries.list", p.listEntries))
	mux.HandleFunc("GET /v3/projects/{project}/timeSeries", p.api("monitoring.timeSeries.list", p.listTimeSeries))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, missing("%s %s is not served.", r.Method, r.URL.Path))
	})
	return mux
}

// api asks for the bearer before anything else.
func (p *Project) api(permission string, answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			refuse(w, &Refusal{http.StatusUnauthorized, "UNAUTHENTICATED", "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential."})
			return
		}
		if err := p.permit(token, permission); err != nil {
			refuse(w, err)
			return
		}
		body, err := answer(r)
		if err != nil {
			refuse(w, err)
			return
		}
		write(w, http.StatusOK, body)
	}
}

// foreign refuses other projects, of which a reader may not even learn whether they exist.
func (p *Project) foreign(project, permission string) error {
	if project == p.cfg.Project {
		return nil
	}
	return Denied(permission)
}

func refuse(w http.ResponseWriter, err error) {
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		refusal = &Refusal{http.StatusInternalServerError, "INTERNAL", err.Error()}
	}
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	write(w, refusal.Code, map[string]body{"error": {refusal.Code, refusal.Message, refusal.Status}})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // a client that is gone reads no error either
}
