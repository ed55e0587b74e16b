package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A verdictTrial is a deployment, and what becomes of its criteria: "D1 D2 P4", each with "!" if it fails
// and "?" if it is not measured.
type verdictTrial struct {
	trial
	want string
}

func verdicts(s *story) (want string, why string) {
	j := New(s.header)
	for _, r := range s.records {
		j.Observe(r)
	}
	j.Finish()
	var words []string
	for _, c := range j.Criteria() {
		words = append(words, c.ID+map[Verdict]string{Fail: "!", NotMeasured: "?"}[c.Verdict])
		why += fmt.Sprintf("%s: %s %v\n", c.ID, c.Reason, c.Records)
	}
	return strings.Join(words, " "), why
}

const auth = fixtures.AuthService

// failedDeployment is what the cloud says after one (deployment.md 3, Traps): all but the generation and the
// condition is of the old revision, and health is green.
func failedDeployment(e *evidence) {
	stateOf(backend,
		`"observedGeneration":"42"`, `"observedGeneration":"41"`,
		`"latestReadyRevision":"`+full(fresh), `"latestReadyRevision":"`+full(stale),
		gcp.Succeeded, `CONDITION_FAILED","reason":"HEALTH_CHECK_CONTAINER_ERROR","message":"The container failed to start.`)(e)
	e.revisions[backend][0] = revisionState(fresh, -time.Minute, gcp.Succeeded, `CONDITION_FAILED","revisionReason":"HEALTH_CHECK_CONTAINER_ERROR`)
	e.logs[fresh] = append(e.logs[fresh][:4:4], logged(fresh, "00f1", -40*time.Second, "CRITICAL", "DETERMINISTIC STARTUP FAILURE: phase 3, DATABASE"))
}

