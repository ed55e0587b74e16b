package suite_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/report/bundle"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// gossip is a deployment that sends every secret it learns back, wherever it can: in events, errors,
// headers, bodies, the subprotocol and close reasons, whole, cut and encoded.
type gossip struct {
	mu     sync.Mutex
	key    string
	cloud  string              // token that may read the logs
	issued map[string][]string // tokens by user
}

func (g *gossip) hooks() refstaging.Hooks {
	var h refstaging.Hooks
	h.Tokens.Issue = func(next refstaging.IssueToken) refstaging.IssueToken {
		return func(user refstaging.Identity, kind string) (string, error) {
			token, err := next(user, kind)
			g.mu.Lock()
			defer g.mu.Unlock()
			g.issued[user.UserID] = append(g.issued[user.UserID], token)
			return token, err
		}
	}
	h.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			e.Thought += g.tales(e.UserID)
			e.Task += g.tales(e.UserID)
			next(ctx, e)
		}
	}
	echo := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Debug", strings.ReplaceAll(g.tales(""), "\n", " "))
			w.Header().Set("Server", "gossip "+g.key)
			w.Header().Add("Set-Cookie", "session="+g.key+"; Path=/")
			tale := string(quote(r.Header.Get("Authorization") + g.tales("")))
			switch {
			case r.URL.Path == "/api/agents/execute":
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"status":"error","agent":"data","response":` + tale + `,"error":` + tale + `}`))
				return
			case r.Method == http.MethodDelete:
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = w.Write([]byte(`{"error":` + tale + `}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	h.HTTP.API, h.HTTP.Auth = echo, echo
	h.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, phase string) error {
			i.Print(refstaging.Stderr, "ERROR "+g.tales(""))
			i.Print(refstaging.Stdout, `{"severity":"ERROR","message":`+string(quote(g.tales("")))+`,"authorization":`+string(quote(g.cloud))+`}`)
			return next(ctx, i, phase)
		}
	}
	h.Handshake.Negotiate = func(refstaging.Negotiate) refstaging.Negotiate {
		return func(offered []string) (string, bool) {
			for _, o := range offered {
				if strings.HasPrefix(o, "jwt.") {
					return o, true // as the platform does (websocket.md 3.3)
				}
			}
			return "", true
		}
	}
	return h
}

func quote(text string) []byte {
	quoted, _ := json.Marshal(text)
	return quoted
}

// tales tells the secrets of a user in every form, also cut in pieces. Without a user it tells those of
// all, other stories included, though whole: half a token of a stranger looks like nothing.
func (g *gossip) tales(user string) string {
	var b strings.Builder
	for _, secret := range g.secrets(user) {
		for _, form := range forms(secret) {
			b.WriteString(" " + form + "\n")
		}
		if user != "" {
			b.WriteString(" cut: " + secret[:len(secret)/2] + " and " + secret[len(secret)/3:])
		}
	}
	return b.String()
}

func (g *gossip) secrets(user string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := []string{g.key, g.cloud}
	for owner, tokens := range g.issued {
		if user == "" || owner == user {
			all = append(all, tokens...)
		}
	}
	return all
}

func forms(secret string) []string {
	quoted := string(quote(secret))
	return []string{secret, base64.RawURLEncoding.EncodeToString([]byte(secret)), url.QueryEscape(secret), quoted[1 : len(quoted)-1]}
}

// TestNoSecretIsWritten runs whole stories, in processes of their own, against a deployment that tells
// every secret it knows, and looks for each piece of each secret in all that the processes wrote.
func TestNoSecretIsWritten(t *testing.T) {
	g := &gossip{key: `canary+k3y/Zq8Lw==&"hv5T`, cloud: "canary-of-the-cloud-7Xw2Qp", issued: map[string][]string{}}
	server, err := refstaging.Start(refstaging.Config{SimulationKey: g.key, Cloud: refstaging.Cloud{Token: g.cloud}, Hooks: g.hooks()})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()

	dir := t.TempDir()
	var output string
	cloud := replacing(t, server)
	for _, pkg := range []string{"deployment", "goldenpath", "agentregistry", "concurrentusers", "consistency"} {
		output += runStories(t, pkg, dir, "Staging", append(cloud,
			"STAGING_API_URL="+server.APIURL(), "STAGING_AUTH_URL="+server.AuthURL(), "STAGING_MAX_REQUESTS_PER_MINUTE=0",
			"STAGING_BUDGET_SETTLE=50ms", "STAGING_BUDGET_INGEST=2s", "STAGING_BUDGET_CLEANUP=50ms", "E2E_OAUTH_SIMULATION_KEY="+g.key)...)
	}
	require.Contains(t, output, "--- FAIL: TestStagingStartIsCleanAndQuick", "secrets are logged")
	require.Contains(t, output, "the server's log:")
	require.Contains(t, output, "--- FAIL: TestStagingAgentExecutionFullFlow", "the deployment misbehaves")

	reports(t, dir)
	written := map[string]string{"the output": output}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		written[path] = string(text)
		return err
	}))
	require.Greater(t, len(written), 3, "failing stories keep their histories")
	secrets := g.secrets("")
	require.Greater(t, len(secrets), 8)
	for place, text := range written {
		requireNoPiece(t, place, text, secrets)
	}
}

// reports writes the report of all stories beside what they left.
func reports(t *testing.T, dir string) {
	t.Helper()
	all, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	report, err := summary.Of(all, summary.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, report.Red())
	_, err = bundle.Write(filepath.Join(dir, "report"), report)
	require.NoError(t, err)
}

const piece = 12

func requireNoPiece(t *testing.T, place, text string, secrets []string) {
	t.Helper()
	pieces := map[string]bool{}
	for i := 0; i+piece <= len(text); i++ {
		pieces[text[i:i+piece]] = true
	}
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			for i := 0; i+piece <= len(form); i++ {
				if pieces[form[i:i+piece]] {
					at := strings.Index(text, form[i:i+piece])
					assert.Failf(t, "a secret was written", "%s holds %q: …%s…", place, form[i:i+piece], text[max(0, at-80):min(len(text), at+80)])
					return
				}
			}
		}
	}
}

// runStories runs the stories of one package in a process of their own and returns its output.
func runStories(t *testing.T, pkg, artifacts, run string, environment ...string) string {
	t.Helper()
	command := stories(t, pkg, artifacts, run, "90s", environment...)
	out, _ := command.CombinedOutput() // stories may be red
	return string(out)
}

// stories is the command that runs the stories of one package, not yet started.
func stories(t *testing.T, pkg, artifacts, run, timeout string, environment ...string) *exec.Cmd {
	t.Helper()
	binary, err := built[pkg]()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, binary, "-test.v", "-test.run="+run, "-test.timeout="+timeout)
	command.Dir = "../../e2e/" + pkg
	command.Env = append(pinned(), append(environment, "STAGING_ARTIFACTS="+artifacts)...)
	return command
}

// pinned is the environment without what configures the suite.
func pinned() (clean []string) {
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "STAGING_") && !strings.HasPrefix(entry, "E2E_") && !strings.HasPrefix(entry, "TEST_USER_") {
			clean = append(clean, entry)
		}
	}
	return append(clean, "STAGING_ENV_FILE=none")
}
