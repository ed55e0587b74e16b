package deployment

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/run/v2"
)

// scopes allow reading and nothing else. Credentials of a user have those of their login instead.
var scopes = []string{run.RunReadonlyScope, logging.LoggingReadScope, monitoring.MonitoringReadScope}

// tokenLimit bounds the exchange of credentials for an access token, which no context ends.
const tokenLimit = 10 * time.Second

// An identity is who reads.
type identity struct {
	tokens  oauth2.TokenSource
	project string // whose quota is used, where the credentials do not say it themselves
}

func (o Options) credentials(ctx context.Context) (identity, error) {
	if o.Token != "" {
		return identity{tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: o.Token})}, nil
	}
	client := &http.Client{Transport: o.Base, Timeout: tokenLimit}
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, client)
	found, err := google.FindDefaultCredentials(ctx, scopes...)
	if err != nil {
		return identity{}, &DeniedError{Project: o.Project, Role: allRoles, Cause: err}
	}
	return identity{oauth2.ReuseTokenSource(nil, found.TokenSource), quotaProject(found.JSON)}, nil
}

// quotaProject is the project that pays for requests of a user's credentials, which belong to none.
func quotaProject(credentials []byte) string {
	var file struct {
		Project string `json:"quota_project_id"`
	}
	_ = json.Unmarshal(credentials, &file) // has been read before; the metadata server gives none
	return cmp.Or(os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"), file.Project)
}

// authorize returns the request with a bearer, and the bearer.
func (who identity) authorize(request *http.Request) (*http.Request, string, error) {
	token, err := who.tokens.Token()
	if err != nil {
		return nil, "", &tokenError{err}
	}
	request = request.Clone(request.Context())
	token.SetAuthHeader(request)
	if who.project != "" {
		request.Header.Set("X-Goog-User-Project", who.project)
	}
	return request, token.AccessToken, nil
}

// A tokenError says that the credentials gave no access token.
type tokenError struct{ cause error }

func (e *tokenError) Error() string { return "get an access token: " + e.cause.Error() }
func (e *tokenError) Unwrap() error { return e.cause }
