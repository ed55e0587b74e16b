package deployment_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

const bearer = "ya29.a0-the-bearer-of-this-test"

// serve answers every request in one way, and returns a reader of it.
func serve(t *testing.T, o deployment.Options, answer http.HandlerFunc) (*deployment.Cloud, *witness) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	o.Endpoint, o.Token = s.URL, bearer
	return openAt(t, o)
}

const healthy = `{"name":"projects/netra-staging/locations/us-central1/services/netra-backend-staging","generation":"1","observedGeneration":"1"}`

// What is sent, and what of it is written down.
func TestReadingsOfRequests(t *testing.T) {
	c, w := serve(t, deployment.Options{}, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer "+bearer, r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("X-Goog-User-Project"))
		if r.Method == "POST" {
			fmt.Fprintf(w, `{"entries":[{"textPayload":"it said %s"}]}`, bearer)
			return
		}
		io.WriteString(w, healthy)
	})
	_, err := c.Service(t.Context(), backend)
	require.NoError(t, err)
	_, err = c.ServerSide(t.Context(), backend, time.Time{}, time.Time{}, nil, 10)
	require.NoError(t, err)
	state := w.readings(history.ReadService)[0]
	assert.True(t, strings.HasSuffix(state.URL, "/v2/projects/netra-staging/locations/us-central1/services/netra-backend-staging?alt=json&prettyPrint=false"), state.URL)
	assert.Equal(t, []any{history.RunAPI, "GET", 200, healthy, 1}, []any{state.API, state.Method, state.Status, state.Body, state.Page})
	assert.Positive(t, state.Took)
	side := w.readings(history.ReadServer)[0]
	assert.Contains(t, side.Request, `"resourceNames":["projects/netra-staging"]`)
	assert.Contains(t, side.Request, `"pageSize":10`)
	assert.Contains(t, side.Body, "it said "+history.Redacted)
}

// Without a history there is nothing to write.
func TestReadingWithoutAHistory(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, healthy) }))
	defer s.Close()
	c, err := deployment.Open(t.Context(), deployment.Options{Project: "p", Region: "r", Endpoint: s.URL, Token: bearer})
	require.NoError(t, err)
	_, err = c.Service(t.Context(), backend)
	assert.NoError(t, err)
}

// What no reader can understand is an error at once, and stands in the history as it came.
func TestAnswersThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
		step   history.Step // where it broke; empty: it was answered
	}{
		"a page of a proxy": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>Sign in</html>") }, "invalid character", ""},
		"another thing":     {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}`) }, "no name", ""},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.invalid/", http.StatusFound)
		}, "302", ""},
		"too long": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 17<<20)) }, "more than 16 MiB", history.StepBody},
		"bad request": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":{"code":400,"message":"Unparseable filter","status":"INVALID_ARGUMENT"}}`)
		}, "Unparseable filter", ""},
		"long error": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, strings.Repeat("<b>\n", 1000))
		}, "400 Bad Request: <b> <b>", ""},
		"api switched off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"error":{"code":403,"message":"off","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com"}]}}`)
		}, "gcloud services enable run.googleapis.com --project=netra-staging", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, w := serve(t, deployment.Options{}, c.answer)
			_, err := cloud.Service(t.Context(), backend)
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "read service of netra-backend-staging: ")
			assert.Less(t, len(err.Error()), 500)
			assert.NotContains(t, err.Error(), "\n")
			read := w.readings(history.ReadService)
			require.Len(t, read, 1)
			if c.step == "" {
				assert.Nil(t, read[0].Broken)
				return
			}
			assert.Equal(t, c.step, read[0].Broken.Step)
			assert.ErrorIs(t, err, deployment.ErrTooLong)
			assert.Equal(t, int64(-1), read[0].Cut)
			assert.Len(t, read[0].Body, 64<<10)
		})
	}
}

// What passes is tried again, with every attempt in the history.
func TestTemporaryFailures(t *testing.T) {
	for name, fail := range map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"504": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(504) },
		"429": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
		"403 of a quota": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(403)
			io.WriteString(w, `{"error":{"code":403,"message":"slow down","errors":[{"reason":"rateLimitExceeded"}]}}`)
		},
		"reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half a body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, healthy[:50])
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			c, w := serve(t, deployment.Options{}, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) < 3 {
					fail(w, r)
					return
				}
				io.WriteString(w, healthy)
			})
			state, err := c.Service(t.Context(), backend)
			require.NoError(t, err)
			assert.Equal(t, backend, state.Name)
			read := w.readings(history.ReadService)
			require.Len(t, read, 3)
			assert.Empty(t, read[0].Role)
			assert.Equal(t, 200, read[2].Status)
		})
	}
}

// An API that says when to come again is left alone until then; if that is too late, at once for good.
func TestRetryAfter(t *testing.T) {
	for name, when := range map[string]func() string{
		"in seconds": func() string { return "3600" },
		"as a date":  func() string { return time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			c, w := serve(t, deployment.Options{}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", when())
				w.WriteHeader(http.StatusTooManyRequests)
			})
			_, err := c.Service(t.Context(), backend)
			var quota *deployment.QuotaError
			require.ErrorAs(t, err, &quota)
			assert.Len(t, w.readings(history.ReadService), 1)
		})
	}
}

func TestServersThatAreNotThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust it is no news
	tls.StartTLS()
	defer tls.Close()
	for name, c := range map[string]struct {
		endpoint string
		step     history.Step
		tries    int
	}{
		"no port":  {"http://" + listener.Addr().String(), history.StepTCP, 4},
		"no name":  {"https://host.invalid", history.StepDNS, 4},
		"no trust": {tls.URL, history.StepTLS, 1},
		"no TLS":   {"https://" + strings.TrimPrefix(plain(t), "http://"), history.StepTLS, 1},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, w := openAt(t, deployment.Options{Endpoint: c.endpoint, Token: bearer, Poll: 10 * time.Millisecond})
			_, err := cloud.Service(t.Context(), backend)
			require.ErrorContains(t, err, "reach "+strings.SplitN(c.endpoint, "//", 2)[1])
			read := w.readings(history.ReadService)
			require.Len(t, read, c.tries)
			assert.Equal(t, c.step, read[0].Broken.Step, read[0].Broken.Error)
			assert.False(t, read[0].Broken.Timeout)
		})
	}
}

func plain(t *testing.T) string {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return s.URL
}

// Whoever stops waiting learns what there was to wait for.
func TestCancelledBetweenAttempts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, w := serve(t, deployment.Options{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ended := make(chan error, 1)
	go func() { _, err := c.Service(ctx, backend); ended <- err }()
	require.Eventually(t, func() bool { return len(w.readings(history.ReadService)) == 1 }, patience, time.Millisecond)
	cancel()
	err := <-ended
	assert.ErrorIs(t, err, context.Canceled)
	var quota *deployment.QuotaError
	assert.ErrorAs(t, err, &quota)
}

// The end of the context also ends a request that nobody answers, and says how far it came.
func TestSilentServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, w := serve(t, deployment.Options{}, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := c.Service(ctx, backend)
	require.ErrorIs(t, err, context.Canceled)
	read := w.readings(history.ReadService)
	require.Len(t, read, 1)
	assert.Equal(t, history.StepAnswer, read[0].Broken.Step)
	assert.False(t, read[0].Broken.Timeout)

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c, w = serve(t, deployment.Options{}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err = c.Service(ctx, backend)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.True(t, w.readings(history.ReadService)[0].Broken.Timeout)
}
