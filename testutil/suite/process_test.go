package suite

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// Stories that are told at the same time may be the first at either kind of deployment.
func TestDeploymentsAreMadeReadyAtTheSameTime(t *testing.T) {
	p := &process{config: config.Config{Target: config.Embedded, Dialect: "auto", EventShape: "auto"}}
	var made [4]*deployment
	var failed [4]error
	var starting sync.WaitGroup
	for i, ready := range []func() (*deployment, error){p.reach, p.own, p.reach, p.own} {
		starting.Go(func() {
			made[i], failed[i] = ready()
			if failed[i] == nil && made[i].Own() {
				failed[i] = (&Story{deployment: made[i]}).abandon()
			}
		})
	}
	starting.Wait()
	for i, d := range made {
		require.NoError(t, failed[i])
		assert.Equal(t, i%2 == 1, d.Own())
	}
	assert.Same(t, made[0], made[2], "all share one")
	assert.NotSame(t, made[1], made[3])
	require.NoError(t, p.shared.Close())
}
