package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// judged is the result of a run of two stories, of which one shows a leak.
func judged(t *testing.T) *Result {
	t.Helper()
	out := t.TempDir()
	sample.Green(t, out, "goldenpath", "TestStagingX")
	sample.Leak(t, out, "concurrentusers", "TestStagingY", 3)
	r := &Result{Version: Version, Target: "remote https://api", Began: time.Now(), Took: time.Minute, Before: []Served{{"backend", "backend-1", 100}}}
	v := &validation{Options: Options{Out: out, Tell: func(Moment) {}}, result: r}
	v.Verdict.Expected = []verdict.Expected{{Package: "goldenpath", Story: "TestStagingX"}, {Package: "concurrentusers", Story: "TestStagingY"}}
	require.NoError(t, v.decide(t.Context()))
	return r
}

func interrupted(t *testing.T) *Result {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the keyboard"))
	r, err := Run(ctx, Options{Config: config.Config{Target: config.Embedded}, Out: filepath.Join(t.TempDir(), "out"), Tell: func(Moment) {}})
	require.NoError(t, err)
	return r
}

func TestResultHasItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/validate.schema.json")
	require.NoError(t, err)
	for name, r := range map[string]*Result{"judged": judged(t), "interrupted": interrupted(t)} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(r)
			require.NoError(t, err)
			document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(document))

			document.(map[string]any)["more"] = true
			assert.Error(t, schema.Validate(document), "what the schema does not know")
			delete(document.(map[string]any), "more")
			document.(map[string]any)["verdict"].(map[string]any)["decision"] = "GO"
			assert.Error(t, schema.Validate(document), "a decision that is none")
		})
	}
}

// The text says what decided, what to look at first, and how to see it again.
func TestTextSaysWhatToLookAtFirst(t *testing.T) {
	r := judged(t)
	var text strings.Builder
	require.NoError(t, r.Text(&text, 0))
	said := text.String()
	assert.Regexp(t, `^NO DECISION, confidence LOW: remote https://api, 2 stories, 1 red, 1m0s\n  - the target is embedded`, said)
	assert.Contains(t, said, "\n  - not measured: D1, D2, D3, D4")
	assert.Regexp(t, `\nlook at TestStagingY first:\n  isolation/[a-z-]+: u\d+ `, said)
	assert.Contains(t, said, "  - Run the first red story again: go test ./e2e/concurrentusers -run '^TestStagingY$' -v")
	assert.Contains(t, said, "it looks like ")
	assert.Equal(t, 13, strings.Count(said, "  not measured  ")+strings.Count(said, "  fail  "))

	text.Reset()
	require.NoError(t, r.Text(&text, 60))
	for line := range strings.Lines(text.String()) {
		if strings.Contains(line, "  -") || strings.Contains(line, "/") { // a command, a path
			continue
		}
		assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 60, line)
	}
}
