package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const allowed = `# what a start may say
- pattern: '^The garbage collector is trying to clean up non-checked-in connection'
  reason: the pool drops a connection that it no longer needs
  expires: 2026-12-31
- {pattern: 'GOLDEN PATH AUTH', reason: "written at every connect", expires: "2024-02-29"}
`

func TestAllowances(t *testing.T) {
	all, ps := parseAllowances("allowed.yaml", []byte(allowed))
	require.NoError(t, ps.err())
	assert.Equal(t, []Allowance{
		{
			Pattern: "^The garbage collector is trying to clean up non-checked-in connection",
			Reason:  "the pool drops a connection that it no longer needs",
			Expires: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		},
		{Pattern: "GOLDEN PATH AUTH", Reason: "written at every connect", Expires: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	}, all)
}

// A history's header takes an Allowance as it is.
var _ = history.Allowance(Allowance{})

func TestAnEmptyAllowlistAllowsNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n", "[]", "---\n"} {
		all, ps := parseAllowances("allowed.yaml", []byte(text))
		assert.NoError(t, ps.err(), "%q", text)
		assert.Empty(t, all, "%q", text)
	}
}

func TestAllowancesAreRefused(t *testing.T) {
	entry := func(pattern, reason, expires string) string {
		return "- pattern: " + pattern + "\n  reason: " + reason + "\n  expires: " + expires + "\n"
	}
	good := entry("GOLDEN PATH", "known", "2026-12-31")
	tests := []struct {
		name, text string
		want       []string // part of each problem
	}{
		{"no YAML", "- [", []string{"cannot be understood"}},
		{"no list", "pattern: GOLDEN PATH\n", []string{"cannot be understood"}},
		{"text", "GOLDEN PATH", []string{"cannot be understood"}},
		{"tag that the decoder panics over", "! GOLDEN PATH", []string{"cannot be understood"}},
		{"unknown field", good + "  owner: me\n", []string{"cannot be understood (allowed.yaml: [4:"}},
		{"field twice", good + "  reason: other\n", []string{"cannot be understood"}},
		{"second document", good + "---\n" + good, []string{"cannot be understood"}},
		{"empty entry", good + "- {}\n", []string{"in entry 2 of allowed.yaml no pattern", "entry 2 of allowed.yaml no reason", `entry 2 of allowed.yaml expires: ""`}},
		{"null entry", "- \n", []string{"no pattern", "no reason", "expires"}},
		{"bad pattern", entry("'(a'", "known", "2026-12-31"), []string{"missing closing )"}},
		{"pattern of another language", entry("'(?!a)b'", "known", "2026-12-31"), []string{"a bad pattern"}},
		{"empty pattern", entry("''", "known", "2026-12-31"), []string{"no pattern"}},
		{"matches the empty text", entry("'x*'", "known", "2026-12-31"), []string{`"x*", which matches nearly every message`}},
		{"matches everything", entry("'.+'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches letters", entry("'GOLDEN|[A-Z]'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches two characters", entry("'..'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches words", entry("'\\w+ \\w{4}'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches what a log is full of", entry("'[0-9]{4}'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches small and great", entry("'(?i)[a-z]{5}'", "known", "2026-12-31"), []string{"nearly every"}},
		{"matches a tilde", entry("'~'", "known", "2026-12-31"), []string{"nearly every"}},
		{"blank reason", entry("GOLDEN PATH", "' '", "2026-12-31"), []string{"no reason"}},
		{"day that there is not", entry("GOLDEN PATH", "known", "2025-02-29"), []string{"2025-02-29"}},
		{"time of the day", entry("GOLDEN PATH", "known", "2026-12-31T00:00:00Z"), []string{"first day (UTC)"}},
		{"no date", entry("GOLDEN PATH", "known", "never"), []string{`expires: "never"`}},
		{"pattern twice", good + entry("GOLDEN PATH", "other", "2027-12-31"), []string{"entry 2 of allowed.yaml the pattern of an earlier entry"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ps := parseAllowances("allowed.yaml", []byte(tt.text))
			require.Len(t, ps, len(tt.want), "%v", ps)
			refused(t, ps.err())
			for i, part := range tt.want {
				assert.ErrorContains(t, ps[i], part)
				assert.NotContains(t, ps[i].Error(), "\n")
			}
		})
	}
}

func TestLoadReadsTheAllowlist(t *testing.T) {
	root := module(t, map[string]string{"allowed.yaml": allowed, "bad.yaml": "- pattern: x\n"})
	for name, value := range cloud("STAGING_LOG_ALLOWLIST=allowed.yaml") {
		t.Setenv(name, value)
	}
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(root, "allowed.yaml"), c.LogAllowlist)
	all, err := c.Allowances()
	require.NoError(t, err)
	assert.Len(t, all, 2)

	require.NoError(t, os.Remove(c.LogAllowlist))
	all, err = c.Allowances()
	assert.ErrorContains(t, err, "STAGING_LOG_ALLOWLIST cannot be read")
	assert.Nil(t, all)

	for file, want := range map[string][]string{
		"missing.yaml": {"STAGING_USERS", allowlist},
		"bad.yaml":     {"STAGING_USERS", allowlist, allowlist, allowlist},
		".":            {"STAGING_USERS", allowlist},
	} {
		t.Setenv("STAGING_LOG_ALLOWLIST", file)
		t.Setenv("STAGING_USERS", "1")
		_, err = Load()
		assert.Equal(t, want, refused(t, err), file)
	}
}

func TestTheAllowlistInTheReadmeIsGood(t *testing.T) {
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	require.True(t, found)
	example, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	all, ps := parseAllowances("README.md", []byte(example))
	require.NoError(t, ps.err())
	assert.NotEmpty(t, all)
}

func FuzzAllowances(f *testing.F) {
	f.Add([]byte(allowed))
	f.Add([]byte("- pattern: (\n  reason: [a]\n  expires: 2026-12-31\n---\n- &a {reason: *a}\n"))
	f.Add([]byte("- pattern: |\n    a\n    b\n  reason: >-\n    x\n  <<: {expires: 2026-01-01}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, ps := parseAllowances("allowed.yaml", text)
		if len(ps) > 0 {
			refused(t, ps.err())
			return
		}
		for _, a := range all {
			pattern, err := regexp.Compile(a.Pattern)
			require.NoError(t, err)
			assert.False(t, pattern.MatchString(""))
			assert.NotEmpty(t, strings.TrimSpace(a.Reason))
			assert.Equal(t, a.Expires, a.Expires.UTC().Truncate(24*time.Hour))
		}
	})
}
