package cloud_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/run/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// A deployment as deployment.md 3 wants to see it: all that makes it a success.
func TestDeployment(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	first := p.deploy(started)
	p.pass(time.Hour)
	second := p.deploy(started)
	assert.Regexp(t, regexp.MustCompile(`^netra-backend-staging-00002-[a-z]{3}$`), second)

	s, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.False(t, s.Reconciling)
	assert.Equal(t, int64(2), s.Generation)
	assert.Equal(t, s.Generation, s.ObservedGeneration)
	assert.Equal(t, "Ready", s.TerminalCondition.Type)
	assert.Equal(t, "CONDITION_SUCCEEDED", s.TerminalCondition.State)
	assert.Equal(t, backend+"/revisions/"+second, s.LatestCreatedRevision)
	assert.Equal(t, s.LatestCreatedRevision, s.LatestReadyRevision)
	require.Len(t, s.TrafficStatuses, 1)
	assert.Equal(t, "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", s.TrafficStatuses[0].Type)
	assert.Equal(t, int64(100), s.TrafficStatuses[0].Percent)
	assert.Equal(t, int64(2), s.Template.Scaling.MinInstanceCount)
	assert.Equal(t, "6144Mi", s.Template.Containers[0].Resources.Limits["memory"])

	r, err := p.run().Projects.Locations.Services.Revisions.Get(backend + "/revisions/" + first).Do()
	require.NoError(t, err)
	assert.Equal(t, "netra-backend-staging", r.Service)
	assert.Equal(t, "CONDITION_SUCCEEDED", r.Conditions[0].State)
	assert.Equal(t, int64(15), r.Scaling.MaxInstanceCount)
	assert.Equal(t, int64(80), r.MaxInstanceRequestConcurrency)
	assert.Contains(t, r.Containers[0].Image, "@sha256:")
	created, err := time.Parse(time.RFC3339, r.CreateTime)
	require.NoError(t, err)
	assert.Equal(t, 2025, created.Year())
}

func TestServicesList(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.project.Service(cloud.Spec{Name: "netra-auth-service", Memory: 1})
	var names []string
	require.NoError(t, p.run().Projects.Locations.Services.List(parent).PageSize(1).Pages(t.Context(), func(page *run.GoogleCloudRunV2ListServicesResponse) error {
		for _, s := range page.Services {
			names = append(names, s.Name)
		}
		return nil
	}))
	assert.Equal(t, []string{parent + "/services/netra-auth-service", backend}, names)
	elsewhere, err := p.run().Projects.Locations.Services.List("projects/netra-staging/locations/europe-west1").Do()
	require.NoError(t, err)
	assert.Empty(t, elsewhere.Services)
}

// Revisions come newest first, in pages, of which one may be empty and yet not the last.
func TestRevisionsList(t *testing.T) {
	var pages int
	p := newPlatform(t, cloud.Hooks{Page: func(next cloud.Page) cloud.Page {
		return func(list string, size int) int {
			if pages++; pages == 2 {
				return 0
			}
			return next(list, size)
		}
	}})
	var want []string
	for range 5 {
		want = append([]string{backend + "/revisions/" + p.deploy(started)}, want...)
	}
	var got []string
	var sizes []int
	require.NoError(t, p.run().Projects.Locations.Services.Revisions.List(backend).PageSize(2).Pages(t.Context(), func(page *run.GoogleCloudRunV2ListRevisionsResponse) error {
		sizes = append(sizes, len(page.Revisions))
		for _, r := range page.Revisions {
			got = append(got, r.Name)
		}
		if len(sizes) == 1 { // one more in between is nobody's business
			p.deploy(started)
		}
		return nil
	}))
	assert.Equal(t, want, got)
	assert.Equal(t, []int{2, 0, 2, 1}, sizes)
}

// The trap of the failed deployment: the old revision serves, and the new one is only the created one.
func TestFailedDeployment(t *testing.T) {
	broken := ""
	p := newPlatform(t, cloud.Hooks{Probe: func(next cloud.Probe) cloud.Probe {
		return func(revision string) error {
			if broken == "" {
				return next(revision)
			}
			return cloud.Reason(broken)
		}
	}})
	old := p.deploy(started)
	broken = "PROGRESS_DEADLINE_EXCEEDED"
	created, err := p.service.Deploy(t.Context(), "image", started)
	require.Error(t, err)

	s, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.Equal(t, "CONDITION_FAILED", s.TerminalCondition.State)
	assert.Equal(t, broken, s.TerminalCondition.RevisionReason)
	assert.Contains(t, s.TerminalCondition.Message, created)
	assert.Equal(t, int64(2), s.Generation)
	assert.Equal(t, int64(1), s.ObservedGeneration)
	assert.Equal(t, backend+"/revisions/"+created, s.LatestCreatedRevision)
	assert.Equal(t, backend+"/revisions/"+old, s.LatestReadyRevision)
	r, err := p.run().Projects.Locations.Services.Revisions.Get(s.LatestCreatedRevision).Do()
	require.NoError(t, err)
	assert.Equal(t, "CONDITION_FAILED", r.Conditions[0].State)
	assert.Equal(t, broken, r.Conditions[0].RevisionReason)
	assert.Equal(t, 200, p.get("/health", 200, nil), "the old one")
	assert.Len(t, p.entries(`httpRequest.status=200 AND resource.labels.revision_name="`+old+`"`), 1)
}

