package nights_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A step runs .ci/nightly with programs that note how they were called, instead of gh and go.
type step struct {
	t      *testing.T
	folder string // what the night leaves
	bin    string
	env    []string
}

const script = "../../.ci/nightly"

func newStep(t *testing.T, env ...string) *step {
	t.Helper()
	require.FileExists(t, script) // which go test sees, to know when it changed
	s := &step{t, t.TempDir(), t.TempDir(), env}
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(s.bin, "gh")))
	s.is(github{})
	return s
}

// is lets GitHub be so.
func (s *step) is(hub github) {
	s.t.Helper()
	text, err := json.Marshal(hub)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(s.state(), text, 0o600))
}

// hub is GitHub as it is now.
func (s *step) hub() (hub github) {
	s.t.Helper()
	text, err := os.ReadFile(s.state())
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(text, &hub))
	return hub
}

func (s *step) state() string { return filepath.Join(s.bin, "github.json") }

// program puts a program on PATH. Its text sees the arguments as "$*".
func (s *step) program(name, text string) {
	s.t.Helper()
	text = "#!/usr/bin/env bash\necho \"" + name + " $*\" >>'" + s.bin + "/calls'\n" + text + "\n"
	require.NoError(s.t, os.WriteFile(filepath.Join(s.bin, name), []byte(text), 0o755))
}

func (s *step) leaves(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.folder, name)
	require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o644))
}

func (s *step) run(args ...string) (output string, err error) {
	s.t.Helper()
	c := exec.CommandContext(s.t.Context(), "bash", append([]string{script}, args...)...)
	c.Env = append([]string{
		"PATH=" + s.bin + ":" + os.Getenv("PATH"), "NIGHT_DIR=" + s.folder, "NIGHT_URL=https://ci.example/1",
		"GITHUB_REPOSITORY=netra/suite", "GITHUB_REF_NAME=main", "GITHUB_STATE=" + s.state(),
		"GORACE=atexit_sleep_ms=0", // our gh may be a test with -race, which otherwise rests for a second
	}, s.env...)
	text, err := c.CombinedOutput()
	return string(text), err
}

func (s *step) calls() string {
	text, _ := os.ReadFile(filepath.Join(s.bin, "calls"))
	return string(text)
}

func TestANightNeedsItsTargetAndCredentials(t *testing.T) {
	out, err := newStep(t, "GITHUB_ACTIONS=true", "STAGING_API_URL=x").run("secrets")
	require.Error(t, err)
	assert.Contains(t, out, "::error::nightly: nothing was tested: set as secrets or variables of the repository: STAGING_AUTH_URL, E2E_OAUTH_SIMULATION_KEY (or TEST_USER_EMAIL and TEST_USER_PASSWORD)\n")

	_, err = newStep(t, "STAGING_API_URL=x", "STAGING_AUTH_URL=y", "TEST_USER_EMAIL=a", "TEST_USER_PASSWORD=").run("secrets")
	require.Error(t, err, "half a login")
	for _, login := range [][]string{{"E2E_OAUTH_SIMULATION_KEY=canary"}, {"TEST_USER_EMAIL=a", "TEST_USER_PASSWORD=canary"}} {
		out, err = newStep(t, append(login, "STAGING_API_URL=x", "STAGING_AUTH_URL=y")...).run("secrets")
		require.NoError(t, err)
		assert.NotContains(t, out, "canary")
	}
}

func TestTheStoreOfTheNightBeforeIsBroughtBack(t *testing.T) {
	artifact := func(run int, created, branch string, head int, expired bool) map[string]any {
		return map[string]any{"created_at": created, "expired": expired, "workflow_run": map[string]any{"id": run, "head_branch": branch, "repository_id": 1, "head_repository_id": head}}
	}
	s := newStep(t)
	s.is(github{Artifacts: []any{
		artifact(70, "2026-05-01T02:00:00Z", "main", 1, false), artifact(77, "2026-05-02T02:00:00Z", "main", 1, false), artifact(60, "2026-04-01T02:00:00Z", "main", 1, false),
		artifact(81, "2026-05-03T02:00:00Z", "main", 1, true), artifact(82, "2026-05-03T02:00:00Z", "feature", 1, false), artifact(83, "2026-05-03T02:00:00Z", "main", 2, false),
	}})
	out, err := s.run("restore")
	require.NoError(t, err, out)
	text, err := os.ReadFile(filepath.Join(s.folder, "nights.db"))
	require.NoError(t, err)
	assert.Equal(t, "of run 77", string(text), "the newest of the branch, none of a fork and none that is gone")

	s = newStep(t, "GITHUB_ACTIONS=true")
	s.is(github{Artifacts: []any{}})
	out, err = s.run("restore")
	require.NoError(t, err, "the night is validated all the same")
	assert.Contains(t, out, "::warning::no night kept a store")

	for broken, says := range map[string]string{"api": "cannot be looked for", "run download": "run 7 kept cannot be brought back"} {
		s = newStep(t)
		s.is(github{Artifacts: []any{artifact(7, "2026-05-01T02:00:00Z", "main", 1, false)}, Broken: []string{broken}})
		out, err = s.run("restore")
		require.Error(t, err)
		assert.Contains(t, out, says)
		assert.Contains(t, out, "HTTP 403")
	}
}

