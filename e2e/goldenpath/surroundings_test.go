package goldenpath_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestStagingHealthFamily(t *testing.T) { suite.Start(t).Health() }

func TestStagingServedURLsAreTheTargets(t *testing.T) { suite.Start(t).Discover() }

func TestStagingAppMayReadEveryAnswer(t *testing.T) { suite.Start(t).CORS() }
