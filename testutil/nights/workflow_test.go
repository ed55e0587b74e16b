package nights_test

import (
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
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Env         map[string]string
		Steps       []struct {
			Uses, Run string
			Env       map[string]string
		}
	}
}

func read(t *testing.T, name string) (w workflow) {
	t.Helper()
	text, err := os.ReadFile("../../.github/workflows/" + name)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &w))
	require.NotEmpty(t, w.Jobs)
	return w
}

func TestANightNeverFallsBackToTheEmbeddedTarget(t *testing.T) {
	w := read(t, "nightly.yml")
	assert.Equal(t, "remote", w.Jobs["validate"].Env["STAGING_TARGET"])
	assert.Equal(t, "none", w.Jobs["validate"].Env["STAGING_ENV_FILE"])
	for _, s := range w.Jobs["validate"].Steps {
		assert.NotContains(t, s.Env, "STAGING_TARGET")
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
	env := read(t, "nightly.yml").Jobs["validate"].Env
	for _, found := range regexp.MustCompile(`(?m)^#?((?:STAGING|E2E|TEST)_\w+)=`).FindAllStringSubmatch(string(text), -1) {
		_, told := env[found[1]]
		assert.NotEqual(t, slices.Contains(never, found[1]), told, found[1])
	}
}

func TestWorkflowsMayDoLittle(t *testing.T) {
	for _, name := range []string{"ci.yml", "nightly.yml"} {
		w := read(t, name)
		assert.Empty(t, w.Permissions)
		for id, job := range w.Jobs {
			secret := false
			for _, s := range job.Steps {
				if s.Uses != "" {
					assert.Regexp(t, `^actions/[a-z-]+@v\d+$`, s.Uses, "an action of somebody else, or of no version")
				}
				assert.NotContains(t, s.Run, "${{", "text of others would be shell: give it as a variable")
			}
			for _, value := range job.Env {
				secret = secret || strings.Contains(value, "secrets.")
			}
			for what, may := range job.Permissions {
				assert.True(t, may == "read" || name == "nightly.yml" && id == "issue" && what == "issues", "%s: %s may %s %s", name, id, may, what)
				assert.False(t, secret && may != "read", "%s: %s has secrets", name, id)
			}
		}
	}
}
