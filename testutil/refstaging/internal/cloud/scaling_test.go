package cloud_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// leaving is a boot whose process says goodbye when the platform ends it.
func leaving(_ context.Context, i *cloud.Instance) error {
	i.Print(cloud.Stderr, "started")
	i.OnTerm(func() { i.Print(cloud.Stderr, "Handling signal: term") })
	return nil
}

// patience bounds every wait of these tests, which look every pause; no test measures time.
const (
	patience = time.Minute
	pause    = time.Millisecond
)

func (p *platform) of(revision, text string) int {
	p.t.Helper()
	return len(p.entries(`resource.labels.revision_name="` + revision + `" AND textPayload:"` + text + `"`))
}

// Instances end once their revision has lost its traffic; one that has a request left ends with it.
func TestReplacedInstancesEnd(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	old := p.deploy(leaving)
	begun, release, answered := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(answered)
		p.service.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(begun)
			<-release
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	}()
	<-begun
	assert.Zero(t, p.of(old, "signal"))
	created := p.deploy(leaving)
	assert.Equal(t, 1, p.of(old, "signal"), "the idle one")
	close(release)
	<-answered
	assert.Equal(t, 2, p.of(old, "signal"))
	assert.Zero(t, p.of(created, "signal"))
	p.get("/", 200, nil)
	assert.Len(t, p.entries(`httpRequest.status=200 AND resource.labels.revision_name="`+created+`"`), 1)
}

// A revision without traffic keeps its instances until it has had some; one that gets its traffic back
// after they have ended starts new ones.
func TestTrafficThatComesBack(t *testing.T) {
	var to atomic.Value
	p := newPlatform(t, cloud.Hooks{Rollout: func(next cloud.Rollout) cloud.Rollout {
		return func(before []cloud.Target, revision string) []cloud.Target {
			if name, _ := to.Load().(string); name != "" {
				return []cloud.Target{{Revision: name, Percent: 100}}
			}
			return next(before, revision)
		}
	}})
	first := p.deploy(leaving)
	to.Store(first)
	aside := p.deploy(leaving)
	assert.Zero(t, p.of(aside, "signal")+p.of(first, "signal"))
	to.Store("")
	second := p.deploy(leaving)
	assert.Equal(t, 2, p.of(first, "signal"))
	assert.Zero(t, p.of(aside, "signal"))
	to.Store(first)
	third := p.deploy(leaving)
	assert.Equal(t, 4, p.of(first, "started"))
	assert.Equal(t, 2, p.of(second, "signal"))
	assert.Equal(t, 200, p.get("/", 200, nil))
	assert.Len(t, p.entries(`httpRequest.status=200 AND resource.labels.revision_name="`+first+`"`), 1)
	assert.Zero(t, p.of(third, "signal"))
}

// An instance that has failed has left already, and one that is still starting is ended when it is up.
func TestInstancesThatEndOtherwise(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	failed, err := p.service.Deploy(t.Context(), "failing", func(ctx context.Context, i *cloud.Instance) error {
		_ = leaving(ctx, i)
		return context.DeadlineExceeded
	})
	require.Error(t, err)
	goOn, slow := make(chan struct{}), make(chan string)
	go func() {
		revision, _ := p.service.Deploy(t.Context(), "slow", func(ctx context.Context, i *cloud.Instance) error {
			<-goOn
			return leaving(ctx, i)
		})
		slow <- revision
	}()
	require.Eventually(t, func() bool { return p.service.Ready() != failed }, patience, pause)
	p.deploy(leaving)
	close(goOn)
	revision := <-slow
	assert.Equal(t, 2, p.of(revision, "signal"))
	assert.Zero(t, p.of(failed, "signal"))
}

// Deploying what runs already changes nothing (deployment.md 3: the revision must differ from the baseline).
func TestDeployingTheSameImage(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{Image: func(next cloud.Image) cloud.Image {
		return func(service, _ string) string { return next(service, "gcr.io/old") }
	}})
	first := p.deploy(started)
	before, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.Equal(t, first, p.deploy(started))
	after, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.Equal(t, backend+"/revisions/"+first, after.LatestCreatedRevision)
	assert.Equal(t, before.Generation, after.Generation)
	assert.Equal(t, before.UpdateTime, after.UpdateTime)
	assert.Len(t, p.entries(`jsonPayload.message:"startup completed"`), 2, "no start but the first")
}
