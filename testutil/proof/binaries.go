package proof

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

// Binaries are the compiled stories.
type Binaries struct {
	// Folder holds the folders of the packages, in which their stories run.
	Folder string
	// Files are the test binaries by package.
	Files map[string]string
}

// Build compiles the stories of the module that the working directory belongs to into dir, with flags such as
// -race.
func Build(ctx context.Context, dir string, stories []Story, flags ...string) (Binaries, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return Binaries{}, err
	}
	b := Binaries{Folder: filepath.Join(root, "e2e"), Files: map[string]string{}}
	// The separator at its end lets go test write one file for each package even if there is one only.
	args := append([]string{"test", "-c", "-o", dir + string(filepath.Separator)}, flags...)
	for _, batch := range batches(stories) {
		pkg := batch[0].Package
		args = append(args, "./e2e/"+pkg)
		b.Files[pkg] = filepath.Join(dir, pkg+".test"+executable())
	}
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return Binaries{}, fmt.Errorf("compile the stories: %w\n%s", err, child.Tail(out))
	}
	return b, nil
}

// executable is how the name of a program ends.
func executable() string {
	if strings.EqualFold(filepath.Ext(os.Args[0]), ".exe") {
		return ".exe"
	}
	return ""
}

// moduleRoot is the folder of the go.mod that the working directory belongs to.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("ask the go command for the module: %w", err)
	}
	path := strings.TrimSpace(string(out))
	if filepath.Base(path) != "go.mod" {
		return "", fmt.Errorf("this is no Go module: prove in a clone of the project")
	}
	return filepath.Dir(path), nil
}
