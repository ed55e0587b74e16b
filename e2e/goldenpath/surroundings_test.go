package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingServedURLsAreTheTargets(t *testing.T) {
	s := suite.Start(t)
	s.Discover()
}

func TestStagingAppMayReadEveryAnswer(t *testing.T) {
	s := suite.Start(t)
	s.CORS()
	s.User().UseApp()
}
