package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

func TestSummariesAreReadBack(t *testing.T) {
	want := []judge.Finding{
		{Rule: "auth/token", Hard: true, Message: "the token: refused"},
		{Rule: "latency/answer", Message: "slow"},
	}
	written := Summary(want[0]) + "\n" + Summary(want[1]) + "\n"
	read, err := ReadSummaries(strings.NewReader(written + "FINDING auth/tok"))
	require.NoError(t, err)
	assert.Equal(t, want, read)

	for _, wrong := range []string{"all is well\n", "FINDING auth/token\n", "\n"} {
		_, err := ReadSummaries(strings.NewReader(wrong))
		assert.Error(t, err, wrong)
	}
}
