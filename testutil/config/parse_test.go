package config

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
)

const (
	canaryKey      = "canary-key-8f2e1c"
	canaryPassword = "canary-password-77aa03"
)

// remote is the smallest complete configuration of a remote target, with changes.
func remote(changes ...string) map[string]string {
	vars := map[string]string{
		"STAGING_API_URL":          "https://api.staging.netrasystems.ai",
		"STAGING_AUTH_URL":         "https://auth.staging.netrasystems.ai",
		"E2E_OAUTH_SIMULATION_KEY": canaryKey,
	}
	return with(vars, changes...)
}

// with sets variables given as NAME=value.
func with(vars map[string]string, changes ...string) map[string]string {
	vars = maps.Clone(vars)
	if vars == nil {
		vars = map[string]string{}
	}
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		vars[name] = value
	}
	return vars
}

// refused lists the variables that the problems of err name, in order.
func refused(t *testing.T, err error) (variables []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := errors.Unwrap(err).(interface{ Unwrap() []error })
	require.True(t, ok, "%T does not join problems", err)
	for _, e := range joined.Unwrap() {
		var p Problem
		require.ErrorAs(t, e, &p)
		require.NotEmpty(t, p.Reason)
		require.NotEmpty(t, p.Remedy)
		require.Contains(t, err.Error(), p.Error())
		variables = append(variables, p.Variable)
	}
	return variables
}

func TestParseNothingIsTheEmbeddedTarget(t *testing.T) {
	c, err := Parse(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, Config{
		Target: Embedded, Dialect: "auto", EventShape: "auto", Users: 25,
		MaxFailureRate: 0.03, Confidence: 0.95, MaxRuns: 200, DeployTimeout: 30 * time.Minute, FaultRate: -1,
		GCPRegion: "us-central1", BackendService: fixtures.BackendService, AuthService: fixtures.AuthService,
	}, c)
}

func TestParseRemote(t *testing.T) {
	c, err := Parse(remote(), nil)
	require.NoError(t, err)
	assert.Equal(t, Remote, c.Target)
	assert.Equal(t, "wss://api.staging.netrasystems.ai/ws", c.WebSocketURL)
	assert.Equal(t, 3, c.Users)
	assert.Equal(t, 90, c.MaxRequestsPerMinute)
	assert.Equal(t, 900, c.MaxAPIRequestsPerMinute())
	assert.Equal(t, canaryKey, c.SimulationKey.Reveal())
	assert.Empty(t, c.Budgets)
}

