package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// What the recording declared is declared again, and what the client had to find out it finds out again: a rule may
// be about that.
func TestTheDialectIsThatOfTheRecording(t *testing.T) {
	remote := config.Config{Target: config.Remote, Dialect: "auto"}
	variant := embedded()
	variant.Variant = []string{"e3"}
	declared := embedded()
	declared.Dialect = "september"
	for name, row := range map[string]struct {
		config   config.Config
		recorded history.Target
		want     string
	}{
		"declared":             {embedded(), history.Target{Dialect: "october", Shape: "october"}, "october"},
		"found out":            {embedded(), history.Target{Dialect: "auto", Shape: "september"}, "auto"},
		"by the shape":         {embedded(), history.Target{Dialect: "auto", Shape: "october"}, "october"},
		"another shape":        {embedded(), history.Target{Dialect: "auto", Shape: "e3"}, "auto"},
		"nothing is known":     {embedded(), history.Target{}, "auto"},
		"a variant has its":    {variant, history.Target{Dialect: "october", Shape: "e3"}, "auto"},
		"somebody says":        {declared, history.Target{Dialect: "october"}, "september"},
		"a remote one has its": {remote, history.Target{Dialect: "october"}, "auto"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, row.want, configured(row.config, row.recorded).Dialect)
		})
	}
}

// A September session that begins as October's does is acknowledged by who has to find out what it is, and only
// then there is something to see.
func TestHalfOctoberIsToldAgain(t *testing.T) {
	faulty := embedded("beside-handshake-october")
	path := record(t, faulty, venue.Shared, func(s *storyteller) { s.connect(s.user()) })
	before, err := recorded(path)
	require.NoError(t, err)
	require.Contains(t, before, Breach{"handshake/october", "u1"})
	result, _ := told(t, path, faulty)
	assert.Equal(t, before, breaches(result.Findings))
}

// October's sessions have threads, which others resume.
func TestThreadsOfOctoberAreResumedAgain(t *testing.T) {
	october := embedded()
	october.Dialect = "october"
	path := record(t, october, venue.Shared, func(s *storyteller) {
		alice := s.user()
		laptop := s.connect(alice)
		phone := s.connect(alice, staging.Resume(laptop.Thread()))
		require.Equal(t, laptop.Thread(), phone.Thread())
	})
	result, again := told(t, path, embedded())
	require.NoError(t, result.Err(), "%+v", result)
	assert.Equal(t, "october", result.Header.Target.Dialect)
	require.Equal(t, []string{"u1.s1: dial", "u1.s2: dial"}, done(again)[1:3])
	first, second := again.Acts[1], again.Acts[2]
	assert.Contains(t, first.makes, second.needs[len(second.needs)-1], "the thread of the first session")
}

// What an act takes longer than in the recording is no rest of the story's.
func TestPaceIsThatOfTheRecording(t *testing.T) {
	recorded := &Act{Start: time.Second, End: 3 * time.Second}
	began := time.Now().Add(-time.Hour)
	assert.Equal(t, began.Add(2*time.Second), underway{act: recorded, began: began}.due(), "late")
	began = time.Now()
	assert.WithinRange(t, underway{act: recorded, began: began}.due(), began, began.Add(2*time.Second), "early")
}
