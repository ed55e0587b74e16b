package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge/diagnosis"
)

func TestFailureNamesThreeSuspects(t *testing.T) {
	f := Failure{Suspects: []diagnosis.Suspect{
		{ID: "handshake-hangs", Title: "Handshake gets no answer", Reasons: []string{"an upgrade was not answered in time (record 7)", "all of 2 failed (record 7)"}},
		{ID: "deployment-module-missing", Title: "Module missing", Reasons: []string{"503"}, Alike: []string{"a", "b", "c", "d"}},
		{ID: "third", Title: "Third", Reasons: []string{"r"}, Alike: []string{"e"}}, {ID: "fourth"},
	}}
	var b strings.Builder
	require.NoError(t, f.Text(&b, func(uint64) *history.Record { return nil }))
	assert.Contains(t, b.String(), `looks like: 1. handshake-hangs – Handshake gets no answer (because an upgrade was not answered in time (record 7); all of 2 failed (record 7))
            2. deployment-module-missing – Module missing (because 503), or like it a, b, c and 1 more
            3. third – Third (because r), or like it e
`)
	assert.NotContains(t, b.String(), "fourth")
}