func TestParseReadsEveryVariable(t *testing.T) {
	c, err := Parse(remote(
		"STAGING_TARGET=remote",
		"STAGING_API_URL=HTTPS://API.staging.netrasystems.ai:8443/",
		"STAGING_WEBSOCKET_URL=wss://api-staging.netrasystems.ai/api/v1/websocket",
		"STAGING_APP_URL=https://app.staging.netrasystems.ai",
		"STAGING_DIRECT_URL=https://backend-abc.a.run.app",
		"STAGING_CA_FILE=ca.pem",
		"STAGING_ALLOW_PRODUCTION=api.netrasystems.ai",
		"TEST_USER_EMAIL=someone@example.com",
		"TEST_USER_PASSWORD="+canaryPassword,
		"STAGING_DIALECT=october",
		"STAGING_EVENT_SHAPE=e4",
		"STAGING_SESSION_LIMIT=10",
		"STAGING_ABILITIES=simulated-failures, short-tokens",
		"STAGING_USERS=7",
		"STAGING_MAX_REQUESTS_PER_MINUTE=30",
		"STAGING_ALLOW_UNMEASURED=D4,P3",
		"STAGING_ARTIFACTS=out",
		"STAGING_BUDGET_CONNECT=30s",
		"STAGING_BUDGET_ANSWER=1m",
		"STAGING_BUDGET_GAP=0",
	), nil)
	require.NoError(t, err)
	assert.Equal(t, "https://api.staging.netrasystems.ai:8443", c.APIURL)
	assert.Equal(t, "wss://api-staging.netrasystems.ai/api/v1/websocket", c.WebSocketURL)
	assert.Equal(t, "https://app.staging.netrasystems.ai", c.AppURL)
	assert.Equal(t, "https://backend-abc.a.run.app", c.DirectURL)
	assert.Equal(t, "ca.pem", c.CAFile)
	assert.Equal(t, []string{"api.netrasystems.ai"}, c.AllowProduction)
	assert.Equal(t, "someone@example.com", c.Email)
	assert.Equal(t, canaryPassword, c.Password.Reveal())
	assert.Equal(t, "october", c.Dialect)
	assert.Equal(t, "e4", c.EventShape)
	assert.Equal(t, 10, c.SessionLimit)
	assert.Equal(t, []string{SimulatedFailures, ShortTokens}, c.Abilities)
	assert.Equal(t, 7, c.Users)
	assert.Equal(t, 30, c.MaxRequestsPerMinute)
	assert.Equal(t, []string{"D4", "P3"}, c.AllowUnmeasured)
	assert.Equal(t, "out", c.Artifacts)
	assert.Equal(t, Budgets{Connect: 30 * time.Second, Answer: time.Minute}, c.Budgets)
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	file := map[string]string{"STAGING_USERS": "7", "STAGING_DIALECT": "october", "STAGING_FAULT": "some-fault", "PATH": "x"}
	c, err := Parse(map[string]string{"STAGING_USERS": "9", "STAGING_FAULT": ""}, file)
	require.NoError(t, err)
	assert.Equal(t, 9, c.Users)
	assert.Equal(t, "october", c.Dialect)
	assert.Empty(t, c.Fault, "a variable that is set to empty means its default")

	c, err = Parse(with(nil, "STAGING_API_URL=", "STAGING_AUTH_URL="), remote())
	require.NoError(t, err)
	assert.Equal(t, Embedded, c.Target)
}

