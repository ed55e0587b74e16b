package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// STAGING_ALLOW_UNMEASURED takes every name that the suite may note, and no other: it is read from the
// calls that note one, outside this package's reach.
func TestTheCriteriaAreThoseOfTheSuite(t *testing.T) {
	noted := []string{
		"D1", "D2", "D3", "D4", "P3", "P4", // docs/protocol/deployment.md, section 7
		history.ForgedTokens, history.ShortTokens, history.Restart, history.SimulatedFailures, // suite.Ability
	}
	sources, err := filepath.Glob("../suite/*.go")
	require.NoError(t, err)
	for _, path := range sources {
		if !strings.HasSuffix(path, "_test.go") {
			noted = append(noted, literals(t, path, "NotMeasured", "mustHave")...)
		}
	}
	assert.Contains(t, noted, "cors", "the calls are found")
	assert.Subset(t, criteria, noted)
	assert.Subset(t, noted, criteria)
}

// literals are the texts that the source gives one of the functions as first argument.
func literals(t *testing.T, path string, functions ...string) (texts []string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		called, ok := call.Fun.(*ast.SelectorExpr)
		first, literal := call.Args[0].(*ast.BasicLit)
		if !ok || !literal || !slices.Contains(functions, called.Sel.Name) {
			return true
		}
		text, err := strconv.Unquote(first.Value)
		require.NoError(t, err)
		texts = append(texts, text)
		return true
	})
	return texts
}
