package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

const (
	greenOutput = "?   \texample.com/e2e\t[no test files]\nok  \texample.com/e2e/a\t1.234s\nok  \texample.com/e2e/b\t0.5s\n"

	verboseOutput = `=== RUN   TestStagingA
    end.go:97: judged by 94 rules, no finding fails it
--- PASS: TestStagingA (0.25s)
=== RUN   TestStagingB
--- PASS: TestStagingB (1.50s)
PASS
ok  	example.com/e2e/a	1.9s
ok  	example.com/e2e/b	0.5s
`
	redOutput = `=== RUN   TestStagingA
    end.go:120: 
        FINDING infra/unreachable: TCP connection refused
               1    0.000s  u1  POST http://127.0.0.1:9
        FINDING infra/unreachable: again
        advice  latency/slow: it is slow
        FINDING auth/login: no token
        target:    remote http://127.0.0.1:9
--- FAIL: TestStagingA (3.21s)
FAIL
FAIL	example.com/e2e/a	3.3s
FAIL
`
)

func TestRead(t *testing.T) {
	plain := read(greenOutput)
	assert.Equal(t, []string{"example.com/e2e/a", "example.com/e2e/b"}, plain.packages)
	assert.Empty(t, plain.passed)

	verbose := read(verboseOutput)
	assert.Equal(t, []string{"TestStagingA", "TestStagingB"}, verbose.passed)
	assert.Equal(t, 1500*time.Millisecond, verbose.longest)
	assert.Empty(t, verbose.rules)

	red := read(redOutput)
	assert.Equal(t, []string{"TestStagingA"}, red.failed)
	assert.Equal(t, []string{"auth/login", "infra/unreachable"}, red.rules, "advice is no hard finding")
	assert.Equal(t, 3210*time.Millisecond, red.longest)
	assert.Empty(t, red.packages)

	listed := read("TestStagingA\nTestStagingB\nok  \texample.com/e2e/a\t0.01s\n")
	assert.Equal(t, []string{"TestStagingA", "TestStagingB"}, listed.listed)
	assert.Len(t, listed.packages, 1)

	assert.Equal(t, 1, read("ok  \texample.com/e2e/a\t(cached)\n").cached)
	assert.Equal(t, 1, read("ok  \texample.com/e2e/a\t0.1s [no tests to run]\n").empty)
	assert.True(t, read("panic: runtime error\n").panicked)
	assert.Equal(t, []string{"TestStagingA"}, read("--- SKIP: TestStagingA (0.00s)\n").skipped)
}

func TestProblem(t *testing.T) {
	want := inventory{packages: 2, stories: []string{"TestStagingA", "TestStagingB"}}
	exit := func(output string, green bool) reading {
		r := read(output)
		r.green = green
		return r
	}
	for name, row := range map[string]struct {
		reading reading
		verbose bool
		problem string // part of it; empty: none
	}{
		"green":                         {exit(greenOutput, true), false, ""},
		"green, -v":                     {exit(verboseOutput, true), true, ""},
		"exit status 1 and no story":    {exit(greenOutput, false), false, "red"},
		"red":                           {exit(redOutput, false), true, "infra/unreachable"},
		"failed and yet exit status 0":  {exit(redOutput+greenOutput, true), false, "red"},
		"panic":                         {exit(greenOutput+"panic: x\n", true), false, "red"},
		"cached":                        {exit("ok  \ta\t(cached)\nok  \tb\t1.0s\n", true), false, "cache"},
		"a package ran nothing":         {exit("ok  \ta\t1.0s [no tests to run]\nok  \tb\t1.0s\n", true), false, "1 packages"},
		"a package is missing":          {exit("ok  \ta\t1.0s\n", true), false, "1 packages"},
		"no output":                     {exit("", true), false, "0 packages"},
		"a story is missing under -v":   {exit("--- PASS: TestStagingA (1.00s)\n"+greenOutput, true), true, "not [TestStagingA TestStagingB]"},
		"a story is skipped":            {exit("--- SKIP: TestStagingB (0.00s)\n"+verboseOutput, true), true, "skipped"},
		"a subtest is not a story's":    {exit("    --- FAIL: TestStagingA/x (0.00s)\n"+verboseOutput, true), true, ""},
		"names are not known without v": {exit(greenOutput, true), true, "stories []"},
	} {
		t.Run(name, func(t *testing.T) {
			problem := row.reading.problem(want, row.verbose)
			if row.problem == "" {
				assert.Empty(t, problem)
				return
			}
			assert.Contains(t, problem, row.problem)
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", greenOutput, verboseOutput, redOutput, "ok  \t", "ok  \t\n", "--- PASS: TestStaging (9e99s)\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		r := read(output)
		r.green = true
		if r.problem(inventory{packages: 1, stories: []string{"TestStagingA"}}, true) == "" {
			assert.Contains(t, output, "--- PASS: TestStagingA (")
			assert.Contains(t, output, "ok  \t")
		}
	})
}

func TestDoorsNameRules(t *testing.T) {
	var ids []string
	for _, rule := range judge.Standing() {
		ids = append(ids, rule.ID)
	}
	for _, d := range doors {
		assert.Contains(t, ids, d.want, d.name)
	}
}

func TestDoorRow(t *testing.T) {
	door := door{name: "closed port", want: "infra/tcp"}
	red := reading{failed: []string{"TestStagingA"}, rules: []string{"infra/stopped", "infra/tcp"}, longest: time.Second}
	green, wrong, late, panicked, skipped := red, red, red, red, red
	green.green = true
	wrong.rules = []string{"infra/stopped"}
	late.longest = doorLimit + 1
	panicked.panicked = true
	skipped.skipped = []string{"TestStagingB"}
	for name, row := range map[string]struct {
		reading  reading
		met      bool
		measured string
	}{
		"red":                  {red, true, "red by infra/stopped infra/tcp in 1.0 s"},
		"green":                {green, false, "not red"},
		"broken, no story ran": {reading{}, false, "not red"},
		"another rule":         {wrong, false, "red by infra/stopped in 1.0 s"},
		"too late":             {late, false, "red by infra/stopped infra/tcp in 35.0 s"},
		"panic":                {panicked, false, "panic or skip"},
		"skip":                 {skipped, false, "panic or skip"},
	} {
		t.Run(name, func(t *testing.T) {
			r := doorRow(door, row.reading)
			assert.Equal(t, row.met, r.Met)
			assert.Equal(t, row.measured, r.Measured)
		})
	}
}
