package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
)

func TestServeListsVariants(t *testing.T) {
	var out bytes.Buffer
	c := command()
	c.SetArgs([]string{"serve", "--list-variants"})
	c.SetOut(&out)
	require.NoError(t, c.ExecuteContext(t.Context()))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	names := variants.Names()
	require.Len(t, lines, len(names))
	for i, line := range lines {
		assert.Regexp(t, "^"+names[i]+": .{10}", line, "what a client sees")
	}
}

// What a variant declares stands in the variables, and a variant brings its dialect along.
func TestServeDeclaresItsVariant(t *testing.T) {
	for variant, want := range map[string][2]string{"e3": {"september", "e3"}, "october-swapped": {"october", "october"}, "times-millis": {"september", "auto"}} {
		_, variables, end := serveUntil(t, "--variant", variant)
		assert.Equal(t, want, [2]string{variables["STAGING_DIALECT"], variables["STAGING_EVENT_SHAPE"]}, variant)
		require.NoError(t, end())
	}
	c := command()
	c.SetArgs([]string{"serve", "--variant", "e3", "--dialect", "october"})
	c.SetErr(new(bytes.Buffer))
	require.ErrorContains(t, c.ExecuteContext(t.Context()), "of the dialect september, not of october")
}

func TestLegalVariantsAreKnown(t *testing.T) {
	c := command()
	c.SetArgs([]string{"prove", "--legal", "--only", "upside-down"})
	c.SetErr(new(bytes.Buffer))
	require.ErrorContains(t, c.ExecuteContext(t.Context()), `no variant "upside-down"`)
}
