package replay

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// A fault of two users is found with two users, a session each and a message each, among many.
func TestTwoUsersAreFoundAmongMany(t *testing.T) {
	const fault = "isolation-singleton-supervisor"
	path := record(t, embedded(), venue.Shared, func(s *storyteller) {
		var together sync.WaitGroup
		for range 8 {
			chat := s.connect(s.user())
			together.Go(func() { s.ask(chat, prompts.Sum(prompts.NewNonce()), staging.Together()) })
		}
		together.Wait()
	})
	script, err := ReadFile(path)
	require.NoError(t, err)
	kept := filepath.Join(t.TempDir(), "smallest.jsonl")
	faulty := embedded(fault)
	faulty.Budgets.Gap, faulty.Budgets.Answer = 2*time.Second, 2*time.Second // what is late is not asked for here
	var progress []Progress
	found, err := Search{
		Options: Options{Config: faulty, History: kept}, Rule: "isolation/foreign-run", Trials: 3,
		Progress: func(p Progress) { progress = append(progress, p) },
	}.Run(t.Context(), script)
	require.NoError(t, err)
	sessions, messages, requests := found.Script.Counts()
	assert.Equal(t, []int{2, 2, 0}, []int{sessions, messages, requests})
	assert.Contains(t, progress[len(progress)-1].String(), "2 sessions, 2 messages and 0 requests break isolation/foreign-run")
	require.ErrorIs(t, found.Result.Err(), ErrRed)

	again, err := ReadFile(kept)
	require.NoError(t, err)
	sessions, messages, _ = again.Counts()
	assert.Equal(t, []int{2, 2}, []int{sessions, messages})
}

func TestAGoodStoryIsNotMinimised(t *testing.T) {
	path := record(t, embedded(), venue.Shared, func(s *storyteller) { s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce())) })
	script, err := ReadFile(path)
	require.NoError(t, err)
	kept := filepath.Join(t.TempDir(), "smallest.jsonl")
	_, err = Search{Options: Options{Config: embedded(), History: kept, Fast: true}, Trials: 1}.Run(t.Context(), script)
	require.ErrorIs(t, err, ErrGood)
	assert.NoFileExists(t, kept)
	_, err = Search{Options: Options{Config: embedded(), History: path}, Trials: 1}.Run(t.Context(), script)
	require.ErrorContains(t, err, "is there already")
}
