package venue

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func embedded(t *testing.T, where Placing) *Venue {
	t.Helper()
	d, err := Open(t.Context(), config.Config{Target: config.Embedded, Dialect: auto, EventShape: auto}, where)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return d
}

// What a deployment cannot do, because it is elsewhere or belongs to all stories, says what to do.
func TestPowerOverADeployment(t *testing.T) {
	forgery := refstaging.Forgery{Subject: "e2e-somebody", Flaw: refstaging.Flaws[0]}
	remote, shared, own := &Venue{}, embedded(t, Shared), embedded(t, Own)

	require.ErrorContains(t, remote.Restart(t.Context()), `take "restart" out of STAGING_ABILITIES`)
	require.ErrorContains(t, shared.Restart(t.Context()), "suite.Own")
	before := own.reference
	require.NoError(t, own.Restart(t.Context()))
	assert.NotSame(t, before, own.reference)
	assert.Equal(t, before.APIURL(), own.reference.APIURL())

	_, err := remote.Forge(forgery)
	require.ErrorContains(t, err, `take "forged-tokens" out of STAGING_ABILITIES`)
	token, err := shared.Forge(forgery)
	require.NoError(t, err)
	assert.NotEmpty(t, token)
}

// A port that somebody else has for a moment is waited for, and no longer than the story lasts.
func TestARestartWaitsForItsPorts(t *testing.T) {
	served := func() refstaging.Config {
		reference, err := refstaging.Start(refstaging.Config{})
		require.NoError(t, err)
		require.NoError(t, reference.Close())
		return reference.Config()
	}()
	taken, err := net.Listen("tcp", served.APIAddr)
	require.NoError(t, err)
	over, end := context.WithCancel(t.Context())
	end()
	_, err = startAgain(over, served)
	require.ErrorIs(t, err, syscall.EADDRINUSE)

	freed := time.AfterFunc(4*portPause, func() { _ = taken.Close() })
	defer freed.Stop()
	reference, err := startAgain(t.Context(), served)
	require.NoError(t, err)
	require.NoError(t, reference.Close())
}

// What its variants declare, the embedded target declares, wherever it runs in this process.
func TestVariantsDeclareTheirShape(t *testing.T) {
	for variant, want := range map[string][2]string{
		"e3": {"september", "e3"}, "times-millis": {"september", "auto"}, "october-swapped": {"october", "october"},
	} {
		for _, where := range []Placing{Shared, Own} {
			d, err := Open(t.Context(), config.Config{Target: config.Embedded, Dialect: auto, EventShape: auto, Variant: []string{variant}}, where)
			require.NoError(t, err)
			assert.Equal(t, want, [2]string{d.reference.Config().Dialect, d.Config.EventShape}, "%s, %s", variant, where)
			assert.NoError(t, d.Close())
		}
	}
	_, err := Open(t.Context(), config.Config{Target: config.Embedded, Dialect: "october", EventShape: auto, Variant: []string{"e3"}}, Shared)
	require.ErrorContains(t, err, "STAGING_VARIANT: variants e3 are of the dialect september, not of october")
}