var revisionTrials = []verdictTrial{
	{trial{name: "it went well", tell: deployed()}, "D1 D2 P4"},
	{trial{name: "a failed deployment, and green health", tell: deployed(failedDeployment), about: "netra-backend-staging-00642-abc: Ready is CONDITION_FAILED (HEALTH_CHECK_CONTAINER_ERROR)",
		hard: []string{"deployment/latest-ready", "deployment/ready", "deployment/reconciled", "deployment/startup-logs", "deployment/startup-marker", "deployment/traffic", "infra/not-measured"}}, "D1! D2! P4?"},
	{trial{name: "its condition is all that tells", about: `The container failed to start`, hard: []string{"deployment/ready"},
		tell: deployed(stateOf(backend, gcp.Succeeded, `CONDITION_FAILED","reason":"HEALTH_CHECK_CONTAINER_ERROR","message":"The container failed to start.`))}, "D1! D2 P4"},
	{trial{name: "no condition at all", about: "there is no condition Ready", hard: []string{"deployment/ready"}, tell: deployed(stateOf(backend, `"terminalCondition"`, `"other"`))}, "D1! D2 P4"},
	{trial{name: "another condition than Ready", about: "RoutesReady is CONDITION_SUCCEEDED", hard: []string{"deployment/ready"}, tell: deployed(stateOf(backend, `"type":"Ready"`, `"type":"RoutesReady"`))}, "D1! D2 P4"},
	{trial{name: "a revision's condition names the reason", about: "MinInstancesWarmed is CONDITION_FAILED (MIN_INSTANCES_NOT_PROVISIONED)", hard: []string{"deployment/ready"},
		tell: deployed(revisionOf(backend, `"conditions":[{"type":"Ready","state":"CONDITION_SUCCEEDED"`,
			`"conditions":[{"type":"MinInstancesWarmed","state":"CONDITION_FAILED","revisionReason":"MIN_INSTANCES_NOT_PROVISIONED"},{"type":"Ready","state":"CONDITION_FAILED"`))}, "D1! D2 P4"},
	{trial{name: "still reconciling", about: "is still being rolled out", hard: []string{"deployment/reconciled"}, tell: deployed(stateOf(backend, `"generation"`, `"reconciling":true,"generation"`))}, "D1! D2 P4"},
	{trial{name: "of the auth service, too", about: "netra-auth-service was asked for generation 43", hard: []string{"deployment/reconciled"}, tell: deployed(stateOf(auth, `"generation":"42"`, `"generation":"43"`))}, "D1! D2 P4"},
	{trial{name: "interrupted while it was rolled out", hard: []string{"infra/not-measured", "infra/stopped"}, about: "the story was interrupted while netra-backend-staging was being rolled out",
		tell: deployed(stateOf(backend, `"generation"`, `"reconciling":true,"generation"`), toldAfter(func(s *story) { s.note(history.TopicInterrupted, "SIGINT") }))}, "D1? D2 P4"},
	{trial{name: "no revision", hard: []string{"deployment/latest-ready", "infra/not-measured"}, tell: deployed(stateOf(backend, "latestCreatedRevision", "x", "latestReadyRevision", "y"))}, "D1! D2? P4?"},

	{trial{name: "nothing was deployed", about: "nothing was deployed: " + fresh, hard: []string{"deployment/new-revision", "infra/not-measured"}, tell: deployed(told(baseline(fresh)))}, "D1! D2 P4?"},
	{trial{name: "the auth service was not deployed, with a baseline that says it was to be", hard: []string{"deployment/new-revision", "infra/not-measured"},
		tell: deployed(told(func(s *story) { s.service(history.Auth).Baseline = freshAuth }))}, "D1! D2 P4?"},
	{trial{name: "the auth service was not deployed, nor to be", tell: deployed(told(func(s *story) { s.service(history.Auth).Baseline = "" }), func(e *evidence) {
		e.how = func(a *ask) {
			if a.Service == auth && a.Purpose != history.ReadService && a.Purpose != history.ReadRevisions {
				a.Purpose = ""
			}
		}
	})}, "D1 D2 P4"},
	{trial{name: "the auth service was deployed long ago, and little of its log is left", tell: deployed(told(func(s *story) { s.service(history.Auth).Baseline = "" }), func(e *evidence) {
		e.logs[freshAuth] = []obj{logged(freshAuth, "00a1", -time.Second, "ERROR", "no database", shape1)}
	})}, "D1 D2 P4"},
	{trial{name: "the auth service was deployed some time ago, and not well", hard: []string{"deployment/startup-logs"}, tell: deployed(told(func(s *story) { s.service(history.Auth).Baseline = "" }), func(e *evidence) {
		e.logs[freshAuth] = append(e.logs[freshAuth], logged(freshAuth, "00a1", -58*time.Second, "ERROR", "no database", shape1))
	})}, "D1 D2! P4"},
	{trial{name: "the auth service was deployed some time ago, and what belongs to no instance is of any time since", tell: deployed(told(func(s *story) { s.service(history.Auth).Baseline = "" }), func(e *evidence) {
		e.logs[freshAuth] = append(e.logs[freshAuth], logged(freshAuth, "", -58*time.Second, "ERROR", "no available instance"))
	})}, "D1 D2 P4"},
	{trial{name: "the auth service was deployed before the deployment began, and not well", tell: deployed(told(func(s *story) {
		s.service(history.Backend).Baseline, s.header.Deployment.Began = stale, storyStart.Add(-30*time.Second)
		s.service(history.Auth).Baseline = ""
	}), func(e *evidence) {
		e.logs[freshAuth] = append(e.logs[freshAuth], logged(freshAuth, "00a1", -58*time.Second, "ERROR", "no database", shape1), logged(freshAuth, "00a2", -50*time.Second, "", "Worker failed to boot", textual))
	})}, "D1 D2 P4"},
	{trial{name: "more revisions than the suite reads", tell: deployed(reading(history.ReadRevisions, lefts))}, "D1 D2 P4"},
	{trial{name: "a baseline by its full name", tell: deployed(told(baseline(full(stale))))}, "D1 D2 P4"},
	{trial{name: "a baseline by its full name, and nothing was deployed", hard: []string{"deployment/new-revision", "infra/not-measured"}, tell: deployed(told(baseline(full(fresh))))}, "D1! D2 P4?"},
	{trial{name: "no baseline", about: "set STAGING_BASELINE_REVISION", hard: []string{"infra/not-measured"}, tell: deployed(told(baseline("")))}, "D1? D2 P4?"},
	{trial{name: "a baseline that the service does not know", about: "which is none of the 2 revisions", hard: []string{"infra/not-measured"},
		tell: deployed(told(baseline(backend + "-00641-xyy")))}, "D1? D2 P4?"},
	{trial{name: "a baseline that is newer", about: "is not newer than the baseline", hard: []string{"deployment/new-revision"}, tell: deployed(revisionOf(backend, stamp(-time.Hour), stamp(-time.Second)))}, "D1! D2 P4"},
	{trial{name: "since it began", tell: deployed(told(began(-2 * time.Minute)))}, "D1 D2 P4"},
	{trial{name: "nothing since it began", about: "and the deployment began at", hard: []string{"deployment/new-revision", "infra/not-measured"}, tell: deployed(told(began(-time.Second)))}, "D1! D2 P4?"},
	{trial{name: "nothing since it began, but one that failed", about: "and the deployment began at", hard: []string{"deployment/new-revision", "deployment/ready"},
		tell: deployed(told(began(-time.Second)), func(e *evidence) {
			e.revisions[backend][0] = revisionState(fresh, -time.Minute, gcp.Succeeded, gcp.Failed)
		})}, "D1! D2 P4"},
	{trial{name: "the first there ever was", about: "there is no revision of netra-backend-staging before", hard: []string{"infra/not-measured"}, tell: deployed(told(began(-2*time.Minute)), func(e *evidence) {
		e.revisions[backend] = e.revisions[backend][:1]
	})}, "D1 D2 P4?"},
	{trial{name: "revisions that cannot be read", about: "the revisions of netra-backend-staging cannot be read", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.revisions[backend] = []string{"no JSON"}
	})}, "D1? D2 P4"},
	{trial{name: "revisions that do not list the new one", about: "is not among the revisions", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.revisions[backend] = e.revisions[backend][1:]
	})}, "D1? D2 P4"},

	{trial{name: "the image that was asked for", tell: deployed(told(digest("642")))}, "D1 D2 P4"},
	{trial{name: "another image", about: "runs the image", hard: []string{"deployment/image"}, tell: deployed(told(digest("643")))}, "D1! D2 P4"},
	{trial{name: "an image by its tag", about: "by a tag only", hard: []string{"infra/not-measured"}, tell: deployed(told(digest("642")), revisionOf(backend, "@sha256:", ":latest#"))}, "D1? D2 P4"},
	{trial{name: "an image of an unknown revision", about: "which image netra-backend-staging runs is not known", hard: []string{"infra/not-measured"},
		tell: deployed(told(digest("642")), func(e *evidence) { e.revisions[backend] = e.revisions[backend][1:] })}, "D1? D2 P4"},

	{trial{name: "all traffic by name", tell: deployed(stateOf(backend, `"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"`, `"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+fresh+`"`))}, "D1 D2 P4"},
	{trial{name: "all traffic by its full name, and a tag without any", tell: deployed(stateOf(backend, `"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST","percent":100}`,
		`"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+full(fresh)+`","percent":100},{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+stale+`","tag":"old"}`))}, "D1 D2 P4"},
	{trial{name: "split traffic", about: "40 % to " + stale + ", 60 % to " + fresh, hard: []string{"deployment/traffic"}, tell: deployed(stateOf(backend, `"percent":100}`,
		`"percent":60},{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+stale+`","percent":40}`))}, "D1! D2 P4"},
	{trial{name: "stale traffic", about: ": 100 % to " + stale, hard: []string{"deployment/traffic"}, tell: deployed(stateOf(backend, `"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"`,
		`"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"`+stale+`"`))}, "D1! D2 P4"},
	{trial{name: "no word of traffic", about: "it does not say where it goes", hard: []string{"deployment/traffic"}, tell: deployed(stateOf(backend, "trafficStatuses", "x"))}, "D1! D2 P4"},

	{trial{name: "the old revision still answers", about: stale + ` answered 2 requests after`, hard: []string{"deployment/one-revision"}, tell: deployed(func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", 10*time.Second, "INFO", "", request("GET", "/health", 200)), logged(stale, "00e1", 11*time.Second, "INFO", "", request("POST", "/x", 200)))
	})}, "D1! D2 P4"},
	{trial{name: "the old revision answered before anybody looked, and long after the change", about: stale + ` answered 1 requests after`, hard: []string{"deployment/one-revision"}, tell: deployed(updated(-20*time.Second), func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", -5*time.Second, "INFO", "", request("GET", "/health", 200)))
	})}, "D1! D2 P4"},
	{trial{name: "the old revision answered before its traffic was moved", tell: deployed(updated(-4*time.Second), func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", -5*time.Second, "INFO", "", request("GET", "/health", 200)))
	})}, "D1 D2 P4"},
	{trial{name: "the old revision answers for a moment", tell: deployed(func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", 900*time.Millisecond, "INFO", "", request("GET", "/health", 200)))
	})}, "D1 D2 P4"},
	{trial{name: "a session goes on with the old revision", tell: deployed(func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", 30*time.Second, "INFO", "", request("GET", "/ws", 101), set("httpRequest.latency", "90s")))
	})}, "D1 D2 P4"},
	{trial{name: "the old revision is asked by its tag", tell: deployed(stateOf(backend, `"percent":100}`, `"percent":100},{"revision":"`+stale+`","tag":"old"}`), func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", 10*time.Second, "INFO", "", request("GET", "/", 200), set("httpRequest.requestUrl", "https://old---x.run.app/")))
	})}, "D1 D2 P4"},
	{trial{name: "it still answers, while traffic moves", hard: []string{"deployment/reconciled"}, tell: deployed(stateOf(backend, `"generation"`, `"reconciling":true,"generation"`), func(e *evidence) {
		e.requests[stale] = append(e.requests[stale], logged(stale, "00e1", 10*time.Second, "INFO", "", request("GET", "/health", 200)))
	})}, "D1! D2 P4"},

	{trial{name: "ready, and no application", about: "is ready, as the platform has it, and its application is not: it answered 503", hard: []string{"deployment/application", "health/agree", "infra/unavailable"},
		tell: deployed(toldAfter(func(s *story) { s.says(endpoint{fixtures.Backend, "/health"}, 503) }))}, "D1! D2 P4"},
	{trial{name: "ready, and it cannot be reached", about: "its application is not: it could not be asked", hard: []string{"deployment/application", "infra/tcp"},
		tell: deployed(toldAfter(func(s *story) {
			x := get("/api/monitoring/ping", "")
			x.Purpose, x.Status, x.Broken = history.PurposeHealth, 0, &history.Broken{Step: history.StepTCP, Error: "refused"}
			s.http(x, nil)
		}))}, "D1! D2 P4"},
	{trial{name: "ready, and nobody asked the application", about: "nobody asked /api/monitoring/ping of the backend service whether it runs", hard: []string{"infra/not-measured"},
		tell: deployed(func(e *evidence) { e.mute = true })}, "D1? D2 P4"},
	{trial{name: "ready before it was", hard: []string{"infra/unavailable"}, tell: deployed(told(func(s *story) { s.says(endpoint{fixtures.Backend, "/health"}, 503) }))}, "D1 D2 P4"},
	{trial{name: "ready, and its start failed", about: "did not start on instance 00f1", hard: []string{"deployment/application", "deployment/startup-logs", "deployment/startup-marker"},
		tell: deployed(unlogged(fresh, "00f1", "COMPLETED SUCCESSFULLY", "Total Time"), logging("00f1", 3000, "CRITICAL", "DETERMINISTIC STARTUP SEQUENCE FAILED"))}, "D1! D2! P4"},
	{trial{name: "ready, and no instance says so", about: "instance 00f1 has not said that its application started", hard: []string{"deployment/application", "deployment/startup-marker", "infra/not-measured"},
		tell: deployed(unlogged(fresh, "", "COMPLETED SUCCESSFULLY", "Total Time"), func(e *evidence) {
			e.logs[fresh] = only(e.logs[fresh], func(o obj) bool { return o["severity"] != "CRITICAL" })
		})}, "D1! D2! P4?"},
}

