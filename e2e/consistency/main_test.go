package consistency_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/e2e"
	"github.com/netra-systems/staging-e2e/testutil/suite"
)

func TestMain(m *testing.M) { suite.Main(m, e2e.Plan) }
