package config

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
)

var update = flag.Bool("update", false, "rewrite .env.example and the table of README.md")

const (
	readme      = "../../README.md"
	exampleFile = "../../.env.example"
	begin, end  = "<!-- config -->\n", "<!-- /config -->"
)

func TestReadmeAndExampleAgreeWithTheStruct(t *testing.T) {
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok, "README.md has no %s", begin)
	table, tail, ok := strings.Cut(rest, end)
	require.True(t, ok, "README.md has no %s", end)
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(head+begin+Reference()+end+tail), 0o644))
		require.NoError(t, os.WriteFile(exampleFile, []byte(Example()), 0o644))
		return
	}
	const remedy = "run go test ./testutil/config -update"
	assert.Equal(t, Reference(), table, remedy)
	example, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	assert.Equal(t, Example(), string(example), remedy)
}

func TestEveryVariableIsDocumented(t *testing.T) {
	names, variables := map[string]bool{}, map[string]bool{}
	require.NotEmpty(t, fields)
	for _, f := range fields {
		assert.Regexp(t, `^(STAGING|E2E|TEST_USER)_[A-Z0-9_]+$`, f.variable, f.name)
		assert.NotEmpty(t, f.doc, f.name)
		assert.NotEmpty(t, f.fallback, f.name)
		assert.NotContains(t, f.doc+f.fallback+f.section, "|", f.name)
		assert.False(t, names[f.name], "decode tells fields apart by name: %s", f.name)
		assert.False(t, variables[f.variable], f.variable)
		names[f.name], variables[f.variable] = true, true
	}
	assert.Subset(t, Variables(), []string{"STAGING_BUDGET_SETTLE", "STAGING_ENV_FILE", "TEST_USER_PASSWORD"})
}

func TestTheExamplesAreValid(t *testing.T) {
	vars, err := godotenv.Unmarshal(Example())
	require.NoError(t, err)
	assert.Empty(t, vars, "every line of the example is a comment")

	for _, f := range fields {
		vars[f.variable] = f.example
	}
	vars["E2E_OAUTH_SIMULATION_KEY"], vars["TEST_USER_PASSWORD"], vars["STAGING_GCP_TOKEN"] = "x", "x", "x"
	delete(vars, "STAGING_ENV_FILE")
	_, err = Parse(nil, vars)
	assert.NoError(t, err)
}

// The table repeats numbers that fixtures holds; outside its tests this package cannot import it.
func TestBudgetDefaultsAreThoseOfTheFixtures(t *testing.T) {
	embedded, remote := reflect.ValueOf(fixtures.EmbeddedBudgets()), reflect.ValueOf(fixtures.RemoteBudgets())
	require.Equal(t, embedded.NumField(), reflect.TypeFor[Budgets]().NumField())
	for f := range reflect.TypeFor[Budgets]().Fields() {
		var e, r string
		_, err := fmt.Sscanf(f.Tag.Get("default"), "%s embedded, %s remote", &e, &r)
		require.NoError(t, err, f.Name)
		assert.Equal(t, embedded.FieldByName(f.Name).Interface(), duration(t, e), f.Name)
		assert.Equal(t, remote.FieldByName(f.Name).Interface(), duration(t, r), f.Name)
	}
}

func duration(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	require.NoError(t, err)
	return d
}
