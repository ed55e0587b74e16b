// Package deployment_test validates the deployment itself: is the new revision really serving, clean and
// healthy? Start-up logs are read first, before other stories make the deployment log errors.
package deployment_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingNewRevisionServes(t *testing.T) {
	s := suite.Start(t, suite.Cold)
	s.AwaitRollout()
	s.Probe()
}

func TestStagingStartIsCleanAndQuick(t *testing.T) {
	s := suite.Start(t, suite.Cold)
	s.ReadStart()
}

func TestStagingHealthFamily(t *testing.T) {
	s := suite.Start(t)
	s.Health()
}

func TestStagingAnswersAsWellAsItsPredecessor(t *testing.T) {
	s := suite.Start(t)
	s.User().Traffic()
	s.CompareRevisions()
}
