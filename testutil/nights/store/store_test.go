package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/store"
)

func night(id string, began time.Time) nights.Night {
	return nights.Night{
		ID: id, Began: began, Took: time.Minute, Target: nights.Target{Kind: "remote", API: "https://api.example"},
		Suite: "1.0", Revision: "r7", Decision: "PROCEED", Gaps: 1,
		Stories:  []nights.Story{{Package: "p", Name: "A", Attempt: 2, Red: true, Took: time.Second, Samples: map[string][]int64{"http": {1, 2}}}},
		Phases:   []nights.Phase{{Name: "http", Budget: 9, Count: 2, P50: 1, P95: 2, P99: 3, Max: 4, Histogram: []byte("h")}},
		Findings: []nights.Broken{{Rule: "a/b", Hard: true, Times: 3}},
	}
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func begin(t *testing.T) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nights of 100% #1?.db")
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s, path
}

func add(t *testing.T, s *store.Store, n nights.Night) bool {
	t.Helper()
	added, err := s.Add(t.Context(), n)
	require.NoError(t, err)
	return added
}

func TestWhatWasAddedIsThere(t *testing.T) {
	s, path := begin(t)
	late, early := night("late", noon.Add(time.Millisecond)), night("early", noon)
	assert.True(t, add(t, s, late))
	assert.True(t, add(t, s, early))
	again, err := store.Open(t.Context(), path)
	require.NoError(t, err)
	defer again.Close()
	all, err := again.Nights(t.Context(), 10)
	require.NoError(t, err)
	assert.Equal(t, []nights.Night{early, late}, all, "in the order of their beginnings")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "a store is one file")
}

func TestTheLastNightsOfEachTarget(t *testing.T) {
	s, _ := begin(t)
	for i := range 5 {
		n := night(fmt.Sprint(i), noon.AddDate(0, 0, i))
		add(t, s, n)
		n.ID, n.Target.API = "b"+n.ID, "https://other.example"
		add(t, s, n)
	}
	all, err := s.Nights(t.Context(), 2)
	require.NoError(t, err)
	var ids []string
	for _, n := range all {
		ids = append(ids, n.ID)
	}
	assert.Equal(t, []string{"3", "b3", "4", "b4"}, ids)
}

func TestANightIsAddedOnce(t *testing.T) {
	s, _ := begin(t)
	n := night("x", noon)
	assert.True(t, add(t, s, n))
	assert.False(t, add(t, s, n))
	n.Decision = "ROLLBACK"
	_, err := s.Add(t.Context(), n)
	require.ErrorContains(t, err, "there is one of that id with other results")
	n.ID = "again"
	_, err = s.Add(t.Context(), n)
	require.ErrorContains(t, err, "it is that night, which is there", "evidence counts once, whatever it is called")
	all, err := s.Nights(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "PROCEED", all[0].Decision)
}

// Several machines may add at once, each through a file of its own.
func TestAddsAtTheSameTime(t *testing.T) {
	_, path := begin(t)
	group, ctx := errgroup.WithContext(t.Context())
	var added atomic.Int32
	for i := range 8 {
		group.Go(func() error {
			s, err := store.Open(ctx, path)
			if err != nil {
				return err
			}
			defer s.Close()
			is, err := s.Add(ctx, night(fmt.Sprint(i%4), noon.AddDate(0, 0, i%4)))
			if is {
				added.Add(1)
			}
			return err
		})
	}
	require.NoError(t, group.Wait())
	assert.Equal(t, int32(4), added.Load(), "each of the four once")
}

func TestANightIsAddedWholeOrNotAtAll(t *testing.T) {
	s, _ := begin(t)
	n := night("x", noon)
	n.Phases[0].Histogram = nil // which the schema refuses, after the night and its stories were written
	_, err := s.Add(t.Context(), n)
	require.Error(t, err)
	all, err := s.Nights(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestAStoreIsNeverReplaced(t *testing.T) {
	s, path := begin(t)
	add(t, s, night("x", noon))
	_, err := store.Create(t.Context(), path)
	require.ErrorIs(t, err, os.ErrExist)
	require.ErrorContains(t, err, "leave out --new")
	all, err := s.Nights(t.Context(), 10)
	require.NoError(t, err)
	assert.Len(t, all, 1)
}

func TestWhatIsNoStoreIsRefusedAndLeftAlone(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nights.db")
	_, err := store.Open(t.Context(), missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "begin a new one with --new")
	assert.NoFileExists(t, missing)

	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		says string
	}{
		"empty":          {func(t *testing.T, path string) { write(t, path, "") }, "is empty"},
		"text":           {func(t *testing.T, path string) { write(t, path, "hello, this is a file of text") }, "damaged, or no store"},
		"another":        {func(t *testing.T, path string) { exec(t, path, "CREATE TABLE t (x)") }, "not begun by --new"},
		"newer":          {func(t *testing.T, path string) { fresh(t, path); exec(t, path, "PRAGMA user_version = 99") }, "version 99"},
		"cut in two":     {func(t *testing.T, path string) { fresh(t, path); require.NoError(t, os.Truncate(path, 8192)) }, "damaged"},
		"a page broken":  {func(t *testing.T, path string) { fresh(t, path); scribble(t, path, 4096) }, "damaged"},
		"older than any": {func(t *testing.T, path string) { fresh(t, path); exec(t, path, "PRAGMA user_version = -1") }, "version -1"},
		"a folder":       {func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, "is no file"},
		"begun to begin": {func(t *testing.T, path string) { exec(t, path, "PRAGMA application_id = 7") }, "not begun by --new"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "nights.db")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := store.Open(t.Context(), path)
			require.ErrorContains(t, err, c.says)
			after, _ := os.ReadFile(path)
			assert.Equal(t, before, after)
		})
	}
}

func TestACancelledAddSaysSo(t *testing.T) {
	s, _ := begin(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Add(ctx, night("x", noon))
	require.ErrorIs(t, err, context.Canceled)
}

// scribble writes where SQLite has a page.
func scribble(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, 512), at)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func fresh(t *testing.T, path string) {
	t.Helper()
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func exec(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}
