package suite_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/e2e"
)

const module = "github.com/netra-systems/staging-e2e/"

// storyImports are all that a story needs: it drives, and neither records nor judges.
var storyImports = []string{
	"testing",
	module + "e2e",
	module + "fixtures",
	module + "fixtures/prompts",
	module + "testutil/staging",
	module + "testutil/suite",
}

// TestStoriesGoThroughTheSuite reads the sources of e2e: every test is a story that the suite starts,
// every package's TestMain is the suite's, and the plan lists exactly what there is.
func TestStoriesGoThroughTheSuite(t *testing.T) {
	var files []string
	require.NoError(t, filepath.WalkDir("../../e2e", func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && filepath.Dir(path) != filepath.FromSlash("../../e2e") { // where the plan is
			files = append(files, path)
		}
		return err
	}))
	require.NotEmpty(t, files)

	stories := map[string]string{} // name → package
	mains := map[string]bool{}
	for _, path := range files {
		pkg, err := filepath.Rel("../../e2e", filepath.Dir(path))
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			name, err := strconv.Unquote(imported.Path.Value)
			require.NoError(t, err)
			assert.Contains(t, storyImports, name, "%s: a story needs no such import", path)
		}
		for _, fault := range faults(file) {
			t.Errorf("%s: %s", path, fault)
		}
		for name := range tests(file) {
			if name == "TestMain" {
				mains[pkg] = true
				continue
			}
			stories[name] = pkg
		}
	}
	planned := map[string]string{}
	for _, entry := range e2e.Plan {
		assert.NotContains(t, planned, entry.Story, "twice in the plan")
		assert.NotEmpty(t, entry.Shows, "%s shows nothing", entry.Story)
		planned[entry.Story] = entry.Package
	}
	assert.Equal(t, stories, planned, "the stories, and the plan in e2e/plan.go")
	for _, pkg := range slices.Collect(maps.Values(stories)) {
		assert.True(t, mains[pkg], "e2e/%s needs: func TestMain(m *testing.M) { suite.Main(m, e2e.Plan) }", pkg)
	}
}

// runnable matches the functions that go test would run.
var runnable = regexp.MustCompile(`^(Test|Example|Benchmark|Fuzz)`)

// tests are the functions that go test would run.
func tests(file *ast.File) map[string]*ast.FuncDecl {
	found := map[string]*ast.FuncDecl{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && runnable.MatchString(f.Name.Name) {
			found[f.Name.Name] = f
		}
	}
	return found
}

// faults says what in a file of e2e is not a story of the suite.
func faults(file *ast.File) (all []string) {
	for name, f := range tests(file) {
		switch {
		case name == "TestMain":
			if !calls(f.Body.List, "suite", "Main") {
				all = append(all, "TestMain does not begin with suite.Main")
			}
		case !strings.HasPrefix(name, "TestStaging"):
			all = append(all, name+" is not named TestStaging…, so -run Staging would miss it")
		case !calls(f.Body.List, "suite", "Start"):
			all = append(all, name+" does not begin with suite.Start")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow", "Sleep"}, s.Sel.Name) {
			all = append(all, s.Sel.Name+" hides a failure or a race")
		}
		return true
	})
	return all
}

// calls tells whether the first statement calls pkg.name, in an assignment or on its own.
func calls(body []ast.Stmt, pkg, name string) bool {
	if len(body) == 0 {
		return false
	}
	var expression ast.Expr
	switch first := body[0].(type) {
	case *ast.ExprStmt:
		expression = first.X
	case *ast.AssignStmt:
		expression = first.Rhs[0]
	}
	call, ok := expression.(*ast.CallExpr)
	if !ok {
		return false
	}
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := function.X.(*ast.Ident)
	return ok && from.Name == pkg && function.Sel.Name == name
}

func TestFaultsAreSeen(t *testing.T) {
	for name, row := range map[string]struct{ source, want string }{
		"not through the suite": {`func TestStagingX(t *testing.T) { t.Log("fine") }`, "does not begin with suite.Start"},
		"empty":                 {`func TestStagingX(t *testing.T) {}`, "does not begin with suite.Start"},
		"another name":          {`func TestGolden(t *testing.T) { s := suite.Start(t) }`, "is not named TestStaging"},
		"an example":            {`func ExampleX() { }`, "is not named TestStaging"},
		"its own main":          {`func TestMain(m *testing.M) { m.Run() }`, "does not begin with suite.Main"},
		"a skip":                {`func TestStagingX(t *testing.T) { s := suite.Start(t); t.Skip("down") }`, "Skip hides"},
		"a sleep":               {`func TestStagingX(t *testing.T) { s := suite.Start(t); time.Sleep(1) }`, "Sleep hides"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package x\n"+row.source, 0)
			require.NoError(t, err)
			found := faults(file)
			require.Len(t, found, 1)
			assert.Contains(t, found[0], row.want)
		})
	}
}

// layersOf reads the layers of docs/DESIGN.md, the lowest first.
func layersOf(t *testing.T) (layers [][]string) {
	design, err := os.ReadFile("../../docs/DESIGN.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(design), "Imports run one way")
	require.True(t, found)
	block := strings.Split(rest, "```")[1]
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		layers = append(layers, strings.Fields(strings.ReplaceAll(line, "cmd/staging", "cmd")))
	}
	slices.Reverse(layers)
	return layers
}

// sources are the files of the project that are no tests.
func sources(t *testing.T) (all []string) {
	for _, root := range []string{"cmd", "e2e", "fixtures", "testutil"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				all = append(all, path)
			}
			return err
		})
		require.NoError(t, err)
	}
	return all
}

// TestImportsRunDownward holds the layers of docs/DESIGN.md.
func TestImportsRunDownward(t *testing.T) {
	layers := layersOf(t)
	level := func(pkg string) (int, string) {
		pkg = strings.TrimPrefix(strings.TrimPrefix(pkg, module), "testutil/")
		name, below, _ := strings.Cut(pkg, "/")
		for _, layer := range []string{name + "/*", name} {
			if at := slices.IndexFunc(layers, func(all []string) bool { return slices.Contains(all, layer) }); at >= 0 && (below != "" || layer == name) {
				return at, layer
			}
		}
		return -1, name
	}
	for _, path := range sources(t) {
		from, name := level(filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), filepath.FromSlash("../../"))))
		require.GreaterOrEqual(t, from, 0, "%s is in no layer of docs/DESIGN.md", path)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			target, _ := strconv.Unquote(imported.Path.Value)
			if !strings.HasPrefix(target, module) {
				continue
			}
			to, other := level(target)
			if name == other {
				continue
			}
			assert.Less(t, to, from, "%s imports %s", path, target)
			if name == "refstaging" {
				assert.Equal(t, "fixtures", other, "%s imports %s", path, target)
			}
		}
	}
}