func TestParseAccepts(t *testing.T) {
	local := []string{"STAGING_API_URL=http://127.0.0.1:8000", "STAGING_AUTH_URL=http://localhost:8081"}
	tests := []struct {
		name string
		vars map[string]string
	}{
		{"plain http on loopback", remote(local...)},
		{"plain http on IPv6 loopback", remote("STAGING_API_URL=http://[::1]:8000")},
		{"plain http all over 127/8", remote("STAGING_API_URL=http://127.8.9.1:1")},
		{"no pacing on loopback", remote(append(local, "STAGING_MAX_REQUESTS_PER_MINUTE=0")...)},
		{"password instead of key", remote("E2E_OAUTH_SIMULATION_KEY=", "TEST_USER_EMAIL=a@b.example", "TEST_USER_PASSWORD=x y")},
		{"key and password", remote("TEST_USER_EMAIL=a@b.example", "TEST_USER_PASSWORD=x")},
		{"production, named", remote("STAGING_API_URL=https://API.netrasystems.ai.", "STAGING_ALLOW_PRODUCTION=x.example,api.netrasystems.ai")},
		{"older staging host", remote("STAGING_API_URL=https://api-staging.netrasystems.ai")},
		{"a host that only looks like production", remote("STAGING_API_URL=https://api.notnetrasystems.ai")},
		{"embedded, named", with(nil, "STAGING_TARGET=embedded")},
		{"credentials of another day", with(nil, "E2E_OAUTH_SIMULATION_KEY=x")},
		{"fault", with(nil, "STAGING_FAULT=auth-secret-mismatch,ws-lost")},
		{"long answers of the embedded target", with(nil, "STAGING_BUDGET_ANSWER=10m", "STAGING_BUDGET_CONNECT=2m")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.vars, nil)
			assert.NoError(t, err)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name string
		vars map[string]string
		want []string
	}{
		{"unknown variable", with(nil, "STAGING_API_ULR=x"), []string{"STAGING_API_ULR"}},
		{"unknown empty variable", with(nil, "STAGING_X="), []string{"STAGING_X"}},
		{"unknown target", with(nil, "STAGING_TARGET=production"), []string{"STAGING_TARGET"}},
		{"embedded with a URL", remote("STAGING_TARGET=embedded"), []string{"STAGING_API_URL", "STAGING_AUTH_URL"}},
		{"remote with nothing", with(nil, "STAGING_TARGET=remote"), []string{"STAGING_API_URL", "STAGING_AUTH_URL", "E2E_OAUTH_SIMULATION_KEY"}},
		{"API without auth", remote("STAGING_AUTH_URL="), []string{"STAGING_AUTH_URL"}},
		{"auth without API", remote("STAGING_API_URL="), []string{"STAGING_API_URL"}},
		{"WebSocket only", with(nil, "STAGING_WEBSOCKET_URL=wss://a.example/ws", "E2E_OAUTH_SIMULATION_KEY=x"), []string{"STAGING_API_URL", "STAGING_AUTH_URL"}},
		{"app only", with(nil, "STAGING_APP_URL=https://a.example", "E2E_OAUTH_SIMULATION_KEY=x"), []string{"STAGING_API_URL", "STAGING_AUTH_URL"}},
		{"no credentials", remote("E2E_OAUTH_SIMULATION_KEY="), []string{"E2E_OAUTH_SIMULATION_KEY"}},
		{"e-mail without password", remote("TEST_USER_EMAIL=a@b.example"), []string{"TEST_USER_PASSWORD"}},
		{"password without e-mail", remote("TEST_USER_PASSWORD=x"), []string{"TEST_USER_EMAIL"}},
		{"half a login, embedded", with(nil, "TEST_USER_PASSWORD=x"), []string{"TEST_USER_EMAIL"}},
		{"no e-mail address", remote("TEST_USER_EMAIL=Some One <a@b.example>", "TEST_USER_PASSWORD=x"), []string{"TEST_USER_EMAIL"}},
		{"key with a line end", remote("E2E_OAUTH_SIMULATION_KEY=" + canaryKey + "\n"), []string{"E2E_OAUTH_SIMULATION_KEY"}},
		{"password with a line end", remote("TEST_USER_EMAIL=a@b.example", "TEST_USER_PASSWORD=x\r"), []string{"TEST_USER_PASSWORD"}},
		{"remote with a fault", remote("STAGING_FAULT=some-fault"), []string{"STAGING_FAULT"}},
		{"remote with a variant", remote("STAGING_VARIANT=jitter"), []string{"STAGING_VARIANT"}},
		{"dialect", with(nil, "STAGING_DIALECT=octobre"), []string{"STAGING_DIALECT"}},
		{"event shape", with(nil, "STAGING_EVENT_SHAPE=e9"), []string{"STAGING_EVENT_SHAPE"}},
		{"ability", with(nil, "STAGING_ABILITIES=short-tokens,fly"), []string{"STAGING_ABILITIES"}},
		{"ability that no remote target can give", with(nil, "STAGING_ABILITIES=restart"), []string{"STAGING_ABILITIES"}},
		{"ability twice", with(nil, "STAGING_ABILITIES=short-tokens,short-tokens"), []string{"STAGING_ABILITIES"}},
		{"empty item", with(nil, "STAGING_FAULT=a,,b"), []string{"STAGING_FAULT"}},
		{"blank in an item", with(nil, "STAGING_ALLOW_UNMEASURED=D4 P3"), []string{"STAGING_ALLOW_UNMEASURED"}},
		{"criterion that there is not", with(nil, "STAGING_ALLOW_UNMEASURED=D4,D5"), []string{"STAGING_ALLOW_UNMEASURED"}},
		{"users no number", with(nil, "STAGING_USERS=many"), []string{"STAGING_USERS"}},
		{"one user", with(nil, "STAGING_USERS=1"), []string{"STAGING_USERS"}},
		{"no users", with(nil, "STAGING_USERS=0"), []string{"STAGING_USERS"}},
		{"501 users", remote("STAGING_USERS=501"), []string{"STAGING_USERS"}},
		{"negative pace", remote("STAGING_MAX_REQUESTS_PER_MINUTE=-1"), []string{"STAGING_MAX_REQUESTS_PER_MINUTE"}},
		{"no pacing off loopback", remote("STAGING_MAX_REQUESTS_PER_MINUTE=0"), []string{"STAGING_MAX_REQUESTS_PER_MINUTE"}},
		{"no pacing, one URL off loopback", remote("STAGING_MAX_REQUESTS_PER_MINUTE=0", "STAGING_API_URL=http://localhost:1"), []string{"STAGING_MAX_REQUESTS_PER_MINUTE"}},
		{"session limit", with(nil, "STAGING_SESSION_LIMIT=-3"), []string{"STAGING_SESSION_LIMIT"}},
		{"duration without unit", with(nil, "STAGING_BUDGET_HTTP=30"), []string{"STAGING_BUDGET_HTTP"}},
		{"negative duration", with(nil, "STAGING_BUDGET_GAP=-1s"), []string{"STAGING_BUDGET_GAP"}},
		{"slip of the unit", with(nil, "STAGING_BUDGET_READY=30h", "STAGING_BUDGET_REPLY=1us"), []string{"STAGING_BUDGET_REPLY", "STAGING_BUDGET_READY"}},
		{"connect beyond P1", remote("STAGING_BUDGET_CONNECT=30001ms"), []string{"STAGING_BUDGET_CONNECT"}},
		{"answer beyond P2", remote("STAGING_BUDGET_ANSWER=61s"), []string{"STAGING_BUDGET_ANSWER"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(tt.vars, nil)
			assert.Equal(t, tt.want, refused(t, err))
			assert.Equal(t, Config{}, c)
		})
	}
}

