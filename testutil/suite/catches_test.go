package suite_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// A wrong makes one small thing wrong with a deployment that is about to start.
type wrong func(*refstaging.Config)

// A situation is a deployment with something wrong, and what the real story that meets it has to find.
type situation struct {
	name  string
	story string // without its TestStaging
	wrong wrong
	rules string // those of which there must be hard findings, with blanks in between
}

// caught tells each story as a process of its own, at a deployment of its own that is a remote target to
// it, and asks that it is red for the right reason. That it is green where nothing is wrong is the matter
// of TestStoriesNeedNoBypass and TestOwnStoriesAreGreenAtARemoteTarget.
func caught(t *testing.T, dialect string, rows []situation) {
	t.Parallel()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			served := deploymentFor(row.story, dialect)
			declared := served
			row.wrong(&served)
			out, err := tellAt(t, row.story, served, declared, impatience...)
			found := findings(out)
			t.Logf("red with %q", found)
			for _, rule := range strings.Fields(row.rules) {
				if err == nil || !slices.Contains(found, rule) {
					assert.Failf(t, "not seen", "%s should be red with %s, and found %q:\n%s", row.story, rule, found, telling(out))
				}
			}
		})
	}
}

// own are the stories that begin with suite.Own: the embedded target gives them a deployment of their
// own, scaled down, and so does this test.
var own = []string{"IdleSessionStaysAlive", "TokenExpiresDuringSession", "AgentTimeoutIsReported", "SessionLimitIsKept"}

func deploymentFor(story, dialect string) refstaging.Config {
	if !slices.Contains(own, story) {
		return refstaging.Config{Dialect: dialect, SessionLimit: 10}
	}
	served := venue.ScaledDown(dialect)
	if story != "TokenExpiresDuringSession" {
		served.AccessTTL = 0 // nothing else is about tokens
	}
	return served
}

// impatience makes silence red in a moment. What is healthy is not judged by it.
var impatience = []string{
	"STAGING_BUDGET_CONNECT=2s", "STAGING_BUDGET_FIRST_EVENT=2s", "STAGING_BUDGET_GAP=2s", "STAGING_BUDGET_ANSWER=4s",
	"STAGING_BUDGET_REPLY=2s", "STAGING_BUDGET_HTTP=3s", "STAGING_BUDGET_IDLE=2s", "STAGING_BUDGET_READY=3s",
}

// tellAt runs one story, or all of a package if story is its name, at a deployment. The error is that the
// process was not green.
func tellAt(t *testing.T, story string, served, declared refstaging.Config, environment ...string) (out string, err error) {
	t.Helper()
	server, err := refstaging.Start(served)
	require.NoError(t, err)
	defer func() { assert.NoError(t, server.Close()) }()
	return tellOf(t, story, server, declared, environment...)
}

// tellOf is tellAt for a deployment that is there.
func tellOf(t *testing.T, story string, server *refstaging.Server, declared refstaging.Config, environment ...string) (out string, err error) {
	t.Helper()
	pkg, run := story, "."
	for _, entry := range e2e.Plan {
		if entry.Story == "TestStaging"+story {
			pkg, run = entry.Package, "^"+entry.Story+"$"
		}
	}
	require.Contains(t, built, pkg, "there is no story %s", story)
	environment = append(append(remote(t, server, declared), replacing(t, server)...), environment...)
	text, err := stories(t, pkg, t.TempDir(), run, "60s", environment...).CombinedOutput()
	return string(text), err
}

// replacing lets a deployment replace its first revision, which has served somebody, and returns the
// variables with which its cloud can be read. A revision that fails is what a situation may be about.
func replacing(t *testing.T, server *refstaging.Server) []string {
	ordinaryUse(t, server)
	began := time.Now().UTC().Format(time.RFC3339Nano)
	for _, service := range []string{"auth", "backend"} {
		_, _ = server.Deploy(t.Context(), service)
	}
	of := server.Config().Cloud
	return []string{
		"STAGING_GCP_PROJECT=" + of.Project, "STAGING_GCP_REGION=" + of.Region,
		"STAGING_GCP_ENDPOINT=" + server.CloudURL(), "STAGING_GCP_TOKEN=" + of.Token, "STAGING_DEPLOYMENT_BEGAN=" + began,
	}
}

