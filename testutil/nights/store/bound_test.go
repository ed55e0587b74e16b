package store_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/sample"
	"github.com/netra-systems/staging-e2e/testutil/nights/store"
)

// plain begins a store whose path others can open as it is.
func plain(t *testing.T) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nights.db")
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s, path
}

func TestTheOldestNightsOfEachTargetAreForgotten(t *testing.T) {
	s, path := plain(t)
	for i := range 18 {
		add(t, s, night(fmt.Sprintf("n%02d", i), noon.AddDate(0, 0, -i)))
	}
	other := night("other", noon.AddDate(-1, 0, 0))
	other.Target.API = "https://other.example"
	add(t, s, other)
	gone, err := s.Forget(t.Context(), nights.Window+1)
	require.NoError(t, err)
	assert.Equal(t, []string{"n17", "n16", "n15"}, gone, "the oldest, whenever they were added")
	all, err := s.Nights(t.Context(), 100)
	require.NoError(t, err)
	assert.Len(t, all, nights.Window+2, "another target has nights of its own")
	gone, err = s.Forget(t.Context(), nights.Window+1)
	require.NoError(t, err)
	assert.Empty(t, gone)

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	for _, table := range []string{"story", "phase", "finding"} {
		var left int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&left))
		assert.Equal(t, nights.Window+2, left, "%s goes with its night", table)
	}
}

func TestWhatANightIsComparedWithIsNeverForgotten(t *testing.T) {
	s, _ := begin(t)
	_, err := s.Forget(t.Context(), nights.Window)
	assert.ErrorContains(t, err, "keep 15 at least")
}

// Who only looks waits for nobody who is about to write, and who writes says for whom it waited in vain.
func TestAStoreThatAnotherWrites(t *testing.T) {
	s, path := plain(t)
	add(t, s, night("x", noon))
	store.Impatient(t.Cleanup)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	defer db.Close()
	lock := func(statement string) {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	lock("BEGIN IMMEDIATE")
	impatient, err := store.Open(t.Context(), path)
	require.NoError(t, err)
	defer impatient.Close()
	all, err := impatient.Nights(t.Context(), 10)
	require.NoError(t, err)
	assert.Len(t, all, 1)
	_, err = impatient.Add(t.Context(), night("y", noon.AddDate(0, 0, 1)))
	require.ErrorContains(t, err, "another process has it for longer than 1ms: try again when that ended")
	_, err = impatient.Forget(t.Context(), 100)
	require.ErrorContains(t, err, "another process has it")
	lock("COMMIT")
	lock("BEGIN EXCLUSIVE")
	_, err = impatient.Nights(t.Context(), 10)
	require.ErrorContains(t, err, "another process has it")
	_, err = store.Open(t.Context(), path)
	require.ErrorContains(t, err, "another process has it")
	lock("COMMIT")
	assert.True(t, add(t, impatient, night("y", noon.AddDate(0, 0, 1))))
}

var many = flag.Int("nights", 40, "how many nights are kept, whose size is measured")

// The store stays where -artifacts says, to look at: staging trend nights.db.
func TestManyNightsAreSmall(t *testing.T) {
	path := filepath.Join(t.ArtifactDir(), "nights.db")
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	defer s.Close()
	size := func() int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	w := sample.New(1)
	w.Histograms = true
	for _, n := range w.Nights(*many) {
		add(t, s, n)
	}
	full := size()
	t.Logf("%d nights: %.1f MiB", *many, float64(full)/(1<<20))
	assert.Less(t, full/int64(*many), int64(64<<10))
	for _, n := range w.Nights(10) {
		add(t, s, n)
		gone, err := s.Forget(t.Context(), *many)
		require.NoError(t, err)
		assert.Len(t, gone, 1)
	}
	assert.Less(t, size(), full+full/20, "what comes takes the room of what goes")
}