// night lets go build a suite that ends so.
func night(s *step, validate, trend string) {
	suite := `#!/usr/bin/env bash
echo "$* target=$STAGING_TARGET" >>` + s.bin + `/calls
[ "$1" = validate ] && { ` + validate + `; }
[ "$1" = trend ] && { ` + trend + `; }
[ "$1" = report ] && exit 0`
	s.program("go", `mkdir -p "$(dirname "$3")"; cat >"$3" <<'EOF'
`+suite+`
EOF
chmod +x "$3"`)
}

func TestANightIsGreenWhereEverythingIs(t *testing.T) {
	for name, c := range map[string]struct {
		validate, trend string
		ends            int
	}{
		"proceed":           {"exit 0", "echo added before >&2; exit 0", 0},
		"investigate":       {"exit 1", "exit 0", 1},
		"rollback":          {"exit 2", "exit 0", 2},
		"could not run":     {"exit 3", "echo no history >&2; exit 1", 3},
		"no decision":       {"exit 4", "exit 0", 4},
		"no store":          {"exit 0", "echo there is no store >&2; exit 1", 3},
		"rollback, no past": {"exit 2", "exit 1", 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStep(t, "STAGING_TARGET=embedded", "GITHUB_RUN_ID=5")
			night(s, c.validate, c.trend)
			s.leaves("validate/old/history.jsonl", "of the night before")
			out, err := s.run("run")
			if c.ends == 0 {
				require.NoError(t, err, out)
			} else {
				var exit *exec.ExitError
				require.ErrorAs(t, err, &exit)
				assert.Equal(t, c.ends, exit.ExitCode(), out)
			}
			assert.Contains(t, s.calls(), "validate --timeout 40m --out "+s.folder+"/validate target=remote")
			assert.Contains(t, s.calls(), "trend "+s.folder+"/nights.db --add "+s.folder+"/validate --night 5-1 --json target=remote")
			assert.Equal(t, strings.HasSuffix(c.trend, "exit 0"), strings.Contains(s.calls(), "report "+s.folder+"/validate --trend "+s.folder+"/trend.json --out "+s.folder+"/report"))
			assert.Equal(t, strings.Contains(c.trend, "added before"), strings.Contains(out, "added before"), "what the trend tells is in the log")
			assert.Equal(t, !strings.HasSuffix(c.trend, "exit 0"), exists(s.folder+"/trend.log"))
			assert.NoFileExists(t, filepath.Join(s.folder, "validate/old/history.jsonl"), "evidence of another night")
		})
	}
}

// Credentials for the cloud are a file that nobody else reads, while the night lasts.
func TestANightHasItsCredentialsInAFile(t *testing.T) {
	s := newStep(t, `GCP_CREDENTIALS={"type":"service_account"}`)
	night(s, `stat -c '%a' "$GOOGLE_APPLICATION_CREDENTIALS"; cat "$GOOGLE_APPLICATION_CREDENTIALS"; echo " at $GOOGLE_APPLICATION_CREDENTIALS<${GCP_CREDENTIALS:-}>"; exit 0`, "exit 0")
	out, err := s.run("run")
	require.NoError(t, err, out)
	_, rest, found := strings.Cut(out, "600\n{\"type\":\"service_account\"} at ")
	require.True(t, found, out)
	path, rest, _ := strings.Cut(rest, "<")
	assert.True(t, strings.HasPrefix(rest, ">"), "the variable is gone: %s", rest)
	assert.NoFileExists(t, path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestAStoreIsBegunOnPurpose(t *testing.T) {
	s := newStep(t, "NIGHT_BEGIN_STORE=yes")
	night(s, "exit 0", "exit 0")
	out, err := s.run("run")
	require.NoError(t, err, out)
	assert.Contains(t, s.calls(), "nights.db --new --add")
}

func TestAResultThatIsNoneIsAnError(t *testing.T) {
	for _, args := range [][]string{{"issue", "timed_out"}, {"issue"}, {}, {"rm"}} {
		_, err := newStep(t).run(args...)
		assert.Error(t, err, args)
	}
}

func TestTheSummaryIsTheReportOrWhyThereIsNone(t *testing.T) {
	s := newStep(t)
	s.leaves("validate/report.md", "old\n")
	s.leaves("report/report.md", "with its trend\n")
	out, err := s.run("summary")
	require.NoError(t, err)
	assert.Equal(t, "with its trend\n", out)

	s = newStep(t)
	s.leaves("trend.log", "staging: there is no store\n")
	out, err = s.run("summary")
	require.NoError(t, err)
	assert.Equal(t, "# The night has no report\n\nThe suite could not run, or was not asked to: the log of the run says why.\n\n## The trend lacks something\n\n    staging: there is no store\n", out)
}
