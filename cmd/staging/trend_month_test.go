package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/sample"
	"github.com/netra-systems/staging-e2e/testutil/nights/store"
)

// A month of nights, kept where -artifacts says, to look at: staging trend nights.db.
func TestTheTrendOfAMonth(t *testing.T) {
	path := filepath.Join(t.ArtifactDir(), "nights.db")
	s, err := store.Create(t.Context(), path)
	require.NoError(t, err)
	for _, n := range sample.Month(1) {
		_, err := s.Add(t.Context(), n)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	text, _, err := trend(t, path)
	require.NoError(t, err)
	assert.Contains(t, text, "trend/shift (soft): answer is slower")
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line)-1, 80, line)
	}
	out, _, err := trend(t, path, "--json")
	require.NoError(t, err)
	shown, err := nights.ReadTrend(bytes.NewReader([]byte(out)))
	require.NoError(t, err)
	require.Len(t, shown.Findings, 1, "and nothing else shifted")
}
