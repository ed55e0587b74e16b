package replay

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// elsewhere is a target that outlives its stories.
func elsewhere(t *testing.T) config.Config {
	s, err := refstaging.Start(refstaging.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // for the locks of a remote target
	return config.Config{
		Target: config.Remote, APIURL: s.APIURL(), AuthURL: s.AuthURL(), WebSocketURL: s.WebSocketURL(),
		SimulationKey: config.NewSecret(s.SimulationKey()), Dialect: "auto", EventShape: "auto",
	}
}

// What a story made and did not archive is found in its history, archived, and gone then.
func TestWhatIsLeftIsArchived(t *testing.T) {
	c := elsewhere(t)
	var kept, own, other string
	path := record(t, c, venue.Shared, func(s *storyteller) {
		alice, bob := s.user(), s.user()
		made, err := alice.CreateThread(s.ctx, "Notes")
		s.must(err)
		archived, err := alice.CreateThread(s.ctx, "Plans")
		s.must(err)
		s.must(alice.DeleteThread(s.ctx, archived.ID))
		kept, own = made.ID, s.ask(s.connect(alice), prompts.Sum(prompts.NewNonce())).Thread
		chat := s.connect(bob)
		s.ask(chat, prompts.Sum(prompts.NewNonce()), staging.OnThreadOf(alice, own))
		other = s.ask(chat, prompts.Sum(prompts.NewNonce())).Thread
		s.must(bob.TryThread(s.ctx, alice, kept))
	})
	header, left, err := LeftIn(path)
	require.NoError(t, err)
	require.Len(t, left, 2)
	assert.Equal(t, []string{kept, own}, left[0].Threads)
	assert.Equal(t, []string{other}, left[1].Threads)
	assert.Contains(t, left[0].String(), "2 threads")

	o := Options{Config: c, History: filepath.Join(t.TempDir(), "clean.jsonl")}
	cleaned, err := Clean(t.Context(), header, left, o)
	require.NoError(t, err)
	require.Len(t, cleaned, 3)
	assert.Equal(t, "u1 "+kept+" archived", cleaned[0].String())
	_, nothing, err := LeftIn(o.History)
	require.NoError(t, err)
	assert.Empty(t, nothing)

	// Once more: each is archived already, or gone.
	o.History += "2"
	_, err = Clean(t.Context(), header, left, o)
	require.NoError(t, err)
}

// A clean-up goes nowhere else than where the story was, and tells what it could not do.
func TestACleanUpKnowsItsTarget(t *testing.T) {
	c := elsewhere(t)
	o := Options{Config: c, History: filepath.Join(t.TempDir(), "clean.jsonl")}
	header := history.Header{Start: time.Now(), Target: history.Target{Kind: "embedded", API: c.APIURL}}
	_, err := Clean(t.Context(), header, nil, o)
	require.ErrorIs(t, err, ErrEmbedded)
	header.Target = history.Target{Kind: "remote", API: "https://api.staging.example"}
	_, err = Clean(t.Context(), header, nil, o)
	require.ErrorContains(t, err, "set STAGING_API_URL")

	header.Target.API = c.APIURL
	o.Config.SimulationKey = config.NewSecret("another key")
	left := []Left{{"u1", "go-20261123-0123456789ab@staging.netrasystems.ai", []string{"thread_1"}}}
	cleaned, err := Clean(t.Context(), header, left, o)
	require.Error(t, err)
	require.Len(t, cleaned, 1)
	assert.Contains(t, cleaned[0].String(), "NOT archived")
}
