package measure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A reading is what the output of a go test command says.
type reading struct {
	green    bool     // the command's exit status
	packages []string // "ok"
	cached   int      // of them
	empty    int      // of them: ran no test
	listed   []string // names alone on a line, as -list prints them
	passed   []string // with -v only
	failed   []string
	skipped  []string
	rules    []string // of hard findings, each once
	panicked bool
	longest  time.Duration // the slowest story
}

var (
	resultLine = regexp.MustCompile(`^--- (PASS|FAIL|SKIP): (TestStaging\w*) \(([0-9.]+)s\)`)
	listLine   = regexp.MustCompile(`^TestStaging\w*$`)
	// The suite's own line for a hard finding (testutil/report).
	findingLine = regexp.MustCompile(`^\s*FINDING ([a-z]+/[a-z0-9-]+):`)
)

func read(output string) (r reading) {
	for line := range strings.Lines(output) {
		r.line(strings.TrimRight(line, "\r\n"))
	}
	slices.Sort(r.rules)
	r.rules = slices.Compact(r.rules)
	return r
}

func (r *reading) line(line string) {
	name, isOK := strings.CutPrefix(line, "ok  \t")
	switch {
	case isOK:
		name, _, _ = strings.Cut(name, "\t")
		r.packages = append(r.packages, name)
		if strings.Contains(line, "(cached)") {
			r.cached++
		}
		if strings.Contains(line, "[no tests to run]") {
			r.empty++
		}
	case strings.HasPrefix(line, "panic: "):
		r.panicked = true
	case listLine.MatchString(line):
		r.listed = append(r.listed, line)
	}
	if m := resultLine.FindStringSubmatch(line); m != nil {
		r.result(m[1], m[2], m[3])
	}
	if m := findingLine.FindStringSubmatch(line); m != nil {
		r.rules = append(r.rules, m[1])
	}
}

func (r *reading) result(result, story, took string) {
	switch result {
	case "PASS":
		r.passed = append(r.passed, story)
	case "FAIL":
		r.failed = append(r.failed, story)
	case "SKIP":
		r.skipped = append(r.skipped, story)
	}
	if d, err := time.ParseDuration(took + "s"); err == nil {
		r.longest = max(r.longest, d)
	}
}

// An inventory is what a main job must run.
type inventory struct {
	packages int
	stories  []string // sorted
}

// problem says why the run shows nothing or failed; empty if it is green. The stories are compared where
// the run names them, which only -v does.
func (r reading) problem(want inventory, verbose bool) string {
	passed := slices.Sorted(slices.Values(r.passed))
	switch {
	case !r.green || len(r.failed) > 0 || r.panicked:
		return fmt.Sprintf("red: stories %v, rules %v", r.failed, r.rules)
	case len(r.skipped) > 0:
		return fmt.Sprintf("skipped %v", r.skipped)
	case r.cached > 0:
		return fmt.Sprintf("%d packages came out of the cache", r.cached)
	case r.empty > 0 || len(r.packages) != want.packages:
		return fmt.Sprintf("%d packages ran stories, not %d", len(r.packages)-r.empty, want.packages)
	case verbose && !slices.Equal(passed, want.stories):
		return fmt.Sprintf("stories %v passed, not %v", passed, want.stories)
	}
	return ""
}
