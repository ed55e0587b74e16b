package deployment_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// newest is the newest revision of a service.
func newest(t *testing.T, c interface {
	Revisions(context.Context, string) ([]gcp.Revision, error)
}, service string) gcp.Revision {
	t.Helper()
	all, err := c.Revisions(t.Context(), service)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all[0]
}

// says finds the entries with a text.
func says(entries []gcp.Entry, text string) (found []gcp.Entry) {
	for _, e := range entries {
		if e.Text == text {
			found = append(found, e)
		}
	}
	return found
}

// listing puts the pages of the last listing together, as a rule does.
func listing(t *testing.T, all []history.Reading, instance string) (entries []gcp.Entry) {
	t.Helper()
	found := false
	for _, r := range all {
		if r.Instance != instance || r.Status != 200 {
			continue
		}
		if r.Page == 1 {
			entries, found = nil, true
		}
		page, _, err := gcp.ParseEntries(r.Body)
		require.NoError(t, err)
		entries = append(entries, page...)
	}
	require.True(t, found, "nobody listed %q", instance)
	return entries
}

// ingested is how late entries of the reference are trusted to be, unless a test delays them.
const ingested = 50 * time.Millisecond

// instances are those of which a start was listed.
func instances(all []history.Reading) map[string]bool {
	ids := map[string]bool{}
	for _, r := range all {
		if r.Instance != "" {
			ids[r.Instance] = true
		}
	}
	return ids
}

// The whole start of both services, page by page, with pages that are short or empty.
func TestWholeStart(t *testing.T) {
	for name, page := range map[string]func(n int) int{
		"pages of 7":  func(int) int { return 7 },
		"empty pages": func(n int) int { return n % 3 * 4 },
		"whole":       func(int) int { return 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			var cfg refstaging.Config
			var pages atomic.Int64
			cfg.Hooks.Cloud.Page = func(refstaging.PageSize) refstaging.PageSize {
				return func(_ string, size int) int { return min(size, page(int(pages.Add(1)))) }
			}
			s := start(t, cfg)
			c, w := open(t, s)
			for _, service := range []struct {
				role, name, begins, up string
				instances              int
			}{
				{history.Backend, backend, "DETERMINISTIC STARTUP SEQUENCE INITIATED", "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY", 2},
				{history.Auth, auth, "Starting Auth Service...", "Auth Service startup completed", 1},
			} {
				state, err := c.AwaitRollout(t.Context(), service.name, patience)
				require.NoError(t, err)
				r := newest(t, c, service.name)
				assert.Equal(t, state.LatestReady, r.Name)
				before := len(w.readings(history.ReadStart))
				require.NoError(t, c.Start(t.Context(), service.role, r, patience, ingested))
				readings := w.readings(history.ReadStart)[before:]
				ids := instances(readings)
				require.Len(t, ids, service.instances)
				for id := range ids {
					entries := listing(t, readings, id)
					assert.Len(t, says(entries, service.begins), 1)
					require.Len(t, says(entries, service.up), 1)
					assert.Equal(t, service.up, entries[len(entries)-1].Text, "up to its marker")
					for _, e := range entries {
						assert.Equal(t, id, e.Instance)
						assert.Nil(t, e.Request)
					}
				}
				for _, e := range listing(t, readings, "") {
					assert.Empty(t, e.Instance)
				}
				markers := listing(t, w.readings(history.ReadMarkers), "")
				assert.Len(t, says(markers, service.begins), service.instances)
				assert.Len(t, says(markers, service.up), service.instances)
			}
			for _, r := range w.read {
				assert.False(t, r.Left)
				assert.Empty(t, r.Role)
				assert.Contains(t, r.URL, s.CloudURL())
			}
		})
	}
}