// ordinaryUse asks each service what any revision answers alike, often enough for a comparison.
func ordinaryUse(t *testing.T, server *refstaging.Server) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range fixtures.MinimumSample + 10 {
		for _, ask := range []struct{ method, url string }{
			{http.MethodPost, server.AuthURL() + "/api/v1/jwt/validate"},
			{http.MethodGet, server.APIURL() + "/api/monitoring/ping"},
			{http.MethodGet, server.APIURL() + "/api/threads"},
		} {
			request, err := http.NewRequestWithContext(t.Context(), ask.method, ask.url, strings.NewReader(`{"token":"none"}`))
			require.NoError(t, err)
			answer, err := client.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
		}
	}
}

// remote are the variables with which a deployment is a remote target, as staging serve prints them. What
// it declares is not always what it does.
func remote(t *testing.T, server *refstaging.Server, declared refstaging.Config) []string {
	abilities := "exact-answers,simulated-failures"
	unmeasured := "forged-tokens,restart"
	if declared.AccessTTL > 0 {
		abilities += ",short-tokens"
	} else {
		unmeasured += ",short-tokens"
	}
	return []string{
		"STAGING_TARGET=remote", "STAGING_API_URL=" + server.APIURL(), "STAGING_AUTH_URL=" + server.AuthURL(),
		"STAGING_WEBSOCKET_URL=" + server.WebSocketURL(), "STAGING_APP_URL=" + server.AppURL(),
		"E2E_OAUTH_SIMULATION_KEY=" + server.SimulationKey(),
		"STAGING_DIALECT=" + declared.Dialect, "STAGING_EVENT_SHAPE=" + declared.Dialect,
		"STAGING_SESSION_LIMIT=" + fmt.Sprint(declared.SessionLimit), "STAGING_ABILITIES=" + abilities,
		"STAGING_MAX_REQUESTS_PER_MINUTE=0", "STAGING_ALLOW_UNMEASURED=" + unmeasured,
		"STAGING_BUDGET_SETTLE=50ms", "STAGING_BUDGET_RECOVERY=300ms",
		"STAGING_BUDGET_ROLLOUT=2s", "STAGING_BUDGET_INGEST=2s", "STAGING_BUDGET_CLEANUP=50ms",
		"XDG_CACHE_HOME=" + t.TempDir(), // where the processes of a machine meet
	}
}

var finding = regexp.MustCompile(`(?m)^\s*FINDING ([a-z/0-9-]+):`)

// findings are the rules of which a story had hard findings.
func findings(out string) (rules []string) {
	for _, match := range finding.FindAllStringSubmatch(out, -1) {
		if !slices.Contains(rules, match[1]) {
			rules = append(rules, match[1])
		}
	}
	return rules
}

// telling are the lines of an output that say how a story went.
func telling(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "FINDING") || strings.HasPrefix(text, "advice") ||
			strings.HasPrefix(text, "---") || strings.Contains(text, "stopped:") {
			kept = append(kept, text)
		}
	}
	if len(kept) == 0 {
		return out
	}
	const most = 20
	return strings.Join(kept[:min(most, len(kept))], "\n")
}

// A story may be told at a deployment of somebody else's that is as its own would be.
func TestOwnStoriesAreGreenAtARemoteTarget(t *testing.T) {
	t.Parallel()
	for _, story := range own {
		t.Run(story, func(t *testing.T) {
			t.Parallel()
			served := deploymentFor(story, "september")
			out, err := tellAt(t, story, served, served)
			require.NoError(t, err, out)
		})
	}
}