// Ready is no evidence of an application: the service has a new revision, which answers 503.
func TestReadyWithoutApplication(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	crashed := func(_ context.Context, i *cloud.Instance) error {
		i.Print(cloud.Stderr, "Traceback (most recent call last):\n  File \"main.py\", line 1, in <module>\nKeyError: 'X'")
		return errors.New("the worker failed to boot")
	}
	revision, err := p.service.Deploy(t.Context(), "image", crashed)
	require.Error(t, err)
	s, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.Equal(t, "CONDITION_SUCCEEDED", s.TerminalCondition.State)
	assert.Equal(t, backend+"/revisions/"+revision, s.LatestReadyRevision)
	assert.Equal(t, 503, p.get("/health", 200, nil))

	of := `resource.labels.revision_name="` + revision + `" AND `
	traces := p.entries(of + `textPayload:"Traceback (most recent call last)"`)
	require.Len(t, traces, 2, "one of each instance")
	assert.Empty(t, traces[0].Severity, "DEFAULT is absent")
	assert.Empty(t, p.entries(of+`severity>=ERROR AND NOT logName:"run.googleapis.com%2Frequests"`))
	assert.Len(t, p.entries(of+`logName:"varlog" AND severity=WARNING`), 2)
	assert.Len(t, p.entries(of+`httpRequest.status=503 AND severity>=ERROR`), 1)
}

// While a revision is on its way the service says so.
func TestReconciling(t *testing.T) {
	var p *platform
	var seen *run.GoogleCloudRunV2Service
	p = newPlatform(t, cloud.Hooks{Probe: func(cloud.Probe) cloud.Probe {
		return func(string) (err error) {
			seen, err = p.run().Projects.Locations.Services.Get(backend).Do()
			return err
		}
	}})
	p.deploy(started)
	assert.True(t, seen.Reconciling)
	assert.Equal(t, "CONDITION_RECONCILING", seen.TerminalCondition.State)
	assert.Empty(t, seen.LatestReadyRevision)
	assert.Zero(t, seen.ObservedGeneration)
}

// A service that never settles serves by its new revision, and shows the generation before.
func TestServiceThatNeverSettles(t *testing.T) {
	settles := true
	p := newPlatform(t, cloud.Hooks{Settle: func(cloud.Settle) cloud.Settle { return func(string) bool { return settles } }})
	p.deploy(started)
	settles = false
	created := p.deploy(started)
	s, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	assert.True(t, s.Reconciling)
	assert.Equal(t, int64(2), s.Generation)
	assert.Equal(t, int64(1), s.ObservedGeneration)
	assert.True(t, strings.HasSuffix(s.LatestReadyRevision, created), s.LatestReadyRevision)
	p.get("/", 200, nil)
}

// Traffic that is split reaches both revisions in its parts.
func TestSplitTraffic(t *testing.T) {
	split := false
	p := newPlatform(t, cloud.Hooks{Rollout: func(next cloud.Rollout) cloud.Rollout {
		return func(before []cloud.Target, revision string) []cloud.Target {
			if !split {
				return []cloud.Target{{Revision: revision, Percent: 100}}
			}
			return []cloud.Target{{Revision: before[0].Revision, Percent: 30}, {Percent: 70}}
		}
	}})
	old := p.deploy(started)
	split = true
	created := p.deploy(started)
	s, err := p.run().Projects.Locations.Services.Get(backend).Do()
	require.NoError(t, err)
	require.Len(t, s.TrafficStatuses, 2)
	assert.Equal(t, "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", s.TrafficStatuses[0].Type)
	assert.Equal(t, old, s.TrafficStatuses[0].Revision)
	assert.Equal(t, int64(70), s.TrafficStatuses[1].Percent)
	for range 100 {
		p.get("/", 200, nil)
	}
	for revision, want := range map[string]int{old: 30, created: 70} {
		assert.Len(t, p.entries(`httpRequest.status=200 AND resource.labels.revision_name="`+revision+`"`), want)
	}
}
