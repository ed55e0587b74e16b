package gcp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// The sample of deployment.md 3, with the rest of what a service may have.
const serviceBody = `{"name":"projects/netra-staging/locations/us-central1/services/netra-backend-staging","generation":"42","observedGeneration":"41",
 "reconciling":true,"terminalCondition":{"type":"Ready","state":"CONDITION_FAILED","message":"no","revisionReason":"HEALTH_CHECK_CONTAINER_ERROR","lastTransitionTime":"2025-09-16T17:05:41.102Z"},
 "conditions":[{"type":"RoutesReady","state":"CONDITION_SUCCEEDED"}],
 "latestCreatedRevision":"projects/netra-staging/locations/us-central1/services/netra-backend-staging/revisions/netra-backend-staging-00642-abc",
 "latestReadyRevision":"projects/netra-staging/locations/us-central1/services/netra-backend-staging/revisions/netra-backend-staging-00641-xyz",
 "trafficStatuses":[{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST","percent":90},
  {"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"netra-backend-staging-00640-old","percent":10,"tag":"old"}],"uri":"https://x.run.app","updateTime":"2025-09-16T17:05:30Z","etag":"\"CK\""}`

func TestParseService(t *testing.T) {
	s, err := gcp.ParseService(serviceBody)
	require.NoError(t, err)
	assert.Equal(t, gcp.Service{
		Name: "netra-backend-staging", Generation: 42, Observed: 41, Reconciling: true,
		Terminal: gcp.Condition{
			Type: gcp.Ready, State: gcp.Failed, Message: "no", RevisionReason: "HEALTH_CHECK_CONTAINER_ERROR",
			Since: time.Date(2025, 9, 16, 17, 5, 41, 102e6, time.UTC),
		},
		Conditions:    []gcp.Condition{{Type: "RoutesReady", State: gcp.Succeeded}},
		LatestCreated: "netra-backend-staging-00642-abc", LatestReady: "netra-backend-staging-00641-xyz",
		Traffic: []gcp.Share{{Latest: true, Percent: 90}, {Revision: "netra-backend-staging-00640-old", Percent: 10, Tag: "old"}},
		URI:     "https://x.run.app",
		Updated: time.Date(2025, 9, 16, 17, 5, 30, 0, time.UTC),
	}, s)
	assert.Equal(t, "HEALTH_CHECK_CONTAINER_ERROR", s.Terminal.Cause())
	assert.Empty(t, s.Conditions[0].Cause())
	for revision, percent := range map[string]int{"netra-backend-staging-00641-xyz": 90, "netra-backend-staging-00640-old": 10, "netra-backend-staging-00642-abc": 0} {
		assert.Equal(t, percent, s.Percent(revision), revision)
	}
}

// The latest may be named or not.
func TestPercent(t *testing.T) {
	s := gcp.Service{LatestReady: "b", Traffic: []gcp.Share{{Latest: true, Percent: 50}, {Latest: true, Revision: "b", Percent: 20}, {Latest: true, Revision: "a", Percent: 30}}}
	assert.Equal(t, []int{30, 70, 0}, []int{s.Percent("a"), s.Percent("b"), s.Percent("")})
}

// What is false or zero is absent; numbers may come in either form.
func TestWhatMayVary(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want gcp.Service
	}{
		"all absent":       {`{"name":"a/b"}`, gcp.Service{Name: "b"}},
		"null":             {`{"name":"b","generation":null,"reconciling":null,"trafficStatuses":null}`, gcp.Service{Name: "b"}},
		"plain number":     {`{"name":"b","generation":42}`, gcp.Service{Name: "b", Generation: 42}},
		"text for a share": {`{"name":"b","trafficStatuses":[{"percent":"7"}]}`, gcp.Service{Name: "b", Traffic: []gcp.Share{{Percent: 7}}}},
		"64 bits":          {`{"name":"b","generation":"9223372036854775807"}`, gcp.Service{Name: "b", Generation: 1<<63 - 1}},
		"what is new":      {`{"name":"b","brandNew":{"a":[1]}}`, gcp.Service{Name: "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := gcp.ParseService(c.body)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	for _, body := range []string{
		``, `[]`, `{}`, `{"name":""}`, `{"name":"b","generation":"x"}`, `{"name":"b","generation":1.5}`, `{"name":"b","generation":"9223372036854775808"}`,
		`{"name":"b","generation":{}}`, `{"name":"b","terminalCondition":{"lastTransitionTime":"yesterday"}}`, `<html>`,
	} {
		_, err := gcp.ParseService(body)
		assert.Error(t, err, body)
	}
}

func TestParseRevisions(t *testing.T) {
	all, next, err := gcp.ParseRevisions(`{"revisions":[
	 {"name":"projects/p/locations/l/services/s/revisions/s-00002-abc","service":"s","createTime":"2025-09-16T17:05:41.102345Z","generation":"1",
	  "containers":[{"image":"gcr.io/p/s@sha256:0a"},{"image":"sidecar"}],"scaling":{"minInstanceCount":2,"maxInstanceCount":15},
	  "conditions":[{"type":"Active","state":"CONDITION_FAILED"},{"type":"Ready","state":"CONDITION_SUCCEEDED"}]},
	 {"name":"s-00001-xyz","containers":[{"image":"gcr.io/p/s:latest"}],"reconciling":true},{},
	 {"name":"projects/p/locations/l/services/s/revisions/s-00003-abc"}],"nextPageToken":"more"}`)
	require.NoError(t, err)
	assert.Equal(t, "more", next)
	require.Len(t, all, 4)
	r := all[0]
	assert.Equal(t, "s-00002-abc", r.Name)
	assert.Equal(t, time.Date(2025, 9, 16, 17, 5, 41, 102345e3, time.UTC), r.Created)
	assert.Equal(t, []any{2, 15, "sha256:0a", gcp.Succeeded}, []any{r.MinInstances, r.MaxInstances, r.Digest(), r.Ready().State})
	assert.Empty(t, all[1].Digest(), "a tag identifies nothing")
	assert.True(t, all[1].Reconciling)
	assert.Zero(t, all[2].Ready())
	assert.Equal(t, []string{"s", "", "", "s"}, []string{all[0].Service, all[1].Service, all[2].Service, all[3].Service})

	all, next, err = gcp.ParseRevisions(`{}`)
	require.NoError(t, err)
	assert.Empty(t, all)
	assert.Empty(t, next)
	_, _, err = gcp.ParseRevisions(`{"revisions":{}}`)
	assert.Error(t, err)
}
