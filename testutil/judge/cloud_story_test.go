package judge

import (
	"fmt"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// The deployment of the stories: the backend's revision fresh replaces stale.
const (
	fresh     = fixtures.BackendService + "-00642-abc"
	stale     = fixtures.BackendService + "-00641-xyz"
	freshAuth = fixtures.AuthService + "-00107-def"
	staleAuth = fixtures.AuthService + "-00106-uvw"
)

// onCloud makes the history know its cloud, with the baselines given.
func (s *story) onCloud() *story {
	s.header.Deployment = &history.Deployment{
		Project: "netra-staging", Region: "us-central1",
		Services: []history.Service{
			{Role: history.Backend, Name: fixtures.BackendService, Baseline: stale},
			{Role: history.Auth, Name: fixtures.AuthService, Baseline: staleAuth},
		},
	}
	return s
}

// service is the one with the role, to change what is known of it.
func (s *story) service(role string) *history.Service {
	for i := range s.header.Deployment.Services {
		if x := &s.header.Deployment.Services[i]; x.Role == role {
			return x
		}
	}
	return nil
}

// An ask says what is read from the cloud, and how.
type ask = history.Reading

// reads is a reading that was answered 200.
func (s *story) reads(a ask, body string) *history.Record {
	a.Body = body
	if a.Status == 0 && a.Broken == nil {
		a.Status = 200
	}
	return s.add(&history.Record{Kind: history.Cloud, Cloud: &a})
}

func serviceOf(revision string) string { return revision[:len(revision)-len("-00642-abc")] }

// full is the name of a revision as the Run API has it.
func full(revision string) string {
	service := serviceOf(revision)
	return fmt.Sprintf("projects/netra-staging/locations/us-central1/services/%s/revisions/%s", service, revision)
}

// serviceState is the answer to services.get of a service whose latest revision serves; edits are pairs of
// what is replaced and by what.
func serviceState(revision string, edits ...string) string {
	service := serviceOf(revision)
	return strings.NewReplacer(edits...).Replace(fmt.Sprintf(`{"name":"projects/netra-staging/locations/us-central1/services/%s","generation":"42","observedGeneration":"42",
 "terminalCondition":{"type":"Ready","state":"CONDITION_SUCCEEDED","lastTransitionTime":%q},
 "latestCreatedRevision":%q,"latestReadyRevision":%q,
 "trafficStatuses":[{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST","percent":100}],"uri":"https://x.run.app"}`,
		service, stamp(-20*time.Second), full(revision), full(revision)))
}

// stamp is a time of the cloud, from the start of the story, as it writes it.
func stamp(d time.Duration) string { return storyStart.Add(d).Format(time.RFC3339Nano) }

// revisionState is one revision that is ready, created when said; edits as those of serviceState.
func revisionState(revision string, created time.Duration, edits ...string) string {
	service := serviceOf(revision)
	return strings.NewReplacer(edits...).Replace(fmt.Sprintf(`{"name":%q,"service":%q,"createTime":%q,
 "containers":[{"image":"gcr.io/netra-staging/%s@sha256:%064d"}],"scaling":{"minInstanceCount":%d,"maxInstanceCount":15},
 "conditions":[{"type":"Ready","state":"CONDITION_SUCCEEDED","lastTransitionTime":%q}]}`,
		full(revision), service, stamp(created), service, 642, map[string]int{fixtures.BackendService: 2, fixtures.AuthService: 1}[service], stamp(created+10*time.Second)))
}

func revisionList(revisions ...string) string {
	return `{"revisions":[` + strings.Join(revisions, ",") + `]}`
}

// logged is one of the log of an instance, of shape 2 (deployment.md 4).
func logged(revision, instance string, written time.Duration, severity, message string, edits ...edit) obj {
	e := obj{
		"insertId": fmt.Sprint(instance, written), "logName": "projects/netra-staging/logs/run.googleapis.com%2Fstderr",
		"timestamp": stamp(written), "receiveTimestamp": stamp(written + time.Second), "severity": severity,
		"resource":    obj{"type": "cloud_run_revision", "labels": obj{"service_name": serviceOf(revision), "revision_name": revision, "location": "us-central1"}},
		"labels":      obj{"instanceId": instance},
		"jsonPayload": obj{"message": message, "labels": obj{"module": "m", "function": "f", "line": "1"}, "context": obj{}},
	}
	for _, edit := range edits {
		edit(e)
	}
	return e
}

// shape1 makes an entry one of shape 1, whose every line quotes an error.
func shape1(e obj) {
	message := e["jsonPayload"].(obj)["message"]
	e["logName"] = "projects/netra-staging/logs/run.googleapis.com%2Fstdout"
	e["jsonPayload"] = obj{
		"service": "netra-service", "logger": "l", "message": message, "textPayload": message,
		"error":      obj{"type": "str", "message": "Missing field", "traceback": "", "severity": "ERROR", "timestamp": e["timestamp"]},
		"validation": obj{"severity": "ERROR"},
	}
}

// textual makes an entry one of text, which has no severity.
func textual(e obj) {
	e["textPayload"] = e["jsonPayload"].(obj)["message"]
	delete(e, "jsonPayload")
	delete(e, "severity")
}

// request makes an entry one of the request log.
func request(method, path string, status int) edit {
	return func(e obj) {
		e["logName"] = "projects/netra-staging/logs/run.googleapis.com%2Frequests"
		delete(e, "jsonPayload")
		e["httpRequest"] = obj{"requestMethod": method, "requestUrl": "https://x.run.app" + path, "status": status, "latency": "0.010s", "userAgent": "netra-staging-e2e/1 (run 00)"}
	}
}

// traced gives an entry the trace.
func traced(id string) edit {
	return func(e obj) { e["trace"] = "projects/netra-staging/traces/" + id }
}

// page is an answer to entries.list.
func page(entries ...obj) string { return render(obj{"entries": entries}) }