// Forward: the new revision has starts of its own, and the one before keeps its markers.
func TestRollForward(t *testing.T) {
	s := start(t, refstaging.Config{Cloud: refstaging.Cloud{StartPause: 10 * time.Millisecond}})
	c, w := open(t, s)
	before := newest(t, c, backend)
	deployed := make(chan error, 1)
	go func() { _, err := s.Deploy(context.WithoutCancel(t.Context()), "backend"); deployed <- err }()

	var r gcp.Revision
	require.Eventually(t, func() bool { r = newest(t, c, backend); return r.Name != before.Name }, patience, time.Millisecond)
	require.NoError(t, c.Start(t.Context(), history.Backend, r, patience, ingested), "while it starts")
	state, err := c.AwaitRollout(t.Context(), backend, patience)
	require.NoError(t, err)
	require.NoError(t, <-deployed)
	assert.Equal(t, r.Name, state.LatestReady)
	assert.Equal(t, 100, state.Percent(r.Name))
	ids := instances(w.readings(history.ReadStart))
	require.Len(t, ids, 2)
	for id := range ids {
		assert.Len(t, says(listing(t, w.readings(history.ReadStart), id), "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY"), 1)
	}
	seen := len(w.readings(history.ReadMarkers))
	require.NoError(t, c.PastStart(t.Context(), history.Backend, before))
	past := w.readings(history.ReadMarkers)[seen:]
	require.Len(t, past, 1)
	assert.Equal(t, before.Name, past[0].Revision)
	assert.Contains(t, past[0].Body, "Total Time: ")
	require.ErrorContains(t, c.Start(t.Context(), "frontend", r, 0, 0), "frontend")
	require.ErrorContains(t, c.PastStart(t.Context(), "frontend", r), "frontend")
}

// What is logged late is waited for: the markers first, then what comes after them, also when nothing new has
// come for many looks.
func TestLateIngestion(t *testing.T) {
	const late = 500 * time.Millisecond
	var cfg refstaging.Config
	cfg.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, _ time.Duration) {
			delay := 100 * time.Millisecond
			if e.Severity == "WARNING" {
				delay = late // than the marker behind it
			}
			next(e, delay)
		}
	}
	s := start(t, cfg)
	c, w := openAt(t, options(s, 10*time.Millisecond))
	require.NoError(t, c.Start(t.Context(), history.Auth, newest(t, c, auth), patience, 2*late))
	readings := w.readings(history.ReadStart)
	for id := range instances(readings) {
		assert.Len(t, says(listing(t, readings, id), "Legacy JWT_SECRET detected"), 1)
		assert.Len(t, says(listing(t, readings, id), "Auth Service startup completed"), 1)
	}
	assert.Greater(t, len(w.readings(history.ReadMarkers)), 2, "it polled")
}

const traceback = "Traceback (most recent call last):\n  ConnectionError: redis"

// A start that fails is no error; all that its instances logged is listed. One that is silent is found
// without a marker.
func TestFailedAndSilentStarts(t *testing.T) {
	var deployed atomic.Bool
	var silent atomic.Pointer[string]
	var cfg refstaging.Config
	cfg.Hooks.Startup.Phase = func(next refstaging.StartPhase) refstaging.StartPhase {
		return func(ctx context.Context, i *refstaging.Instance, name string) error {
			if deployed.Load() && name == "CACHE" {
				i.Print(refstaging.Stderr, traceback)
				return errors.New("redis does not answer")
			}
			return next(ctx, i, name)
		}
	}
	cfg.Hooks.Cloud.Ingest = func(next refstaging.Ingest) refstaging.Ingest {
		return func(e refstaging.LogEntry, after time.Duration) {
			id := e.Labels["instanceId"]
			if strings.Contains(e.Resource.Labels["revision_name"], "-00002-") {
				silent.CompareAndSwap(nil, &id)
			}
			lost := strings.Contains(string(e.JSONPayload), "STARTUP") || strings.Contains(e.TextPayload, "boot")
			if first := silent.Load(); first == nil || *first != id || !lost {
				next(e, after)
			}
		}
	}
	s := start(t, cfg)
	c, w := open(t, s)
	deployed.Store(true)
	_, err := s.Deploy(t.Context(), "backend")
	require.Error(t, err)
	for n := range 4 {
		assert.Equal(t, 503, get(t, s.APIURL()+"/health", traceOf(n)), "an ERROR in the request log, which is no part of a start")
	}
	r := newest(t, c, backend)
	require.NoError(t, c.Start(t.Context(), history.Backend, r, 100*time.Millisecond, ingested))

	readings := w.readings(history.ReadStart)
	ids := instances(readings)
	require.Len(t, ids, 1, "the silent one has no listing of its own")
	for id := range ids {
		entries := listing(t, readings, id)
		assert.Len(t, says(entries, "DETERMINISTIC STARTUP FAILURE: phase 4, CACHE: redis does not answer"), 1)
		assert.NotEmpty(t, says(entries, "Container called exit(3)."), "after the markers")
		for _, e := range entries {
			assert.Nil(t, e.Request)
		}
	}
	rest := says(listing(t, readings, ""), traceback)
	require.Len(t, rest, 1)
	assert.Equal(t, *silent.Load(), rest[0].Instance)
}
