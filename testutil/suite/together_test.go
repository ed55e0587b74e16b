package suite_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/report/terminal"
)

// A mixture is a deployment that lists, among the threads of a user, one that another process of the suite has
// made. It answers nobody's list before two processes have made one, so that they are told at once.
type mixture struct {
	healthy bool // it only waits

	mu   sync.Mutex
	made map[string]json.RawMessage // by the process that made it
	both chan struct{}              // closed once two have
}

func (m *mixture) hooks() refstaging.Hooks {
	var h refstaging.Hooks
	h.HTTP.API = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/threads" {
				next.ServeHTTP(w, r)
				return
			}
			a := httptest.NewRecorder()
			next.ServeHTTP(a, r)
			body := a.Body.Bytes()
			if a.Code == http.StatusOK {
				body = m.mix(r, body)
			}
			for name := range a.Header() {
				w.Header()[name] = a.Header()[name]
			}
			w.Header().Del("Content-Length")
			w.WriteHeader(a.Code)
			_, _ = w.Write(body)
		})
	}
	return h
}

// mix remembers the thread that was made, and adds one to a list.
func (m *mixture) mix(r *http.Request, body []byte) []byte {
	process := r.UserAgent()
	if r.Method == http.MethodPost {
		m.remember(process, body)
		return body
	}
	select {
	case <-m.both:
	case <-r.Context().Done():
	}
	var list []json.RawMessage
	if m.healthy || json.Unmarshal(body, &list) != nil {
		return body
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, thread := range m.made {
		if other != process {
			list = append(list, thread)
		}
	}
	mixed, _ := json.Marshal(list) // which came from JSON
	return mixed
}

func (m *mixture) remember(process string, thread []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[process] = thread
	if len(m.made) == 2 {
		select {
		case <-m.both:
		default:
			close(m.both)
		}
	}
}

// twoProcesses has two processes tell the same story to the deployment at once, and returns what each left.
func twoProcesses(t *testing.T, healthy bool) [2]string {
	t.Helper()
	m := &mixture{healthy: healthy, made: map[string]json.RawMessage{}, both: make(chan struct{})}
	server, err := refstaging.Start(refstaging.Config{SimulationKey: "key-of-two", Hooks: m.hooks()})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()

	dirs := [2]string{t.TempDir(), t.TempDir()}
	var wait sync.WaitGroup
	for i, dir := range dirs {
		command := stories(t, "goldenpath", dir, "TestStagingThreadsOverREST$", "90s",
			"STAGING_API_URL="+server.APIURL(), "STAGING_AUTH_URL="+server.AuthURL(), "E2E_OAUTH_SIMULATION_KEY=key-of-two",
			"STAGING_MAX_REQUESTS_PER_MINUTE=0", "STAGING_BUDGET_SETTLE=50ms")
		command.Args = append(command.Args, "-test.artifacts", "-test.outputdir="+dir)
		wait.Go(func() {
			out, err := command.CombinedOutput()
			assert.NoError(t, err, "alone process %d is green:\n%s", i+1, out)
		})
	}
	wait.Wait()
	return dirs
}

// together judges what is in the folders, and returns what staging check would print of it.
func together(t *testing.T, dirs ...string) (*evidence.Evidence, string) {
	t.Helper()
	e, err := evidence.Gather(t.Context(), dirs...)
	require.NoError(t, err)
	require.Len(t, e.Stories, len(dirs))
	s, err := summary.Of(e, summary.Options{})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, terminal.Check(&out, s))
	return e, out.String()
}

func TestALeakBetweenProcessesShowsInBothTogether(t *testing.T) {
	dirs := twoProcesses(t, false)
	for _, dir := range dirs {
		alone, out := together(t, dir)
		assert.False(t, alone.Stories[0].Red(), "%s", out)
	}
	both, out := together(t, dirs[0], dirs[1])
	for i, s := range both.Stories {
		other := both.Stories[1-i]
		require.NotEmpty(t, s.Hard(), "%s", out)
		for _, f := range s.Hard() {
			assert.Equal(t, "isolation/foreign-thread", f.Rule)
			assert.Equal(t, other.Path, f.Elsewhere.History)
			assert.NotZero(t, f.Elsewhere.Record)
		}
		assert.Contains(t, out, "history:   "+s.Path)
		assert.Contains(t, out, " of "+other.Path+", of u1")
	}
	assert.Equal(t, 2, strings.Count(out, "RED "))
}

func TestTwoProcessesAtAHealthyTargetAreGreenTogether(t *testing.T) {
	dirs := twoProcesses(t, true)
	both, out := together(t, dirs[0], dirs[1])
	for _, s := range both.Stories {
		assert.False(t, s.Red(), "%s", out)
	}
}
