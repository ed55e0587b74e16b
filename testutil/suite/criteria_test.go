package suite_test

import (
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// criteria are all that the deployment's stories measure.
var criteria = []string{"D1", "D2", "D3", "D4", "P3", "P4"}

var verdict = regexp.MustCompile(`\b([DP]\d) (pass|fail|not measured)\b`)

// TestEmbeddedDeploymentMeetsEveryCriterion tells the deployment's stories at the embedded target, where
// every criterion is measured; and their histories, judged again, say the same.
func TestEmbeddedDeploymentMeetsEveryCriterion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := stories(t, "deployment", dir, ".", "60s", "STAGING_TARGET=embedded")
	command.Args = append(command.Args, "-test.artifacts", "-test.outputdir="+dir)
	out, err := command.CombinedOutput()
	require.NoError(t, err, telling(string(out)))
	live := map[string]string{}
	for _, said := range verdict.FindAllStringSubmatch(string(out), -1) {
		live[said[1]] = said[2]
	}

	files, err := filepath.Glob(filepath.Join(dir, "_artifacts", "*", "history.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, storiesOf("deployment"), "%s", out)
	again := map[string]string{}
	for _, file := range files {
		j := judgedAgain(t, file)
		for _, c := range j.Criteria() {
			again[c.ID] = string(c.Verdict)
		}
	}
	for _, id := range criteria {
		assert.Equal(t, "pass", live[id], id)
		assert.Equal(t, "pass", again[id], "%s, judged again", id)
	}
}

// judgedAgain judges a history from its file, and asks that there is no hard finding.
func judgedAgain(t *testing.T, file string) *judge.Judge {
	t.Helper()
	r, err := history.ReadFile(file)
	require.NoError(t, err)
	defer func() { assert.NoError(t, r.Close()) }()
	j := judge.New(r.Header)
	var found []judge.Finding
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		found = append(found, j.Observe(record)...)
	}
	for _, f := range append(found, j.Finish()...) {
		assert.False(t, f.Hard, f)
	}
	return j
}

// TestCriteriaWithoutTheCloudAreNotMeasured gives the deployment's stories no project, and one without
// credentials: what they need the cloud for is not measured, and red unless that is allowed; health is judged.
func TestCriteriaWithoutTheCloudAreNotMeasured(t *testing.T) {
	t.Parallel()
	server, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	at := remote(t, server, server.Config())
	home := t.TempDir()
	for name, row := range map[string]struct {
		environment []string
		says        string
		green       bool
	}{
		"no project":              {says: "STAGING_GCP_PROJECT"},
		"no credentials":          {environment: []string{"STAGING_GCP_PROJECT=netra-staging", "HOME=" + home, "GOOGLE_APPLICATION_CREDENTIALS="}, says: "roles/logging.viewer"},
		"no project, but allowed": {environment: []string{"STAGING_ALLOW_UNMEASURED=D1,D2,D4,P3,P4"}, says: "STAGING_GCP_PROJECT", green: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := stories(t, "deployment", t.TempDir(), ".", "60s", append(at, row.environment...)...).CombinedOutput()
			require.Equal(t, row.green, err == nil, "%s", out)
			for _, id := range criteria {
				if id == "D3" {
					assert.Contains(t, string(out), "D3 pass")
					continue
				}
				assert.Regexp(t, id+" is not measured: .*"+row.says, string(out))
			}
		})
	}
}
