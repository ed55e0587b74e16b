package nights_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A workflow is what these tests read of one; make lint checks the rest.
type workflow struct {
	On          map[string]any
	Permissions map[string]string
	Env         map[string]string
	Concurrency struct {
		Group  string
		Cancel any `yaml:"cancel-in-progress"`
	}
	Jobs map[string]*job
}

type job struct {
	Needs, If   string
	Permissions map[string]string
	Env         map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Steps       []*part
}

// A part is a step of a job.
type part struct {
	Name, Uses, Run, If, Shell string
	Env                        map[string]string
	With                       map[string]any
	Timeout                    int `yaml:"timeout-minutes"`
	Continue                   any `yaml:"continue-on-error"`
}

const workflows = "../../.github/workflows/"

func read(t *testing.T, name string) (w workflow) {
	t.Helper()
	text, err := os.ReadFile(workflows + name)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &w))
	require.NotEmpty(t, w.Jobs)
	return w
}

// part is the one whose command begins so.
func (j *job) part(t *testing.T, run string) *part {
	t.Helper()
	require.NotNil(t, j)
	at := slices.IndexFunc(j.Steps, func(p *part) bool { return strings.HasPrefix(p.Run, run) })
	require.GreaterOrEqual(t, at, 0, run)
	return j.Steps[at]
}

// uploads are the artifacts that a job keeps whatever became of it, by name.
func (j *job) uploads(t *testing.T) map[string]string {
	t.Helper()
	paths := map[string]string{}
	for _, p := range j.Steps {
		if strings.HasPrefix(p.Uses, "actions/upload-artifact@") {
			assert.True(t, strings.HasPrefix(p.If, "always()"), p.Name)
			assert.Equal(t, true, p.With["overwrite"], "%s: another attempt of the run has the same names", p.Name)
			assert.Equal(t, true, p.With["include-hidden-files"], p.Name)
			paths[p.With["name"].(string)] = p.With["path"].(string)
		}
	}
	return paths
}

func TestANightNeverFallsBackToTheEmbeddedTarget(t *testing.T) {
	w := read(t, "nightly.yml")
	night := w.Jobs["validate"]
	assert.Equal(t, "remote", night.Env["STAGING_TARGET"])
	assert.Equal(t, "none", night.Env["STAGING_ENV_FILE"])
	for _, p := range night.Steps {
		for _, name := range []string{"STAGING_TARGET", "STAGING_ENV_FILE"} {
			assert.NotContains(t, p.Env, name)
			assert.NotContains(t, p.Run, name)
		}
		assert.NotContains(t, p.Run, "GITHUB_ENV")
	}
}

// What the suite can be told, the workflow tells it, but for what no night may be told.
func TestANightCanBeToldEverything(t *testing.T) {
	never := []string{
		"STAGING_ALLOW_PRODUCTION", "STAGING_DEPLOY_COMMAND", "STAGING_DEPLOY_TIMEOUT", // it only looks
		"STAGING_FAULT", "STAGING_FAULT_RATE", "STAGING_FAULT_SEED", "STAGING_VARIANT", // the embedded target's
		"STAGING_ARTIFACTS", "STAGING_CA_FILE", "STAGING_GCP_ENDPOINT", // of other machines and clouds
	}
	text, err := os.ReadFile("../../.env.example")
	require.NoError(t, err)
	night := read(t, "nightly.yml").Jobs["validate"]
	env := night.part(t, "make nightly").Env
	for _, found := range regexp.MustCompile(`(?m)^#?((?:STAGING|E2E|TEST)_\w+)=`).FindAllStringSubmatch(string(text), -1) {
		_, always := night.Env[found[1]]
		_, here := env[found[1]]
		assert.NotEqual(t, slices.Contains(never, found[1]), always || here, found[1])
		assert.False(t, always && here, "%s is told twice", found[1])
	}
}

// A secret is where the stories are told and nowhere else; what looks whether one is there sees no more.
func TestSecretsAreWhereTheyAreNeeded(t *testing.T) {
	w := read(t, "nightly.yml")
	var asked, used []string
	for id, j := range w.Jobs {
		for name, value := range j.Env {
			assert.NotContains(t, value, "secrets.", "%s: %s is of every step", id, name)
		}
		for _, p := range j.Steps {
			for name, value := range p.Env {
				if !strings.Contains(value, "secrets.") {
					continue
				}
				switch p.Run {
				case ".ci/nightly secrets":
					assert.Regexp(t, `^\$\{\{ (secrets\.`+name+`|\(vars\.`+name+` \|\| secrets\.`+name+`\)) && 'set' }}$`, value)
					asked = append(asked, name)
				case "make nightly":
					assert.Regexp(t, `^\$\{\{ (vars\.`+name+` \|\| )?secrets\.`+name+` }}$`, value)
					used = append(used, name)
				default:
					assert.Fail(t, "a step that needs no secret has one", "%s: %s %s", id, p.Name, name)
				}
			}
			for _, value := range p.With {
				assert.NotContains(t, fmt.Sprint(value), "secrets.")
			}
		}
	}
	needed := []string{"E2E_OAUTH_SIMULATION_KEY", "STAGING_API_URL", "STAGING_AUTH_URL", "TEST_USER_EMAIL", "TEST_USER_PASSWORD"}
	assert.ElementsMatch(t, needed, asked, "what a night fails without")
	assert.ElementsMatch(t, append(needed, "GCP_CREDENTIALS", "STAGING_GCP_TOKEN"), used)
	text, err := os.ReadFile(workflows + "ci.yml")
	require.NoError(t, err)
	assert.NotContains(t, string(text), "secrets.", "a change of anybody runs there")
}

