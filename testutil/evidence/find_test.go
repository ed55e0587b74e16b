package evidence_test

import (
	"bytes"
	"compress/gzip"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
)

// withOne is a folder with one healthy history, and its text.
func withOne(t *testing.T) (dir, text string) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, "a", "history.jsonl")
	green(t, path, sample.Header("goldenpath", "TestStagingX"))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	return dir, string(whole)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func unread(e *evidence.Evidence) (paths []string) {
	for _, u := range e.Unread {
		paths = append(paths, u.Path)
	}
	return paths
}

func TestWhatLooksLikeEvidenceAndIsUnreadableIsNamed(t *testing.T) {
	_, whole := withOne(t)
	header, records, _ := strings.Cut(whole, "\n")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(whole))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, row := range map[string]struct{ text, says string }{
		"a.jsonl":           {header[:len(header)-9] + "\n" + records, "not a history header"},
		"without.jsonl":     {records, `no "version"`},
		"unversioned.jsonl": {strings.Replace(whole, `"version"`, `"versiom"`, 1), `no "version"`},
		"newer.jsonl":       {strings.Replace(whole, `"version":1`, `"version":2`, 1), "a newer one"},
		"later.jsonl":       {`{"version":99,"story":"TestStagingX","stories":[]}` + "\n", "a newer one"},
		"blank.jsonl":       {"\n" + whole, "not a history header"},
		"text.jsonl":        {"boom\n", "not a history header"},
		"tests.jsonl":       {"", "the file is empty"},
		"tests-2.jsonl":     {`{"Time":"2025-09-17T10:00:00Z","Acti`, "the line is cut off"},
		"a.jsonl.gz":        {packed.String(), "unpack it first"},
		"a.jsonl.zst":       {"\x28\xb5\x2f\xfd\x00", "unpack it first"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := withOne(t)
			path := filepath.Join(dir, "b", name)
			write(t, path, row.text)
			e := gather(t, dir)
			assert.Len(t, e.Stories, 1)
			assert.Equal(t, []string{path}, unread(e))
			require.ErrorContains(t, e.Err(), row.says)
		})
	}
}

func TestOtherFilesAreNoEvidence(t *testing.T) {
	dir, _ := withOne(t)
	for name, text := range map[string]string{
		"notes.jsonl":         "[]\n{\"a\":1}\n",
		"load.jsonl":          `{"version":3,"kind":"Pod"}`,
		"a/server.jsonl":      "{}\n",
		"report.json":         "{",
		"report.html":         "<html>",
		"a/suspects.json":     "",
		"history of it.txt":   "boom",
		"a/b/c/d/other.jsonl": "3\n",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	e := gather(t, dir)
	require.NoError(t, e.Err())
	assert.Len(t, e.Stories, 1)

	_, err := evidence.Gather(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "no history is in")
	_, err = evidence.Gather(t.Context(), filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
	named := filepath.Join(dir, "notes.jsonl")
	assert.Len(t, gather(t, named).Unread, 1, "a file that the caller names has to be one")
}

// Tools that run go test may write JSON of their own before it says anything.
func TestOtherJSONBeforeWhatGoTestSaysHidesNothing(t *testing.T) {
	e := told(t, []string{"TestStagingX"}, `{"level":"info","msg":"begin"}`, said("run", "TestStagingX", ""), said("fail", "TestStagingX", ""))
	assert.True(t, e.Stories[0].Red())
}

func TestOneFileIsReadOnce(t *testing.T) {
	dir, _ := withOne(t)
	path := filepath.Join(dir, "a", "history.jsonl")
	links := t.TempDir()
	require.NoError(t, os.Symlink(path, filepath.Join(links, "history-2.jsonl")))
	require.NoError(t, os.Symlink(dir, filepath.Join(links, "all")))
	e := gather(t, path, dir, filepath.Join(dir, "a", "..", "a"), links, filepath.Join(links, "all"))
	require.NoError(t, e.Err())
	assert.Len(t, e.Stories, 1)
	assert.Len(t, gather(t, links).Stories, 1, "links are followed")
}

// A story that was copied is told twice, and does not leak to itself.
func TestACopyIsTheSameStory(t *testing.T) {
	dir, whole := withOne(t)
	write(t, filepath.Join(dir, "copy.jsonl"), whole)
	e := gather(t, dir)
	require.NoError(t, e.Err())
	require.Len(t, e.Stories, 2)
	assert.False(t, e.Stories[0].Red())
	assert.False(t, e.Stories[1].Red())
}

func TestLinksInACircleEnd(t *testing.T) {
	dir, _ := withOne(t)
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "a", "up")))
	require.NoError(t, os.Symlink("itself.jsonl", filepath.Join(dir, "itself.jsonl")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "lost.jsonl")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "latest")))
	e := gather(t, dir)
	assert.Len(t, e.Stories, 1)
	assert.Equal(t, []string{filepath.Join(dir, "itself.jsonl"), filepath.Join(dir, "lost.jsonl")}, unread(e))
}

// Whoever may read everything reads these too; nobody overlooks them.
func TestWhatMayNotBeReadIsNotOverlooked(t *testing.T) {
	dir, whole := withOne(t)
	write(t, filepath.Join(dir, "b.jsonl"), whole)
	write(t, filepath.Join(dir, "closed", "c.jsonl"), whole)
	require.NoError(t, os.Chmod(filepath.Join(dir, "b.jsonl"), 0))
	require.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0))
	t.Cleanup(func() { assert.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0o700)) })
	e := gather(t, dir)
	assert.Equal(t, 3, len(e.Stories)+len(e.Unread), "%v", e.Unread)
}

func TestOnlyAFileCanBeReadTwice(t *testing.T) {
	_, err := evidence.Gather(t.Context(), "-")
	require.ErrorContains(t, err, "write what it gives to a file")

	dir, _ := withOne(t)
	t.Chdir(dir) // since the name of a socket is short
	l, err := net.Listen("unix", "s.jsonl")
	require.NoError(t, err)
	defer l.Close()
	e := gather(t, ".")
	assert.Len(t, e.Stories, 1)
	assert.Equal(t, []string{"s.jsonl"}, unread(e))
	assert.ErrorContains(t, gather(t, "s.jsonl").Err(), "write what it gives to a file")
}
