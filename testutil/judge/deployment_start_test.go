package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func allowing(pattern string, expires time.Duration) func(*evidence) {
	return func(e *evidence) {
		e.allow = append(e.allow, history.Allowance{Pattern: pattern, Reason: "ticket 17", Expires: storyStart.Add(expires)})
	}
}

func noAccess(a *ask) { a.Status, a.Role = 403, "roles/logging.viewer" }

func lefts(a *ask) { a.Left = true }

// scaled lets a third instance begin so long after the revision was created, of whose log only the markers are
// read.
func scaled(after time.Duration) func(*evidence) {
	return func(e *evidence) {
		const created = -20 * time.Minute
		e.revisions[backend][0] = revisionState(fresh, created)
		e.logs[fresh] = append(e.logs[fresh], backendStart(fresh, "00f3", created+after, 3500)...)
		reading(history.ReadStart, func(a *ask) {
			if a.Instance == "00f3" {
				a.Purpose = ""
			}
		})(e)
	}
}

// negative is a negative test before the logs are read.
func negative(s *story) {
	x := get("/api/threads", `{"error":true}`)
	x.Status = 401
	s.http(x, &history.Intent{Expect: "401", Token: "flipped signature byte"})
}

var startupTrials = []verdictTrial{
	{trial{name: "an error", about: `instance 00f1 of ` + fresh + ` logged ERROR 5s after the revision was created: "cache is away"`, hard: []string{"deployment/startup-logs"},
		tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"))}, "D1 D2! P4"},
	{trial{name: "an emergency in shape 1", hard: []string{"deployment/startup-logs"}, tell: deployed(logging("00f2", 1000, "EMERGENCY", "cache is away", shape1))}, "D1 D2! P4"},
	{trial{name: "a warning, and errors that are only quoted", tell: deployed(logging("00f1", 1000, "WARNING", `"severity":"ERROR"`, shape1), logging("00f1", 1000, "INFO", `severity="CRITICAL" ERROR`))}, "D1 D2 P4"},
	{trial{name: "an error after the start", tell: deployed(logging("00f1", 4000, "ERROR", "Invalid JSON in message"))}, "D1 D2 P4"},
	{trial{name: "an error between two starts of an instance", tell: deployed(logging("00f1", 5000, "ERROR", "worker timeout"), logging("00f1", 6000, "INFO", "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY"))}, "D1 D2 P4"},
	{trial{name: "an error that belongs to no instance", about: fresh + " logged ERROR", hard: []string{"deployment/startup-logs"}, tell: deployed(logging("", 1000, "ERROR", "no available instance"))}, "D1 D2! P4"},
	{trial{name: "an error of no instance, after all have started", tell: deployed(logging("", 4000, "ERROR", "no available instance"))}, "D1 D2 P4"},
	{trial{name: "an error of no instance, after one has started", hard: []string{"deployment/application", "deployment/startup-logs", "deployment/startup-marker"},
		tell: deployed(logging("", 4000, "ERROR", "no available instance"), unlogged(fresh, "00f2", "COMPLETED SUCCESSFULLY", "Total Time", "GOLDEN PATH", "JWT INVALID"))}, "D1! D2! P4"},
	{trial{name: "a request that failed is no entry of the start", tell: deployed(logging("", 1000, "ERROR", "", request("GET", "/health", 503)))}, "D1 D2 P4"},
	{trial{name: "an error of the auth service", about: "instance 00a1", hard: []string{"deployment/startup-logs"}, tell: deployed(func(e *evidence) {
		e.logs[freshAuth] = append(e.logs[freshAuth], logged(freshAuth, "00a1", -58*time.Second, "ERROR", "no database", shape1))
	})}, "D1 D2! P4"},

	{trial{name: "an error that is allowed", tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("^cache is", time.Hour))}, "D1 D2 P4"},
	{trial{name: "an error that was allowed", about: `the allowlist excused it until`, hard: []string{"deployment/startup-logs"}, soft: []string{"deployment/allowlist"},
		tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("^cache is", -time.Hour))}, "D1 D2! P4"},
	{trial{name: "allowed until the very beginning", hard: []string{"deployment/startup-logs"}, soft: []string{"deployment/allowlist"},
		tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("^cache is", 0))}, "D1 D2! P4"},
	{trial{name: "allowed once more", soft: []string{"deployment/allowlist"}, tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("^cache is", -time.Hour), allowing("away$", time.Hour))}, "D1 D2 P4"},
	{trial{name: "another error is allowed", hard: []string{"deployment/startup-logs"}, tell: deployed(logging("00f1", 1000, "ERROR", "cache is away"), allowing("database", time.Hour))}, "D1 D2! P4"},
	{trial{name: "a pattern that cannot be read", about: "cannot be read", hard: []string{"deployment/allowlist"}, tell: deployed(allowing("(", time.Hour))}, "D1 D2! P4"},

	{trial{name: "a traceback as text", about: "at severity DEFAULT", hard: []string{"deployment/startup-text"}, tell: deployed(logging("00f1", 1000, "", "Traceback (most recent call last):\n  File", textual))}, "D1 D2! P4"},
	{trial{name: "a worker that failed to boot, and another that did not", hard: []string{"deployment/startup-marker", "deployment/startup-text"}, tell: deployed(logging("00f1", 1000, "", "[1] [INFO] Reason: Worker failed to boot.", textual))}, "D1 D2! P4"},
	{trial{name: "a worker that failed to boot", hard: []string{"deployment/application", "deployment/startup-marker", "deployment/startup-text"},
		tell: deployed(logging("00f1", 1000, "", "[1] [INFO] Reason: Worker failed to boot.", textual), unlogged(fresh, "00f1", "COMPLETED SUCCESSFULLY", "Total Time", "GOLDEN PATH", "JWT INVALID"))}, "D1! D2! P4"},
	{trial{name: "a traceback beside the message", about: "at severity INFO", hard: []string{"deployment/startup-text"}, tell: deployed(logging("00f1", 1000, "INFO", "warm-up skipped", func(e obj) {
		e["jsonPayload"].(obj)["exc_info"] = "Traceback (most recent call last):\n  File"
	}))}, "D1 D2! P4"},
	{trial{name: "an empty traceback beside the message", tell: deployed(logging("00f1", 1000, "INFO", "warm-up skipped", func(e obj) {
		e["jsonPayload"].(obj)["error"] = obj{"traceback": "", "severity": "ERROR"}
	}))}, "D1 D2 P4"},
	{trial{name: "a traceback as an error", hard: []string{"deployment/startup-logs"}, tell: deployed(logging("00f1", 1000, "ERROR", "Traceback (most recent call last):"))}, "D1 D2! P4"},
	{trial{name: "a traceback that is allowed", tell: deployed(logging("00f1", 1000, "", "Traceback (most recent call last):", textual), allowing("^Traceback", time.Hour))}, "D1 D2 P4"},
	{trial{name: "a traceback that was allowed", about: "excused it until", hard: []string{"deployment/startup-text"}, soft: []string{"deployment/allowlist"},
		tell: deployed(logging("00f1", 1000, "", "Traceback (most recent call last):", textual), allowing("^Traceback", -time.Hour))}, "D1 D2! P4"},
	{trial{name: "a traceback after the start", tell: deployed(logging("00f1", 4000, "", "Traceback (most recent call last):", textual))}, "D1 D2 P4"},

	{trial{name: "entries without a payload", about: "1 of severity INFO, 2 of severity DEFAULT", soft: []string{"deployment/startup-empty"},
		tell: deployed(logging("00f1", 10, "", "", del("jsonPayload", "severity")), logging("00f2", 10, "", "", del("jsonPayload", "severity")), logging("00f2", 11, "INFO", "", del("jsonPayload")))}, "D1 D2 P4"},
	{trial{name: "an error without a payload", about: "nothing, for it has no payload", hard: []string{"deployment/startup-logs"}, soft: []string{"deployment/startup-empty"},
		tell: deployed(logging("00f1", 10, "ERROR", "", del("jsonPayload")))}, "D1 D2! P4"},

	{trial{name: "an instance that does not say it started", about: "instance 00f2 of " + fresh + " has not said within 10s", hard: []string{"deployment/application", "deployment/startup-marker"},
		tell: deployed(unlogged(fresh, "00f2", "COMPLETED SUCCESSFULLY", "Total Time", "GOLDEN PATH", "JWT INVALID"))}, "D1! D2! P4"},
	{trial{name: "an instance that fails, and starts when it tries again", about: "instance 00f1 of " + fresh + " started only when it had failed to", hard: []string{"deployment/startup-marker"},
		tell: deployed(logging("00f1", 2000, "WARNING", "DETERMINISTIC STARTUP SEQUENCE FAILED"))}, "D1 D2! P4"},
	{trial{name: "an instance that starts, and fails when it tries again", about: "instance 00f1 of " + fresh + " did not start", hard: []string{"deployment/application", "deployment/startup-marker"},
		tell: deployed(logging("00f1", 9000, "CRITICAL", "DETERMINISTIC STARTUP SEQUENCE FAILED"))}, "D1! D2! P4"},
	{trial{name: "an instance that has only begun", about: "instance 00f3 of " + fresh + " had not said that it started", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.logs[fresh] = append(e.logs[fresh], logged(fresh, "00f3", -2*time.Second, "INFO", "DETERMINISTIC STARTUP SEQUENCE INITIATED"))
	})}, "D1? D2? P4"},
	{trial{name: "negative tests while an instance starts", about: "negative tests ran before instance 00f3", hard: []string{"infra/not-measured"}, tell: deployed(told(negative), func(e *evidence) {
		e.logs[fresh] = append(e.logs[fresh], logged(fresh, "00f3", -2*time.Second, "INFO", "DETERMINISTIC STARTUP SEQUENCE INITIATED"), logged(fresh, "00f3", -time.Second, "CRITICAL", "JWT INVALID"))
	})}, "D1? D2? P4"},
	{trial{name: "negative tests long after its error", hard: []string{"deployment/startup-logs", "infra/not-measured"}, tell: deployed(told(negative), func(e *evidence) {
		e.logs[fresh] = append(e.logs[fresh], logged(fresh, "00f3", -15*time.Second, "CRITICAL", "no database"), logged(fresh, "00f3", 0, "INFO", "STARTUP SEQUENCE INITIATED"))
		e.how = func(a *ask) {
			if a.Purpose == history.ReadMarkers && a.Revision == fresh {
				a.Left = true
			}
		}
	})}, "D1? D2! P4"},
	{trial{name: "negative tests after every start", tell: deployed(told(negative))}, "D1 D2 P4"},
	{trial{name: "an instance without a marker, among what belongs to none", about: "instance 00f9 of " + fresh + " had not said", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.common = append(e.common, logged(fresh, "00f9", -2*time.Second, "", "Starting gunicorn", textual))
	})}, "D1? D2? P4"},
	{trial{name: "fewer instances than there have to be", about: "1 of at least 2 instances", hard: []string{"deployment/startup-marker"}, tell: deployed(func(e *evidence) {
		e.logs[fresh] = only(e.logs[fresh], func(o obj) bool { return instanceIn(o) == "00f1" })
	})}, "D1 D2! P4"},
	{trial{name: "fewer instances, of a revision that was just created", about: "1 of at least 2 instances", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.logs[fresh] = only(e.logs[fresh], func(o obj) bool { return instanceIn(o) == "00f1" })
		e.revisions[backend][0] = revisionState(fresh, -5*time.Second)
	})}, "D1 D2? P4"},
	{trial{name: "fewer instances than nobody knows", about: "how many instances of", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) {
		e.logs[fresh], e.revisions[backend] = nil, []string{"no JSON"}
	})}, "D1? D2? P4?"},
	{trial{name: "no log at all", about: "0 of at least 2 instances", hard: []string{"deployment/application", "deployment/startup-marker", "infra/not-measured"}, tell: deployed(func(e *evidence) { e.logs[fresh] = nil })}, "D1! D2! P4?"},

	{trial{name: "no access to the logs", about: "grant roles/logging.viewer", hard: []string{"infra/not-measured"}, tell: deployed(reading(history.ReadStart, noAccess), reading(history.ReadMarkers, noAccess))}, "D1? D2? P4?"},
	{trial{name: "no access to the log of a start", hard: []string{"infra/not-measured"}, tell: deployed(reading(history.ReadStart, noAccess))}, "D1 D2? P4"},
	{trial{name: "more instances than the suite looks at", about: "than the suite reads", hard: []string{"infra/not-measured"}, tell: deployed(reading(history.ReadMarkers, lefts))}, "D1? D2? P4"},
	{trial{name: "a log that is longer than the suite reads", hard: []string{"deployment/startup-logs"}, tell: deployed(reading(history.ReadStart, lefts), logging("00f1", 1000, "ERROR", "cache is away"))}, "D1 D2! P4"},
	{trial{name: "the log of one instance was not read", about: "nobody read the start-up log of instance 00f2", hard: []string{"infra/not-measured"}, tell: deployed(reading(history.ReadStart, func(a *ask) {
		if a.Instance == "00f2" {
			a.Purpose = ""
		}
	}))}, "D1 D2? P4"},
	{trial{name: "the log of one that came long after the deployment was not read", tell: deployed(scaled(fixtures.Deploying + time.Minute))}, "D1 D2 P4"},
	{trial{name: "the log of one that came late in the deployment was not read", about: "nobody read the start-up log of instance 00f3", hard: []string{"infra/not-measured"},
		tell: deployed(scaled(fixtures.Deploying - time.Minute))}, "D1 D2? P4"},
	{trial{name: "what belongs to no instance was not read", about: "nobody read the start-up log of " + fresh, hard: []string{"infra/not-measured"}, tell: deployed(reading(history.ReadStart, func(a *ask) {
		if a.Instance == "" {
			a.Purpose = ""
		}
	}))}, "D1 D2? P4"},
}

