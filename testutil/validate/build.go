package validate

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// A pkg is a package of stories, compiled.
type pkg struct {
	path   string // import path
	dir    string // of its sources, in which its stories run
	binary string
}

func (p pkg) name() string { return path.Base(p.path) }

// first is the package whose stories read the logs of the start-up window, before stories that provoke refusals
// write errors of their own (deployment.md 4).
const first = "deployment"

const stories = "github.com/netra-systems/staging-e2e/e2e/..."

// build compiles the stories into dir.
func (v *validation) build(ctx context.Context, dir string) ([]pkg, error) {
	out, err := v.output(ctx, "go", "list", "-f", "{{if .XTestGoFiles}}{{.ImportPath}}\t{{.Dir}}{{end}}", stories)
	if err != nil {
		return nil, fmt.Errorf("find the stories: validate in a clone of the project: %w", err)
	}
	var all []pkg
	for line := range strings.Lines(out) {
		p := pkg{}
		p.path, p.dir, _ = strings.Cut(strings.TrimSpace(line), "\t")
		p.binary = filepath.Join(dir, p.name()+".test")
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, errors.New("find the stories: there are none below e2e")
	}
	args := []string{"test", "-c", "-o", dir + string(filepath.Separator)}
	for _, p := range all {
		args = append(args, p.path)
	}
	if _, err := v.output(ctx, "go", args...); err != nil {
		return nil, fmt.Errorf("compile the stories: %w", err)
	}
	return all, nil
}

// output runs a command and returns what it says.
func (v *validation) output(ctx context.Context, name string, args ...string) (string, error) {
	c := grouped(ctx, name, args...)
	var out, said strings.Builder
	c.Stdout, c.Stderr = &out, &said
	if err := v.conduct(c); err != nil {
		return "", fmt.Errorf("%w\n%s", err, child.Tail([]byte(said.String()+out.String())))
	}
	return out.String(), nil
}
