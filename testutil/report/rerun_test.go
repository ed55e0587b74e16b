package report_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

func TestRerunNamesTheStory(t *testing.T) {
	h := history.Header{Package: "./e2e/goldenpath", Story: "TestStagingX/a_user", Target: history.Target{Kind: "embedded"}}
	assert.Equal(t, `go test ./e2e/goldenpath -run '^TestStagingX$/^a_user$' -v`, report.Rerun(h))
	assert.Empty(t, report.Needs(h))
	h.Target.Kind = "remote"
	assert.Equal(t, `STAGING_TARGET=remote go test ./e2e/goldenpath -run '^TestStagingX$/^a_user$' -v`, report.Rerun(h))
	assert.Contains(t, report.Needs(h), "E2E_*")
}

// A command is pasted as it stands: of a remote target too it is one.
func TestACommandOfARemoteTargetIsOne(t *testing.T) {
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	h := history.Header{Package: "./e2e/goldenpath", Story: "TestStagingX", Target: history.Target{Kind: "remote"}}
	out, err := exec.Command(shell, "-c", `go() { printf '%s %s' "$STAGING_TARGET" "$*"; }; `+report.Rerun(h)).Output()
	require.NoError(t, err)
	assert.Equal(t, "remote test ./e2e/goldenpath -run ^TestStagingX$ -v", string(out))
}

// What shaped the embedded target is needed to reproduce what it did.
func TestACommandShapesTheEmbeddedTargetAgain(t *testing.T) {
	h := history.Header{Package: "./e2e/goldenpath", Story: "TestStagingX", Target: history.Target{Kind: "embedded",
		Circumstances: []string{"STAGING_DIALECT=october", "STAGING_FAULT=a,b; reboot", "PATH=/", "STAGING_FAULT_RATE"}}}
	assert.Equal(t, `STAGING_DIALECT=october STAGING_FAULT='a,b; reboot' go test ./e2e/goldenpath -run '^TestStagingX$' -v`, report.Rerun(h))
	assert.Equal(t, `STAGING_DIALECT=october STAGING_FAULT='a,b; reboot' go run ./cmd/staging replay x`, report.Replay(h, "x"))
	h.Target.Kind = "remote"
	assert.Equal(t, `STAGING_TARGET=remote go run ./cmd/staging replay x`, report.Replay(h, "x"))
}

// Whoever wrote the history, the command runs nothing else.
func TestRerunIsOneCommand(t *testing.T) {
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.StringMatching("[a-z ';$`\"\\\\\n&|]{1,12}"), rapid.String()).Draw(t, "word")
		embedded := history.Header{Target: history.Target{Kind: "embedded"}}
		for _, command := range []string{report.Replay(embedded, word), report.Show(word), report.Report(word)} {
			require.NotContains(t, command, "\n")
			out, err := exec.Command(shell, "-c", "set -f; go() { printf '%s,' $#; printf %s \"$4\"; }; "+command).Output()
			require.NoError(t, err, command)
			count, last, _ := strings.Cut(string(out), ",")
			require.Equal(t, "4", count, command)
			require.Equal(t, report.Clean(word), last)
		}
	})
}
