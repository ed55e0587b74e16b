package verdict_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// refused makes a story one whose login was refused, and that could do nothing.
func refused(name string) edit {
	return func(e *evidence.Evidence) {
		s := story(e, name)
		s.Logins = evidence.Logins{Answered: 1, Refused: 1, Status: 401, Method: history.MethodSimulation}
		s.Stopped, s.Events, s.Sessions, s.Latencies, s.Slowest = "log in u1: 401", 0, 0, nil, nil
		breaks(name, "auth/login-refused")(e)
	}
}

// outside makes evidence of a run that nobody let in.
func outside(e *evidence.Evidence) {
	story(e, "Revision").Logins = evidence.Logins{}
	all(refused("Path"), refused("Agents"), refused("Users"), refused("Threads"))(e)
}

func by(name string, l evidence.Logins) edit {
	return func(e *evidence.Evidence) { story(e, name).Logins = l }
}

// Who could not get in has measured nothing: that is no reason to roll back, and none to proceed.
func TestShutOut(t *testing.T) {
	const key = "the suite could not get in: all 4 logins were refused (401). Is E2E_OAUTH_SIMULATION_KEY the target's? If it is, nobody can log in"
	for _, row := range []struct {
		name             string
		edit             edit
		decision, reason string // the first
	}{
		{"the key is wrong", all(), summary.Investigate, key},
		{"the network failed once as well", by("Path", evidence.Logins{Method: history.MethodSimulation}), summary.Investigate, strings.Replace(key, "4", "3", 1)},
		{"the password is wrong", all(by("Path", evidence.Logins{}), by("Agents", evidence.Logins{}), by("Users", evidence.Logins{}),
			by("Threads", evidence.Logins{Answered: 1, Refused: 1, Status: 403, Method: history.MethodPassword})), summary.Investigate,
			"the suite could not get in: the only login was refused (403). Is TEST_USER_EMAIL with TEST_USER_PASSWORD the target's?"},
		{"the method is unknown", by("Threads", evidence.Logins{Answered: 1, Refused: 1, Status: 401}), summary.Investigate, "the suite could not get in: all 4 logins were refused (401). Is what it logs in with the target's?"},

		{"the same credentials were accepted once", by("Revision", evidence.Logins{Answered: 1}), summary.Rollback, "failed: F1, F2, F3"},
		{"a login was a server error once", by("Path", evidence.Logins{Answered: 2, Refused: 1, Status: 401}), summary.Rollback, "failed: F1, F2, F3"},
		{"health is bad, too", says("D3", judge.Fail), summary.Rollback, "failed: D3, F1, F2, F3"},
		{"something else failed", breaks("Path", "infra/server-error"), summary.Rollback, key},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := healthy()
			all(outside, row.edit)(e)
			v := verdict.Of(e, expected())
			assert.Equal(t, row.decision, v.Decision)
			assert.Equal(t, verdict.Low, v.Confidence)
			assert.True(t, strings.HasPrefix(v.Reasons[0], row.reason), v.Reasons[0])
			if row.decision == summary.Investigate {
				assert.Equal(t, "F1 not measured, F2 not measured, F3 not measured, F4 not measured, F5 not measured, P1 not measured, P2 not measured", notPassed(v))
				assert.Equal(t, "Path: its login was refused, as every login of the run", v.Criterion("F1").Evidence)
			}
		})
	}
}

// A login that some get and others do not is the target's failure.
func TestSomeAreShutOut(t *testing.T) {
	e := healthy()
	refused("Users")(e)
	v := verdict.Of(e, expected())
	assert.Equal(t, summary.Rollback, v.Decision)
	assert.Equal(t, summary.Fail, v.Criterion("F2").Verdict)
}