// updated says when the backend's service was changed last.
func updated(at time.Duration) func(*evidence) {
	return stateOf(backend, `"generation"`, `"updateTime":"`+stamp(at)+`","generation"`)
}

func baseline(name string) func(*story) {
	return func(s *story) { s.service(history.Backend).Baseline = name }
}

func began(at time.Duration) func(*story) {
	return func(s *story) {
		s.service(history.Backend).Baseline, s.header.Deployment.Began = "", storyStart.Add(at)
	}
}

func digest(end string) func(*story) {
	return func(s *story) {
		s.service(history.Backend).Image = "sha256:" + strings.Repeat("0", 64-len(end)) + end
	}
}

var oneVersionTrials = []trial{
	{name: "two versions answer", hard: []string{"deployment/one-version"}, about: `"1.0.0" and "1.0.1"`, tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Auth, "/health"}, 200, "1.0.0", "1.0.1")
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
	}},
	{name: "two versions of two endpoints", tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Auth, "/auth/status"}, 200, "1.0.0", "1.0.1")
	}},
	{name: "a restart between two versions", tell: func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.note(history.TopicRestart, "")
		s.says(endpoint{fixtures.Auth, "/health"}, 200, "1.0.0", "1.0.1")
	}},
	{name: "a version that comes and goes", soft: []string{"health/endpoint"}, tell: undeclared(func(s *story) {
		s.says(endpoint{fixtures.Auth, "/health"}, 200)
		s.says(endpoint{fixtures.Auth, "/health"}, 200, `"version":"1.0.0",`, ``)
	})},
}