// Nothing is tested without a target and credentials, and nothing that goes wrong before a night or in it is green.
func TestANightFailsByItself(t *testing.T) {
	night := read(t, "nightly.yml").Jobs["validate"]
	at := func(run string) int {
		return slices.IndexFunc(night.Steps, func(p *part) bool { return p.Run == run })
	}
	assert.Less(t, at(".ci/nightly secrets"), at("make nightly"))
	for _, p := range night.Steps {
		if p.Run != ".ci/nightly restore" {
			assert.Nil(t, p.Continue, p.Name)
		}
		if p.Run == ".ci/nightly secrets" || p.Run == "make nightly" {
			assert.Empty(t, p.If)
		}
	}
	bounded := 0
	for _, p := range night.Steps {
		bounded += p.Timeout
	}
	assert.Positive(t, night.part(t, "make nightly").Timeout)
	assert.Less(t, bounded, night.Timeout, "a job that takes too long counts as cancelled, which tells nobody")
}

func TestWhatANightLeavesIsKeptAndTold(t *testing.T) {
	w := read(t, "nightly.yml")
	assert.Contains(t, w.On, "schedule")
	assert.Contains(t, w.On, "workflow_dispatch")
	night := w.Jobs["validate"]
	assert.Equal(t, map[string]string{"night": ".staging/nightly", "nights": ".staging/nightly/nights.db*"}, night.uploads(t))
	assert.Equal(t, "always()", night.part(t, ".ci/nightly summary >>").If)
	assert.Contains(t, night.part(t, ".ci/nightly summary >>").Run, `"$GITHUB_STEP_SUMMARY"`)
	tell := w.Jobs["issue"]
	assert.Equal(t, "validate", tell.Needs)
	assert.Equal(t, "always()", tell.If)
	assert.Equal(t, "${{ needs.validate.result }}", tell.part(t, ".ci/nightly issue").Env["RESULT"])
	assert.Equal(t, "${{ vars.NIGHT_TARGET || 'staging' }}", tell.part(t, ".ci/nightly issue").Env["NIGHT_TARGET"])
	assert.Nil(t, tell.part(t, ".ci/nightly issue").Continue, "an alarm that does not ring is one")
}

func TestEveryChangeIsTested(t *testing.T) {
	w := read(t, "ci.yml")
	assert.Contains(t, w.On, "push")
	assert.Contains(t, w.On, "pull_request")
	assert.NotContains(t, w.On, "pull_request_target", "it would run anybody's code with the rights of ours")
	check := w.Jobs["check"]
	assert.Equal(t, map[string]string{"ci-outputs": ".staging/ci"}, check.uploads(t))
	run := check.part(t, "bash .ci/run")
	assert.Equal(t, "bash", run.Shell, "without it a pipe ends as its last command does")
	assert.Nil(t, run.Continue)
	assert.Empty(t, run.If)
	assert.Contains(t, check.part(t, "{\n").Run, `"$GITHUB_STEP_SUMMARY"`)
	assert.Equal(t, "always()", check.part(t, "{\n").If)
}

func TestWorkflowsMayDoLittle(t *testing.T) {
	for _, name := range []string{"ci.yml", "nightly.yml"} {
		w := read(t, name)
		assert.NotNil(t, w.Permissions, "without it the repository's own hold")
		assert.Empty(t, w.Permissions)
		assert.Empty(t, w.Env)
		assert.NotEmpty(t, w.Concurrency.Group)
		assert.Equal(t, name == "ci.yml", w.Concurrency.Cancel, "a night is never cut short by the next")
		for id, j := range w.Jobs {
			assert.Positive(t, j.Timeout, "%s: %s", name, id)
			for what, may := range j.Permissions {
				assert.True(t, may == "read" || name == "nightly.yml" && id == "issue" && what == "issues", "%s: %s may %s %s", name, id, may, what)
			}
			for _, p := range j.Steps {
				assert.NotContains(t, p.Run, "${{", "text of others would be shell: give it as a variable")
				if strings.HasPrefix(p.Uses, "actions/checkout@") {
					assert.Equal(t, false, p.With["persist-credentials"], "%s: %s", name, id)
				}
				for _, value := range p.Env {
					if strings.Contains(value, "github.token") {
						assert.Contains(t, []string{".ci/nightly restore", `.ci/nightly issue "$RESULT"`}, p.Run)
					}
				}
			}
		}
	}
}

// A tag can be moved to other code; a commit cannot. The version is for people, and for what updates it.
func TestActionsArePinned(t *testing.T) {
	for _, name := range []string{"ci.yml", "nightly.yml"} {
		text, err := os.ReadFile(workflows + name)
		require.NoError(t, err)
		uses := regexp.MustCompile(`(?m)uses:.*$`).FindAllString(string(text), -1)
		require.NotEmpty(t, uses)
		for _, line := range uses {
			assert.Regexp(t, `^uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`, line, "an action of somebody else, or of no commit")
		}
	}
}
