package deployment_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// credentials puts Application Default Credentials where Google's library looks for them.
func credentials(t *testing.T, file map[string]string) {
	t.Helper()
	raw, err := json.Marshal(file)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "credentials.json")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
}

// account are the credentials of a service account, whose tokens come from there.
func account(t *testing.T, from string) map[string]string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return map[string]string{"type": "service_account", "client_email": "e2e@netra-staging.iam.gserviceaccount.com", "private_key": string(text), "token_uri": from}
}

// A carrier brings requests for any host to one server, as a base transport may.
type carrier struct{ to *url.URL }

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Asked-For", r.URL.Host)
	r.URL.Scheme, r.URL.Host = c.to.Scheme, c.to.Host
	return client.Transport.RoundTrip(r)
}

// google is a server that gives tokens and answers with a service.
func google(t *testing.T, token http.HandlerFunc) (carrier, *http.Header) {
	t.Helper()
	var last http.Header
	mux := http.NewServeMux()
	mux.HandleFunc("/token", token)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		last = r.Header
		io.WriteString(w, strings.Replace(healthy, "{", `{"etag":"`+opaque+`",`, 1))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	to, err := url.Parse(s.URL)
	require.NoError(t, err)
	return carrier{to}, &last
}

// opaque is a token that has no shape by which it could be known.
const opaque = "0123456789-abcdefghijk"

func give(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"access_token":"`+opaque+`","token_type":"Bearer","expires_in":3600}`)
}

func TestServiceAccount(t *testing.T) {
	asked := 0
	base, seen := google(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		var claims struct {
			jwt.RegisteredClaims
			Scope string `json:"scope"`
		}
		_, _, err := jwt.NewParser().ParseUnverified(r.FormValue("assertion"), &claims)
		assert.NoError(t, err)
		assert.Equal(t, "https://www.googleapis.com/auth/run.readonly https://www.googleapis.com/auth/logging.read https://www.googleapis.com/auth/monitoring.read", claims.Scope)
		if asked == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		give(w)
	})
	credentials(t, account(t, base.to.String()+"/token"))
	c, w := openAt(t, deployment.Options{Base: base, Poll: time.Millisecond})
	for range 2 {
		_, err := c.Service(t.Context(), backend)
		require.NoError(t, err)
	}
	assert.Equal(t, 2, asked, "tried again, then kept")
	assert.Equal(t, "run.googleapis.com", seen.Get("X-Asked-For"))
	assert.Equal(t, "Bearer "+opaque, seen.Get("Authorization"))
	assert.Empty(t, seen.Get("X-Goog-User-Project"))
	read := w.readings(history.ReadService)
	require.Len(t, read, 3)
	assert.Equal(t, history.StepRequest, read[0].Broken.Step)
	assert.Empty(t, read[0].Role)
	assert.Equal(t, "https://run.googleapis.com/v2/projects/netra-staging/locations/us-central1/services/netra-backend-staging?alt=json&prettyPrint=false", read[1].URL)
	require.NoError(t, w.log.Close())
	assert.NotContains(t, w.file.String(), opaque)
}

// The credentials of a user have no project that pays; the file of gcloud names one.
func TestUser(t *testing.T) {
	base, seen := google(t, func(w http.ResponseWriter, _ *http.Request) { give(w) })
	user := map[string]string{"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r", "quota_project_id": "pays"}
	credentials(t, user)
	c, _ := openAt(t, deployment.Options{Base: base})
	_, err := c.Service(t.Context(), backend)
	require.NoError(t, err)
	assert.Equal(t, "pays", seen.Get("X-Goog-User-Project"))
	t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "pays-instead")
	c, _ = openAt(t, deployment.Options{Base: base})
	_, err = c.Service(t.Context(), backend)
	require.NoError(t, err)
	assert.Equal(t, "pays-instead", seen.Get("X-Goog-User-Project"))
}

func TestCredentialsThatAreNotAccepted(t *testing.T) {
	base, _ := google(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant","error_description":"account not found"}`)
	})
	credentials(t, account(t, base.to.String()+"/token"))
	c, w := openAt(t, deployment.Options{Base: base})
	_, err := c.Revisions(t.Context(), backend)
	var denied *deployment.DeniedError
	require.ErrorAs(t, err, &denied)
	assert.Equal(t, 0, denied.Status)
	assert.Equal(t, "roles/run.viewer", denied.Role)
	assert.ErrorContains(t, err, "invalid_grant")
	read := w.readings(history.ReadRevisions)
	require.Len(t, read, 1)
	assert.Equal(t, "roles/run.viewer", read[0].Role)
	assert.Equal(t, history.StepRequest, read[0].Broken.Step)
}

func TestNoCredentials(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "nowhere.json"))
	_, err := deployment.Open(t.Context(), deployment.Options{Project: "netra-staging", Region: "us-central1"})
	var denied *deployment.DeniedError
	require.ErrorAs(t, err, &denied)
	for _, text := range []string{"nowhere.json", "GOOGLE_APPLICATION_CREDENTIALS", "STAGING_GCP_TOKEN", "gcloud auth application-default login", "roles/run.viewer, roles/logging.viewer, roles/monitoring.viewer", "netra-staging"} {
		assert.ErrorContains(t, err, text)
	}
	assert.Empty(t, denied.API)
}

func TestOptions(t *testing.T) {
	good := deployment.Options{Project: "p", Region: "r", Token: bearer}
	for endpoint, ok := range map[string]bool{
		"": true, "https://run.example.com": true, "http://127.0.0.1:1": true, "http://[::1]:1": true, "http://localhost:1": true,
		"http://run.example.com": false, "http://10.0.0.1": false, "ftp://localhost": false, "run.example.com": false, "https://": false, "http://%zz": false,
	} {
		o := good
		o.Endpoint = endpoint
		_, err := deployment.Open(t.Context(), o)
		if ok {
			assert.NoError(t, err, endpoint)
			continue
		}
		assert.ErrorContains(t, err, "STAGING_GCP_ENDPOINT", endpoint)
	}
	for _, o := range []deployment.Options{{Region: "r", Token: bearer}, {Project: "p", Token: bearer}} {
		_, err := deployment.Open(t.Context(), o)
		assert.ErrorContains(t, err, "STAGING_GCP_PROJECT")
	}
}