// bare takes the verdicts from trials.
func bare(list ...[]verdictTrial) (trials []trial) {
	for _, try := range slices.Concat(list...) {
		trials = append(trials, try.trial)
	}
	return trials
}

func TestVerdictsOfDeployments(t *testing.T) {
	for _, try := range slices.Concat(revisionTrials, startupTrials, startTimeTrials) {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			try.tell(s)
			got, why := verdicts(s.end())
			require.Equal(t, try.want, got, why)
		})
	}
}

// A baseline that is misspelt is why nothing can be compared with it: its empty log is not.
func TestMisspeltBaseline(t *testing.T) {
	s := newStory()
	deployed(told(func(s *story) {
		baseline(backend + "-00641-xyy")(s)
		s.note(history.TopicMeasures, "D4")
	}))(s)
	got, why := verdicts(s.end())
	assert.Equal(t, "D1? D2 D4? P4?", got)
	assert.Equal(t, 3, strings.Count(why, "STAGING_BASELINE_REVISION names netra-backend-staging-00641-xyy, which is none of the 2 revisions"), why)
	assert.NotContains(t, why, "is known to have started")
}

// Without access to the cloud, each criterion says what to do, and nothing else is said.
func TestDeploymentsWithoutACloud(t *testing.T) {
	s := newStory()
	for _, criterion := range []string{"D1", "D2", "P4"} {
		s.note(history.TopicMeasures, criterion)
	}
	s.says(endpoint{fixtures.Backend, "/health"}, 200)
	got, why := verdicts(s.end())
	assert.Equal(t, "D1? D2? P4?", got)
	assert.Equal(t, 3, strings.Count(why, "set STAGING_GCP_PROJECT"), why)

	s = newStory()
	deployed(func(e *evidence) {
		e.how = func(a *ask) {
			a.Status, a.Role = 403, map[bool]string{true: "roles/run.viewer", false: "roles/logging.viewer"}[a.Purpose == history.ReadService]
		}
	})(s)
	got, why = verdicts(s.end())
	assert.Equal(t, "D1? D2? P4?", got)
	assert.Contains(t, why, "grant roles/run.viewer")
}
