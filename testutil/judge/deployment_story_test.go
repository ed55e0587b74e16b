package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// An evidence is what the cloud says of a deployment, for a test to change.
type evidence struct {
	state     map[string]string // by service
	revisions map[string][]string
	logs      map[string][]obj // of starts, by revision
	requests  map[string][]obj // by revision
	common    []obj            // of the backend's start, besides what is of no instance
	allow     []history.Allowance
	mute      bool // nobody asks for health
	// how changes a reading before it is told; nil tells it as it is, and one without purpose is not told.
	how func(*ask)
	// before is told between the notes and the readings, after behind them.
	before, after func(*story)
}

// goodEvidence is that of a deployment of both services that went well, a minute before the story.
func goodEvidence() *evidence {
	return &evidence{
		state: map[string]string{fixtures.BackendService: serviceState(fresh), fixtures.AuthService: serviceState(freshAuth)},
		revisions: map[string][]string{
			fixtures.BackendService: {revisionState(fresh, -time.Minute), revisionState(stale, -time.Hour)},
			fixtures.AuthService:    {revisionState(freshAuth, -time.Minute), revisionState(staleAuth, -time.Hour)},
		},
		logs: map[string][]obj{
			fresh:     append(backendStart(fresh, "00f1", -time.Minute, 3500), backendStart(fresh, "00f2", -time.Minute, 3700)...),
			stale:     append(backendStart(stale, "00e1", -time.Hour, 3400), backendStart(stale, "00e2", -time.Hour, 3600)...),
			freshAuth: authStart(freshAuth, "00a1", -time.Minute),
			staleAuth: authStart(staleAuth, "00b1", -time.Hour),
		},
		requests: map[string][]obj{
			fresh: {logged(fresh, "00f1", 5*time.Second, "INFO", "", request("GET", "/health", 200))},
			stale: {logged(stale, "00e1", -time.Minute, "INFO", "", request("GET", "/health", 200))},
		},
	}
}

// backendStart is the log of a backend instance that starts: both shapes, text, and what serving adds.
func backendStart(revision, instance string, created time.Duration, ms int) []obj {
	at := func(n int) time.Duration { return created + 4*time.Second + time.Duration(n)*time.Millisecond }
	return []obj{
		logged(revision, instance, at(0), "", "[2025-09-16 17:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0", textual),
		logged(revision, instance, at(1), "INFO", "DETERMINISTIC STARTUP SEQUENCE INITIATED"),
		logged(revision, instance, at(2), "WARNING", "Legacy JWT_SECRET detected"),
		logged(revision, instance, at(3), "INFO", "Phase 1 INIT completed", shape1),
		logged(revision, instance, at(ms), "INFO", "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY"),
		logged(revision, instance, at(ms), "INFO", fmt.Sprintf("Total Time: %d.%03ds", ms/1000, ms%1000)),
		logged(revision, instance, at(ms), "INFO", "Phases Completed: 7/7"),
		logged(revision, instance, at(ms+100), "CRITICAL", "GOLDEN PATH AUTH=REDACTED Starting permissive authentication"),
		logged(revision, instance, at(ms+200), "CRITICAL", "JWT INVALID: the token is not accepted"),
	}
}

// authStart is that of an auth instance, all of shape 1.
func authStart(revision, instance string, created time.Duration) []obj {
	return []obj{
		logged(revision, instance, created+2*time.Second, "INFO", "Starting Auth Service...", shape1),
		logged(revision, instance, created+3*time.Second, "INFO", "Auth Service startup completed", shape1),
		logged(revision, instance, created+5*time.Second, "CRITICAL", "JWT STRUCTURE ERROR: the token cannot be read", shape1),
	}
}

// deployed is a story that measures the deployment, with the good evidence as changed.
func deployed(changes ...func(*evidence)) func(*story) {
	return func(s *story) {
		e := goodEvidence()
		for _, change := range changes {
			change(e)
		}
		s.onCloud().header.Deployment.Allow = e.allow
		for _, criterion := range []string{"D1", "D2", "P4"} {
			s.note(history.TopicMeasures, criterion)
		}
		if e.before != nil {
			e.before(s)
		}
		for _, service := range s.header.Deployment.Services {
			e.tell(s, service.Name)
		}
		if !e.mute {
			s.says(endpoint{fixtures.Backend, "/health"}, 200)
			s.says(endpoint{fixtures.Backend, "/api/monitoring/ping"}, 200)
			s.says(endpoint{fixtures.Auth, "/health"}, 200)
		}
		if e.after != nil {
			e.after(s)
		}
	}
}