func TestParseRefusesTheFilesNameInTheFile(t *testing.T) {
	_, err := Parse(nil, with(nil, "STAGING_ENV_FILE=other"))
	assert.Equal(t, []string{"STAGING_ENV_FILE"}, refused(t, err))
}

func TestAllProblemsAtOnceInOneOrder(t *testing.T) {
	vars := remote("STAGING_B=1", "STAGING_A=1", "STAGING_USERS=x", "STAGING_BUDGET_GAP=x", "STAGING_DIALECT=x",
		"STAGING_FAULT=x", "STAGING_API_URL=x", "STAGING_AUTH_URL=https://netrasystems.ai", "TEST_USER_PASSWORD="+canaryPassword)
	_, err := Parse(vars, nil)
	assert.Equal(t, []string{"STAGING_A", "STAGING_B", "STAGING_USERS", "STAGING_BUDGET_GAP", "STAGING_FAULT",
		"STAGING_API_URL", "STAGING_AUTH_URL", "TEST_USER_EMAIL", "STAGING_DIALECT"}, refused(t, err))
	for range 20 {
		_, again := Parse(vars, nil)
		require.EqualError(t, again, err.Error())
	}
}

func TestAMisspeltNameSuggestsTheNearest(t *testing.T) {
	for wrong, right := range map[string]string{
		"STAGING_API_ULR":      "STAGING_API_URL",
		"STAGING_WS_URL":       "STAGING_API_URL",
		"STAGING_WEBSOCKETURL": "STAGING_WEBSOCKET_URL",
		"STAGING_FAULTS":       "STAGING_FAULT",
		"STAGING_BUDGET_GAPS":  "STAGING_BUDGET_GAP",
	} {
		_, err := Parse(map[string]string{wrong: "1"}, nil)
		assert.ErrorContains(t, err, "the nearest is "+right, wrong)
	}
}
