package replay

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// What a fault broke, it breaks again for the same users, and without it nothing is broken.
func TestAProofIsToldAgain(t *testing.T) {
	const fault = "config-secrets-not-mounted"
	folder := t.TempDir()
	for where, faults := range map[string][]string{"1/1/a": {fault}, "1/2/b": nil} {
		path := record(t, embedded(faults...), venue.Shared, func(s *storyteller) {
			if err := s.target.WarmUp(s.ctx); err == nil {
				s.ask(s.connect(s.user()), prompts.Sum(prompts.NewNonce()))
			}
		})
		dir := filepath.Join(folder, fault, where)
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.Rename(path, filepath.Join(dir, "history.jsonl")))
	}
	told := 0
	all, err := Proven{Folder: folder, Config: embedded(), Jobs: 2, Trials: 1, Progress: func(_, of int, c Comparison) {
		told++
		assert.Equal(t, 2, of)
	}}.Compare(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1, "the green one is not told again")
	assert.Equal(t, 1, told)
	assert.True(t, all[0].Holds(), "%+v", all[0])
	assert.Equal(t, fault+", "+t.Name()+": the same", all[0].String())

	_, err = Proven{Folder: t.TempDir()}.Compare(t.Context())
	require.ErrorContains(t, err, "--keep")
}

func TestComparisonsSayWhatIsNotTheSame(t *testing.T) {
	a1, a2, b1 := Breach{"a/x", "u1"}, Breach{"a/x", "u2"}, Breach{"b/y", "u1"}
	for want, c := range map[string]Comparison{
		"f, s: the same": {Recorded: []Breach{a1}, Faulty: []Breach{a1}},
		"f, s: the same rules, for other users; lost: a/x u1; new: a/x u2": {Recorded: []Breach{a1}, Faulty: []Breach{a2}},
		"f, s: lost: b/y u1":                  {Recorded: []Breach{a1, b1}, Faulty: []Breach{a1}},
		"f, s: red without the fault: b/y u1": {Healthy: []Breach{b1}},
		"f, s: not told again: the cloud":     {Missing: []string{"the cloud"}},
	} {
		c.Fault, c.Story = "f", "s"
		assert.Equal(t, want, c.String())
		assert.Equal(t, want == "f, s: the same", c.Holds())
	}
	assert.Less(t, distance([]Breach{a1}, []Breach{a2}), distance([]Breach{a1}, []Breach{b1}))
}
