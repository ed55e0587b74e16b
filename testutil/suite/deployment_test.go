package suite

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func embedded(t *testing.T, where placing) *deployment {
	t.Helper()
	d, err := deploy(t.Context(), config.Config{Target: config.Embedded, Dialect: auto, EventShape: auto}, where)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.close()) })
	return d
}

// What a deployment cannot do, because it is elsewhere or belongs to all stories, says what to do.
func TestPowerOverADeployment(t *testing.T) {
	forgery := refstaging.Forgery{Subject: "e2e-somebody", Flaw: refstaging.Flaws[0]}
	remote, shared, own := &deployment{}, embedded(t, shared), embedded(t, own)

	require.ErrorContains(t, remote.restart(t.Context()), `take "restart" out of STAGING_ABILITIES`)
	require.ErrorContains(t, shared.restart(t.Context()), "suite.Own")
	before := own.reference
	require.NoError(t, own.restart(t.Context()))
	assert.NotSame(t, before, own.reference)
	assert.Equal(t, before.APIURL(), own.reference.APIURL())

	_, err := remote.forge(forgery)
	require.ErrorContains(t, err, `take "forged-tokens" out of STAGING_ABILITIES`)
	token, err := shared.forge(forgery)
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

func TestAStoryWithoutAHistoryKeepsNoFileOpen(t *testing.T) {
	before := here
	defer func() { here = before }()
	here = &process{pkg: "goldenpath", config: config.Config{Artifacts: t.TempDir()}}
	s := &Story{t: t, deployment: embedded(t, own)}
	// What stands in the way of the history, in the directory of this second and of the next.
	for _, at := range []time.Time{time.Now(), time.Now().Add(time.Second)} {
		dir := filepath.Join(here.config.Artifacts, here.pkg, directoryName(t.Name(), at, 1))
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "history.jsonl"), 0o700))
	}
	require.Error(t, s.open(s.deployment.target))
	require.NotNil(t, s.file)
	assert.ErrorIs(t, s.file.Close(), os.ErrClosed)
}

// What its variants declare, the embedded target declares, wherever it runs in this process.
func TestVariantsDeclareTheirShape(t *testing.T) {
	for variant, want := range map[string][2]string{
		"e3": {"september", "e3"}, "times-millis": {"september", "auto"}, "october-swapped": {"october", "october"},
	} {
		for _, where := range []placing{shared, own} {
			d, err := deploy(t.Context(), config.Config{Target: config.Embedded, Dialect: auto, EventShape: auto, Variant: []string{variant}}, where)
			require.NoError(t, err)
			assert.Equal(t, want, [2]string{d.reference.Config().Dialect, d.config.EventShape}, "%s, %s", variant, where)
			assert.NoError(t, d.close())
		}
	}
	_, err := deploy(t.Context(), config.Config{Target: config.Embedded, Dialect: "october", EventShape: auto, Variant: []string{"e3"}}, shared)
	require.ErrorContains(t, err, "STAGING_VARIANT: variants e3 are of the dialect september, not of october")
}
