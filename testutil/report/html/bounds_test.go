package html

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
)

// Whatever a target does, the file can be mailed, and its links lead somewhere.
func TestAFloodOfFindingsIsBounded(t *testing.T) {
	dir := t.TempDir()
	sample.Flood(t, dir, "concurrentusers", "TestStagingManyFrames", 1_400, 10)
	sample.Flood(t, dir, "concurrentusers", "TestStagingLargeFrames", 3, 1<<20)
	s := sum(t, dir, summary.Options{})
	findings := 0
	for _, story := range s.Stories {
		once := story.Hard()
		story.Findings = nil
		for len(story.Findings) < 2_500 {
			for _, f := range once {
				findings++
				f.ID = fmt.Sprintf("f%d", findings)
				story.Findings = append(story.Findings, f)
			}
		}
	}
	page := written(t, s)
	t.Logf("%d findings: %.1f MiB", findings, float64(len(page))/(1<<20))
	assert.Less(t, len(page), 5<<20)
	assert.True(t, strings.Contains(page, "findings more left out of this report"), "it says what it lacks")
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[id[1]] = true
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, ids[link[1]], "%s leads nowhere", link[1])
	}
}
