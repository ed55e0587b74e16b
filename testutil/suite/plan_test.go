package suite

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var somePlan = Plan{
	{Package: "a", Story: "TestStagingOne", Cost: Cost{Edge: 2, Runs: 1}},
	{Package: "a", Story: "TestStagingTwo", Cost: Cost{EdgePerUser: 2, APIPerUser: 1, Runs: 1}},
	{Package: "b", Story: "TestStagingThree", Cost: Cost{API: 30, Runs: 10}},
}

func names(p Plan) (all []string) {
	for _, e := range p {
		all = append(all, e.Story)
	}
	return all
}

func TestSelected(t *testing.T) {
	for _, row := range []struct {
		run, skip string
		want      []string
	}{
		{"", "", []string{"TestStagingOne", "TestStagingTwo", "TestStagingThree"}},
		{"Staging", "", []string{"TestStagingOne", "TestStagingTwo", "TestStagingThree"}},
		{"One|Two", "", []string{"TestStagingOne", "TestStagingTwo"}},
		{"^TestStagingT", "Two", []string{"TestStagingThree"}},
		{"One/row|Three/x", "", []string{"TestStagingOne", "TestStagingThree"}},
		{"Staging", "One/row", []string{"TestStagingOne", "TestStagingTwo", "TestStagingThree"}},
		{"TestStaging(One|Two/x)", "", []string{"TestStagingOne"}},
		{"O[n/|]e", "", []string{"TestStagingOne"}},
		{`Staging\|`, "", nil},
		{"^$", "", nil},
		{"NoSuchStory", "", nil},
	} {
		got, err := somePlan.selected(row.run, row.skip)
		require.NoError(t, err)
		assert.Equal(t, row.want, names(got), "-run %q -skip %q", row.run, row.skip)
	}
	_, err := somePlan.selected("(", "")
	assert.ErrorContains(t, err, "-run")
}

// TestSelectedAgreesWithGoTest asks the go command itself.
func TestSelectedAgreesWithGoTest(t *testing.T) {
	dir := t.TempDir()
	source := "package x\nimport \"testing\"\n"
	for _, name := range names(somePlan) {
		source += "func " + name + "(t *testing.T) { t.Run(\"row\", func(*testing.T) {}) }\n"
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module x\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x_test.go"), []byte(source), 0o600))
	binary := filepath.Join(dir, "x.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	ran := regexp.MustCompile(`(?m)^=== RUN   (\w+)$`)
	for _, run := range []string{"", "Staging", "One|Two", "One/row|Three/x", "TestStaging(One|Two/x)", "O[n/|]e", `Staging\|`, "^$", "One/|/Two", "T(w|h)", "[T|]hree$", "x/Three"} {
		for _, skip := range []string{"", "Two", "One/row", "One/row|Three", "Staging/x/y", "T[wh]"} {
			out, err := exec.Command(binary, "-test.v", "-test.run="+run, "-test.skip="+skip).CombinedOutput()
			require.NoError(t, err, "%s", out)
			var want []string
			for _, match := range ran.FindAllStringSubmatch(string(out), -1) {
				want = append(want, match[1])
			}
			got, err := somePlan.selected(run, skip)
			require.NoError(t, err)
			assert.Equal(t, want, names(got), "-run %q -skip %q", run, skip)
		}
	}
}

func TestNeed(t *testing.T) {
	n := somePlan.need(load{users: 3, runs: 99}, 90, 900)
	assert.Equal(t, 3, n.stories)
	assert.Equal(t, 3*preconditions+2+6, n.edge)
	assert.Equal(t, 3*apiPreconditions+33, n.api)
	assert.Equal(t, time.Duration(n.edge)*time.Minute/90, n.paced)
	assert.Equal(t, n.paced+10*answerEstimate, n.expected, "the runs of package b take longest")
	assert.Zero(t, somePlan.need(load{users: 3, runs: 99}, 0, 0).paced)
	assert.Equal(t, 2*n.paced, n.times(2).paced)
	assert.Equal(t, []string{"TestStagingThree"}, names(somePlan.of("b")))
	slow := somePlan.need(load{users: 3, runs: 99}, 900, 1)
	assert.Equal(t, time.Duration(slow.api)*time.Minute, slow.paced, "the slower of the two paces decides")
}

func TestNothingStarted(t *testing.T) {
	p := &process{plan: somePlan, pkg: "a"}
	for _, row := range []struct {
		name string
		s    selection
		want string // of the error; empty for none
	}{
		{"a list", selection{run: "NoSuchStory", list: "."}, ""},
		{"nothing on purpose", selection{run: "^$"}, ""},
		{"a story of another package", selection{run: "Three"}, ""},
		{"a name that nobody has", selection{run: "NoSuchStory"}, "selects no story of any package"},
		{"everything skipped", selection{run: "Staging", skip: "Staging"}, "selects no story of any package"},
		{"a story of this package that did not run", selection{run: "One"}, "TestStagingOne was selected, but did not run"},
	} {
		err := p.nothingStarted(row.s)
		if row.want == "" {
			assert.NoError(t, err, row.name)
		} else {
			assert.ErrorContains(t, err, row.want, row.name)
		}
	}
}
