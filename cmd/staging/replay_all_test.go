package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/replay"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllOfAFolderAreReplayed(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Rename(recorded(t), filepath.Join(folder, "history.jsonl")))
	out, code := run(t, nil, "replay", "--all", folder)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "1 histories, of which 0 were red: 1 hold, 0 hold but for chance, 0 do not hold")

	out, code = run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", "--all", folder)
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "1 of 1 histories do not hold")
	assert.Contains(t, out, "new: infra/server-error")
}

// Whatever shows nothing is no success.
func TestAFolderThatShowsNothingIsNoSuccess(t *testing.T) {
	proof := t.TempDir()
	green := filepath.Join(proof, "config-secrets-not-mounted", "1")
	require.NoError(t, os.MkdirAll(green, 0o700))
	for _, flag := range []string{"--all", "--proof"} {
		out, code := run(t, nil, "replay", flag, proof)
		assert.Equal(t, 3, code, out)
		assert.Contains(t, out, "no history is below")
	}
	out, code := run(t, nil, "replay", "--proof", filepath.Dir(recorded(t)))
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "leave out --proof")
	out, code = run(t, map[string]string{"STAGING_FAULT": "config-secrets-not-mounted"}, "replay", "--proof", proof)
	assert.Equal(t, 3, code, out)
	assert.Contains(t, out, "leave out STAGING_FAULT")
}

// How a comparison ends tells what holds, and what holds by chance only.
func TestWhatHoldsByChanceIsToldApart(t *testing.T) {
	same := replay.Comparison{Story: "s", Recorded: []replay.Breach{{Rule: "a/x", User: "u1"}}}
	same.Again = [][]replay.Breach{same.Recorded}
	lost := replay.Comparison{Story: "lost", Recorded: same.Recorded}
	for name, row := range map[string]struct {
		all  []replay.Comparison
		code int
		says string
	}{
		"holds":    {[]replay.Comparison{same}, 0, "1 histories, of which 1 were red: 1 hold, 0 hold but for chance, 0 do not hold\n"},
		"does not": {[]replay.Comparison{same, lost}, 1, "lost: lost: a/x u1\n2 histories, of which 2 were red: 1 hold, 0 hold but for chance, 1 do not hold\n"},
		"green":    {[]replay.Comparison{{}}, 3, "1 histories, of which 0 were red: 1 hold, 0 hold but for chance, 0 do not hold\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := 0
			if err := summed(&out, replay.All{Proof: true}, row.all); err != nil {
				code = exitCode(err)
			}
			assert.Equal(t, row.code, code)
			assert.Equal(t, row.says, out.String())
		})
	}
}