func (e *evidence) tell(s *story, service string) {
	read := func(a ask, body string) {
		a.Service, a.API = service, history.LoggingAPI
		if e.how != nil {
			e.how(&a)
		}
		if a.Purpose != "" {
			s.reads(a, body)
		}
	}
	names := map[string][]string{fixtures.BackendService: {fresh, stale}, fixtures.AuthService: {freshAuth, staleAuth}}[service]
	read(ask{Purpose: history.ReadService}, e.state[service])
	read(ask{Purpose: history.ReadRevisions}, revisionList(e.revisions[service]...))
	for _, revision := range names {
		read(ask{Purpose: history.ReadMarkers, Revision: revision}, page(only(e.logs[revision], isMarker)...))
		read(ask{Purpose: history.ReadRequests, Revision: revision}, page(e.requests[revision]...))
	}
	for _, instance := range append(instancesIn(e.logs[names[0]]), "") {
		list := only(e.logs[names[0]], func(o obj) bool { return instanceIn(o) == instance })
		if instance == "" && service == fixtures.BackendService {
			list = append(list, e.common...)
		}
		read(ask{Purpose: history.ReadStart, Revision: names[0], Instance: instance}, page(list...))
	}
}

func instanceIn(o obj) string { id, _ := o["labels"].(obj)["instanceId"].(string); return id }

func instancesIn(list []obj) (ids []string) {
	for _, o := range list {
		if id := instanceIn(o); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func only(list []obj, keep func(obj) bool) (kept []obj) {
	for _, o := range list {
		if keep(o) {
			kept = append(kept, o)
		}
	}
	return kept
}

func messageIn(o obj) string {
	if payload, ok := o["jsonPayload"].(obj); ok {
		message, _ := payload["message"].(string)
		return message
	}
	message, _ := o["textPayload"].(string)
	return message
}

func isMarker(o obj) bool {
	for _, marker := range []string{fixtures.BackendBegins, fixtures.BackendStarted, fixtures.BackendFailed, fixtures.BackendFailure, fixtures.AuthBegins, fixtures.AuthStarted, fixtures.StartupTotal} {
		if strings.Contains(messageIn(o), marker) {
			return true
		}
	}
	return false
}

// changes of the evidence

func stateOf(service string, edits ...string) func(*evidence) {
	return func(e *evidence) { e.state[service] = strings.NewReplacer(edits...).Replace(e.state[service]) }
}

func revisionOf(service string, edits ...string) func(*evidence) {
	return func(e *evidence) {
		for i, r := range e.revisions[service] {
			e.revisions[service][i] = strings.NewReplacer(edits...).Replace(r)
		}
	}
}

// logging adds an entry to the log of a revision, n milliseconds after the first of its start.
func logging(instance string, n int, severity, message string, edits ...edit) func(*evidence) {
	return func(e *evidence) {
		at := -56*time.Second + time.Duration(n)*time.Millisecond
		e.logs[fresh] = append(e.logs[fresh], logged(fresh, instance, at, severity, message, edits...))
	}
}

// unlogged takes the entries with a text out of the log of a revision, of one instance or of all.
func unlogged(revision, instance string, texts ...string) func(*evidence) {
	return func(e *evidence) {
		e.logs[revision] = only(e.logs[revision], func(o obj) bool {
			for _, text := range texts {
				if strings.Contains(messageIn(o), text) && (instance == "" || instanceIn(o) == instance) {
					return false
				}
			}
			return true
		})
	}
}

// reading changes the readings of a purpose.
func reading(purpose string, how func(*ask)) func(*evidence) {
	return func(e *evidence) {
		before := e.how
		e.how = func(a *ask) {
			if before != nil {
				before(a)
			}
			if a.Purpose == purpose {
				how(a)
			}
		}
	}
}

// told changes the story before its readings.
func told(how func(*story)) func(*evidence) { return func(e *evidence) { e.before = how } }

func toldAfter(how func(*story)) func(*evidence) { return func(e *evidence) { e.after = how } }
