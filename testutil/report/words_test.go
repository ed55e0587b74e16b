package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

func TestWords(t *testing.T) {
	assert.Equal(t, "0 stories", report.Many(0, "story", "stories"))
	assert.Equal(t, "1 story", report.Many(1, "story", "stories"))
	assert.Equal(t, "2 stories", report.Many(2, "story", "stories"))
	assert.Equal(t, "61.500 s", report.Seconds(61500*time.Millisecond))
	assert.Equal(t, "größer", report.Short("größer", 6))
	assert.Equal(t, "größ…", report.Short("größer", 5))
}
