package judge

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/rules.md anew")

// TestDocumentIsFresh compares docs/rules.md with the rules. With -update it writes the document.
func TestDocumentIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "rules.md")
	want := document()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "docs/rules.md is stale: go test ./testutil/judge -run TestDocumentIsFresh -update")
}

func document() string {
	var b strings.Builder
	fmt.Fprint(&b, `# The standing rules

Every story is judged by every one of these rules when it ends (`+"`DESIGN.md`"+`, The rules). A hard finding
fails the story, a soft one is advice. Where a sentence says "Hard where …", the class in the table is
that of all other targets.

This file is generated: `+"`go test ./testutil/judge -run TestDocumentIsFresh -update`"+`.
`)
	group := ""
	for _, rule := range Standing() {
		if g, _, _ := strings.Cut(rule.ID, "/"); g != group {
			group = g
			fmt.Fprintf(&b, "\n## %s\n\n| rule | class | what a correct system does | source |\n|---|---|---|---|\n", group)
		}
		class := "soft"
		if rule.Hard {
			class = "hard"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", rule.ID, class, cell(rule.Says), cell(rule.Source))
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
