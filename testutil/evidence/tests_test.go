package evidence_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

const golden = "example.org/x/e2e/goldenpath"

// stream writes what go test -json said into the folder.
func stream(t *testing.T, dir string, lines ...string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tests.jsonl"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}

// said is one of its events.
func said(action, test string, further string) string {
	return fmt.Sprintf(`{"Time":"2025-09-17T10:00:00Z","Action":%q,"Package":%q,"Test":%q%s}`, action, golden, test, further)
}

func passing(test string, at time.Time) string {
	return fmt.Sprintf(`{"Time":%q,"Action":"run","Package":%q,"Test":%q}`, at.Format(time.RFC3339), golden, test) + "\n" + said("pass", test, `,"Elapsed":1.5`)
}

// told gathers one green story of each name, and the stream.
func told(t *testing.T, stories []string, lines ...string) *evidence.Evidence {
	t.Helper()
	dir := t.TempDir()
	for i, name := range stories {
		h := sample.Header("goldenpath", name)
		h.Start = h.Start.Add(time.Duration(i) * time.Second)
		green(t, filepath.Join(dir, fmt.Sprint(i), "history.jsonl"), h)
	}
	stream(t, dir, lines...)
	return gather(t, dir)
}

func TestAStoryHasItsTest(t *testing.T) {
	e := told(t, []string{"TestStagingX"}, "go: downloading something", passing("TestStagingX", sample.Start),
		said("attr", "TestStagingX", `,"Key":"netra.findings","Value":"0 hard"`), said("artifacts", "TestStagingX", `,"Path":"/x/_artifacts/1"`),
		said("output", "TestStagingX", `,"Output":"ok\n"`), "warning: noise between", `{"Action":"pass","Package":"`+golden+`","Elapsed":2}`)
	test := e.Stories[0].Test
	require.NotNil(t, test)
	assert.Equal(t, evidence.Passed, test.Outcome)
	assert.Equal(t, 1500*time.Millisecond, test.Elapsed)
	assert.Equal(t, map[string]string{"netra.findings": "0 hard"}, test.Attributes)
	assert.Equal(t, "/x/_artifacts/1", test.Artifacts)
	assert.Equal(t, "ok\n", test.Output)
	assert.False(t, e.Stories[0].Red())
	assert.Empty(t, e.Untold())
	assert.Equal(t, []evidence.Package{{Name: golden, Outcome: evidence.Passed, Elapsed: 2 * time.Second, Tests: 1}}, packages(e))
}

func packages(e *evidence.Evidence) (all []evidence.Package) {
	for _, p := range e.Tests.Packages {
		all = append(all, *p)
	}
	return all
}

func TestWhatGoTestSaysAgainstAGreenStoryCounts(t *testing.T) {
	for name, end := range map[string]string{
		"failed":       said("fail", "TestStagingX", ""),
		"skipped":      said("skip", "TestStagingX", ""),
		"never ended":  said("output", "TestStagingX", `,"Output":"panic: boom\n"`),
		"only paused":  said("pause", "TestStagingX", ""),
		"other's pass": said("pass", "TestStagingXY", ""),
	} {
		t.Run(name, func(t *testing.T) {
			e := told(t, []string{"TestStagingX"}, said("run", "TestStagingX", ""), end)
			assert.True(t, e.Stories[0].Red())
		})
	}
}

// What fails to be built may be the tests of a package, or what they import; and what is built may say something.
func TestAPackageThatIsNotBuiltSaysWhy(t *testing.T) {
	e := told(t, []string{"TestStagingX"},
		`{"ImportPath":"example.org/x/e2e/golden.test","Action":"build-output","Output":"ld: warning: odd\n"}`,
		`{"ImportPath":"example.org/x/e2e/broken_test [example.org/x/e2e/broken.test]","Action":"build-output","Output":"x.go:3: undefined: y\n"}`,
		`{"ImportPath":"example.org/x/e2e/broken_test [example.org/x/e2e/broken.test]","Action":"build-fail"}`,
		`{"Action":"start","Package":"example.org/x/e2e/broken"}`,
		`{"Action":"output","Package":"example.org/x/e2e/broken","Output":"FAIL\n"}`,
		`{"Action":"fail","Package":"example.org/x/e2e/broken","Elapsed":0,"FailedBuild":"example.org/x/e2e/broken_test [example.org/x/e2e/broken.test]"}`,
		`{"Action":"skip","Package":"example.org/x/e2e/empty","Elapsed":0}`)
	assert.Equal(t, []evidence.Package{
		{Name: "example.org/x/e2e/broken", Outcome: evidence.Failed, Output: "FAIL\nx.go:3: undefined: y\n"},
		{Name: "example.org/x/e2e/empty", Outcome: evidence.Skipped},
	}, packages(e))
	assert.Contains(t, e.Gaps(), "package broken: fail, and by none of its tests: x.go:3: undefined: y")
}

func TestAttemptsAndSubtestsAreToldApart(t *testing.T) {
	second := sample.Start.Add(time.Second)
	e := told(t, []string{"TestStagingX", "TestStagingX", "TestStagingY/one", "TestStagingY/two"},
		said("run", "TestStagingX", ""), said("fail", "TestStagingX", `,"Elapsed":1`), passing("TestStagingX", second),
		said("run", "TestStagingY", ""), passing("TestStagingY/one", second), passing("TestStagingY/two", second), said("pass", "TestStagingY", ""),
		said("run", "TestStagingLost", ""), said("pass", "TestStagingLost", ""))
	require.Len(t, e.Stories, 4)
	var outcomes []evidence.Outcome
	for _, s := range e.Stories {
		require.NotNil(t, s.Test, s.Name())
		outcomes = append(outcomes, s.Test.Outcome)
	}
	assert.Equal(t, []evidence.Outcome{"fail", "pass", "pass", "pass"}, outcomes, "the attempt that began with the story")
	require.Len(t, e.Untold(), 1, "the parent of subtests that are stories is told by them")
	assert.Equal(t, "TestStagingLost", e.Untold()[0].Name)
	assert.Equal(t, 4, e.Tests.Packages[0].Tests)
}

func TestOutputIsBounded(t *testing.T) {
	lines := []string{said("run", "TestStagingX", "")}
	for range 200 {
		lines = append(lines, said("output", "TestStagingX", fmt.Sprintf(`,"Output":"%s\n"`, strings.Repeat("x", 1000))))
	}
	e := told(t, []string{"TestStagingX"}, lines...)
	assert.LessOrEqual(t, len(e.Stories[0].Test.Output), 64<<10)
}