// starts replaces how long the starts of a revision took.
func starts(revision string, created time.Duration, ms int) func(*evidence) {
	return func(e *evidence) {
		e.logs[revision] = append(backendStart(revision, "00f1", created, ms), backendStart(revision, "00f2", created, ms)...)
	}
}

var startTimeTrials = []verdictTrial{
	{trial{name: "as long as before, and two seconds", tell: deployed(starts(fresh, -time.Minute, 5400))}, "D1 D2 P4"},
	{trial{name: "more than two seconds longer", about: fresh + " took 5.6s to start, the median over 2 instances by their own account; " + stale + " before it took 3.5s, and more than 5.5s is not normal",
		hard: []string{"deployment/startup-time"}, tell: deployed(starts(fresh, -time.Minute, 5600))}, "D1 D2 P4!"},
	{trial{name: "a long start by less than half more", tell: deployed(starts(stale, -time.Hour, 9000), starts(fresh, -time.Minute, 13400))}, "D1 D2 P4"},
	{trial{name: "a long start by more than half more", hard: []string{"deployment/startup-time"}, tell: deployed(starts(stale, -time.Hour, 9000), starts(fresh, -time.Minute, 13600))}, "D1 D2 P4!"},
	{trial{name: "the old one did not say how long", about: "took 11s to start, the median over 2 instances from the creation", hard: []string{"deployment/startup-time"},
		tell: deployed(starts(stale, -time.Hour, 3000), starts(fresh, -time.Minute, 7000), unlogged(stale, "", "Total Time"))}, "D1 D2 P4!"},
	{trial{name: "the auth service, which never says how long", about: freshAuth + " took 6s", hard: []string{"deployment/startup-time"}, tell: deployed(func(e *evidence) {
		e.logs[freshAuth] = authStart(freshAuth, "00a1", -57*time.Second)
	})}, "D1 D2 P4!"},
	{trial{name: "instances that came later do not count", tell: deployed(func(e *evidence) {
		e.logs[freshAuth] = append(e.logs[freshAuth], authStart(freshAuth, "00a2", -20*time.Second)...)
	})}, "D1 D2 P4"},
	{trial{name: "no log of the old one", about: "no instance of " + stale + " is known to have started: its log does not say so", hard: []string{"infra/not-measured"}, tell: deployed(func(e *evidence) { e.logs[stale] = nil })}, "D1 D2 P4?"},
	{trial{name: "no log of the old one, and ready later than before", about: "until it was ready", hard: []string{"deployment/startup-time"}, tell: deployed(func(e *evidence) {
		e.logs[stale], e.revisions[backend][1] = nil, revisionState(stale, -time.Hour, stamp(-time.Hour+10*time.Second), stamp(-time.Hour+5*time.Second))
	})}, "D1 D2 P4!"},
	{trial{name: "nothing is believed of the old one", about: "not known by the same measure", hard: []string{"infra/not-measured"}, tell: deployed(starts(stale, -59*time.Minute, 3000), unlogged(stale, "", "Total Time"), func(e *evidence) {
		e.revisions[backend][1] = revisionState(stale, -time.Hour, stamp(-time.Hour+10*time.Second), stamp(-time.Minute))
	})}, "D1 D2 P4?"},
}
