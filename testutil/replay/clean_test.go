package replay

import (
	"bytes"
	"os"
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
func elsewhere(t *testing.T) config.Config { return served(t, refstaging.Config{}) }

// served is the remote target of a configuration.
func served(t *testing.T, c refstaging.Config) config.Config {
	s, err := refstaging.Start(c)
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
	left, err := LeftIn(path)
	require.NoError(t, err)
	require.Len(t, left.Users, 2)
	assert.Equal(t, []string{kept, own}, left.Users[0].Threads)
	assert.Equal(t, []string{other}, left.Users[1].Threads)

	o := Options{Config: c, History: filepath.Join(t.TempDir(), "clean.jsonl")}
	cleaned, err := Clean(t.Context(), left, o)
	require.NoError(t, err)
	require.Len(t, cleaned, 3)
	assert.Equal(t, "u1 "+kept+" archived", cleaned[0].String())
	nothing, err := LeftIn(o.History)
	require.NoError(t, err)
	assert.Empty(t, nothing.Users)

	o.History += "2"
	cleaned, err = Clean(t.Context(), left, o)
	require.NoError(t, err)
	require.Len(t, cleaned, 3)
	assert.Equal(t, "u1 "+kept+" was gone already", cleaned[0].String())
}

// A clean-up goes nowhere else than where the story was, and tells what it could not do.
func TestACleanUpKnowsItsTarget(t *testing.T) {
	c := elsewhere(t)
	o := Options{Config: c, History: filepath.Join(t.TempDir(), "clean.jsonl")}
	var left Leftovers
	left.Header = history.Header{Start: time.Now(), Target: history.Target{Kind: "embedded", API: c.APIURL, Auth: c.AuthURL}}
	_, err := Clean(t.Context(), left, o)
	require.ErrorIs(t, err, ErrEmbedded)
	left.Header.Target = history.Target{Kind: "remote", API: "https://api.staging.example", Auth: c.AuthURL}
	_, err = Clean(t.Context(), left, o)
	require.ErrorContains(t, err, "the recording is of https://api.staging.example")
	require.ErrorContains(t, err, "the configuration names "+c.APIURL)
	left.Header.Target = history.Target{Kind: "remote", API: c.APIURL, Auth: "https://auth.staging.example"}
	_, err = Clean(t.Context(), left, o)
	require.ErrorContains(t, err, "with the users of https://auth.staging.example")
	assert.NoFileExists(t, o.History)

	left.Header.Target.Auth = c.AuthURL
	o.Config.SimulationKey = config.NewSecret("another key")
	left.Users = []Left{
		{"u1", "go-20261123-0123456789ab@staging.netrasystems.ai", []string{"thread_1"}, false},
		{"u2", "go-20261123-0123456789ac@staging.netrasystems.ai", nil, true},
	}
	cleaned, err := Clean(t.Context(), left, o)
	require.Error(t, err)
	require.Len(t, cleaned, 2)
	assert.Contains(t, cleaned[0].String(), "NOT archived")
	assert.Contains(t, cleaned[1].String(), "u2: what she left is not known: ")
}

// The history of a story that was killed may not know all that it made: whatever its users have is archived.
func TestWhatAKilledStoryLeftIsAskedOfTheTarget(t *testing.T) {
	c := elsewhere(t)
	var known, lost string
	path := record(t, c, venue.Shared, func(s *storyteller) {
		alice, bob := s.user(), s.user()
		notes, err := alice.CreateThread(s.ctx, "Notes")
		s.must(err)
		plans, err := bob.CreateThread(s.ctx, "Plans")
		s.must(err)
		known, lost = notes.ID, plans.ID
	})
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	last := bytes.LastIndexByte(text[:bytes.Index(text, []byte("Plans"))], '\n') + 1

	require.NoError(t, os.WriteFile(path, text[:last+20], 0o600))
	left, err := LeftIn(path)
	require.ErrorAs(t, err, new(*history.DamageError))
	require.NoError(t, os.WriteFile(path, text[:last], 0o600))
	same, err := LeftIn(path)
	require.NoError(t, err)
	assert.Equal(t, same, left)
	assert.False(t, left.Whole)

	o := Options{Config: c, History: filepath.Join(t.TempDir(), "clean.jsonl")}
	cleaned, err := Clean(t.Context(), left, o)
	require.NoError(t, err)
	assert.Equal(t, []Cleaned{{User: "u1", Thread: known}, {User: "u2", Thread: lost}}, cleaned)
	o.History += "2"
	cleaned, err = Clean(t.Context(), left, o)
	require.NoError(t, err)
	assert.Equal(t, []Cleaned{{User: "u1", Thread: known, Gone: true}}, cleaned)
}
