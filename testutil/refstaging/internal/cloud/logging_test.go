package cloud_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/logging/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

// The filter that deployment.md 4 gives, over a start with all its traps.
func TestStartUpLogs(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	revision := p.deploy(func(_ context.Context, i *cloud.Instance) error {
		i.Print(cloud.Stderr, "[2025-09-16 17:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0")
		i.Print(cloud.Stdout, `{"timestamp":"2025-09-16T17:05:00.5Z","severity":"INFO","message":"up","error":{"severity":"ERROR"}}`)
		i.Print(cloud.Stderr, `{"severity":"CRITICAL","message":"broken","labels":{"module":"m"}}`)
		i.Print(cloud.Stdout, "")
		return nil
	})
	of := `resource.type="cloud_run_revision" AND resource.labels.service_name="netra-backend-staging" AND resource.labels.revision_name="` + revision + `" AND resource.labels.location="us-central1"`
	window := ` AND timestamp>="2025-09-16T17:05:00Z" AND timestamp<="2025-09-16T17:05:59Z"`
	all := p.entries(of + window)
	require.Len(t, all, 8)
	instances := map[string]int{}
	for _, e := range all {
		instances[e.Labels["instanceId"]]++
		assert.Equal(t, "netra-staging", e.Resource.Labels["project_id"])
		assert.NotEmpty(t, e.InsertId)
		assert.NotEmpty(t, e.ReceiveTimestamp)
	}
	assert.Len(t, instances, 2)

	grave := p.entries(of + window + ` AND severity>=ERROR AND NOT logName:"run.googleapis.com%2Frequests"`)
	require.Len(t, grave, 2, "the nested severity counts for nothing")
	assert.Equal(t, "CRITICAL", grave[0].Severity)
	assert.Equal(t, "projects/netra-staging/logs/run.googleapis.com%2Fstderr", grave[0].LogName)
	assert.JSONEq(t, `{"message":"broken","labels":{"module":"m"}}`, string(grave[0].JsonPayload), "the severity was lifted")
	up := p.entries(of + ` AND jsonPayload.message:"UP" AND severity=INFO`)
	require.Len(t, up, 2)
	assert.Equal(t, "2025-09-16T17:05:00.500000Z", up[0].Timestamp, "the time was lifted")
	assert.JSONEq(t, `{"message":"up","error":{"severity":"ERROR"}}`, string(up[0].JsonPayload))
	text := p.entries(of + ` AND textPayload:gunicorn`)
	require.Len(t, text, 2)
	assert.Empty(t, text[0].Severity)
	assert.Len(t, p.entries(of+` AND severity<DEBUG AND NOT textPayload:"" AND NOT jsonPayload.message:""`), 2, "empty ones")
	one := all[0].Labels["instanceId"]
	assert.Len(t, p.entries(of+` AND labels.instanceId="`+one+`"`), 4)
	assert.Empty(t, p.entries(of+` AND timestamp>"2025-09-16T18:00:00Z"`))
	assert.Empty(t, p.entries(`resource.labels.unknown="x"`))
}

// Pages never show an entry twice or lose one, whatever arrives between them, and may be empty.
func TestEntriesPaging(t *testing.T) {
	page := 0
	p := newPlatform(t, cloud.Hooks{Page: func(next cloud.Page) cloud.Page {
		return func(list string, size int) int {
			if page++; page%3 == 1 {
				return 0
			}
			return next(list, size)
		}
	}})
	var want []string
	for n := range 12 {
		want = append(want, fmt.Sprint("line ", n))
	}
	var printing sync.Once // on one of the instances
	p.deploy(func(_ context.Context, i *cloud.Instance) error {
		printing.Do(func() {
			for _, line := range want {
				i.Print(cloud.Stdout, line)
			}
		})
		return nil
	})
	for _, order := range []string{"timestamp asc", "timestamp desc", ""} {
		var got []string
		var sizes []int
		page = 0
		request := &logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: `textPayload:"line "`, OrderBy: order, PageSize: 5}
		require.NoError(t, p.logging().Entries.List(request).Pages(t.Context(), func(found *logging.ListLogEntriesResponse) error {
			sizes = append(sizes, len(found.Entries))
			for _, e := range found.Entries {
				got = append(got, e.TextPayload)
			}
			return nil
		}))
		assert.Equal(t, []int{0, 5, 5, 0, 2}, sizes, order)
		if order == "timestamp desc" {
			slices.Reverse(got)
		}
		assert.Equal(t, want, got, order)
	}
}

// A token belongs to the request that it came from.
func TestForeignPageToken(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	list := func(filter, token string) (*logging.ListLogEntriesResponse, error) {
		return p.logging().Entries.List(&logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}, Filter: filter, PageToken: token, PageSize: 1}).Do()
	}
	first, err := list("", "")
	require.NoError(t, err)
	require.NotEmpty(t, first.NextPageToken)
	_, err = list("", first.NextPageToken)
	require.NoError(t, err)
	_, err = list("severity=INFO", first.NextPageToken)
	assert.Equal(t, 400, refusal(t, err).Code)
}

// What is ingested late is there when its time has come, with the time at which it was written.
func TestDelayedIngestion(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{Ingest: func(next cloud.Ingest) cloud.Ingest {
		return func(e cloud.Entry, _ time.Duration) { next(e, time.Minute) }
	}})
	p.deploy(started)
	assert.Empty(t, p.entries(""))
	p.pass(2 * time.Minute)
	found := p.entries("")
	require.Len(t, found, 4)
	written, err := time.Parse(time.RFC3339, found[0].Timestamp)
	require.NoError(t, err)
	received, err := time.Parse(time.RFC3339, found[0].ReceiveTimestamp)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, received.Sub(written), time.Minute)
}

func TestWhatEntriesRefuses(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	mine := []string{"projects/netra-staging"}
	for name, c := range map[string]struct {
		request logging.ListLogEntriesRequest
		code    int
	}{
		"no resource":     {logging.ListLogEntriesRequest{}, 400},
		"a folder":        {logging.ListLogEntriesRequest{ResourceNames: []string{"folders/1"}}, 400},
		"foreign project": {logging.ListLogEntriesRequest{ResourceNames: []string{"projects/other"}}, 403},
		"bad filter":      {logging.ListLogEntriesRequest{ResourceNames: mine, Filter: "severity>="}, 400},
		"unknown field":   {logging.ListLogEntriesRequest{ResourceNames: mine, Filter: `jsonPayload.logger="x"`}, 400},
		"bad order":       {logging.ListLogEntriesRequest{ResourceNames: mine, OrderBy: "severity"}, 400},
		"bad size":        {logging.ListLogEntriesRequest{ResourceNames: mine, PageSize: -1}, 400},
		"unknown member":  {logging.ListLogEntriesRequest{ResourceNames: mine, ProjectIds: []string{"netra-staging"}}, 400},
	} {
		_, err := p.logging().Entries.List(&c.request).Do()
		assert.Equal(t, c.code, refusal(t, err).Code, name)
	}
}
