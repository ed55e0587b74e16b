package suite_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

// TestRemoteRunFitsHalfAnHour holds issue #3: a remote run of everything fits 30 minutes at the limits of
// the edge, even when every answer takes half of its budget.
func TestRemoteRunFitsHalfAnHour(t *testing.T) {
	const users, runs, edge, api = 3, 99, 90, 900 // the defaults of a remote target
	expected := suite.Expected(e2e.Plan, users, runs, edge, api)
	assert.LessOrEqual(t, expected, 30*time.Minute)
	t.Log(expected)
}
