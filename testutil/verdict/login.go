package verdict

import (
	"fmt"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// loginRefused is the rule that finds a login that was refused.
const loginRefused = "auth/login-refused"

// shutOut says that the suite could not get in; empty if it could. Where the target answered every login of the run
// with a refusal, nobody can tell a wrong key from a target that refuses the right one: what lies behind a login is
// not measured then, and not failed. One login that was answered otherwise, or health that is not as it should be,
// shows that the target is at fault.
func (c *court) shutOut() string {
	var all evidence.Logins
	for _, s := range c.Stories {
		if slices.ContainsFunc(s.Criteria, func(m judge.Criterion) bool { return m.ID == "D3" && m.Verdict == judge.Fail }) {
			return ""
		}
		all.Answered += s.Logins.Answered
		all.Refused += s.Logins.Refused
		if s.Logins.Refused > 0 {
			all.Method, all.Status = s.Logins.Method, s.Logins.Status
		}
	}
	if all.Refused == 0 || all.Refused < all.Answered {
		return ""
	}
	variable, known := credentials[all.Method]
	if !known {
		variable = "what it logs in with"
	}
	return fmt.Sprintf("the suite could not get in: %s refused (%d). Is %s the target's? If it is, nobody can log in",
		every(all.Refused), all.Status, variable)
}

// credentials are the variables that a login of the method takes its credentials from.
var credentials = map[string]string{
	history.MethodSimulation: "E2E_OAUTH_SIMULATION_KEY",
	history.MethodPassword:   "TEST_USER_EMAIL with TEST_USER_PASSWORD",
}

func every(logins int) string {
	if logins == 1 {
		return "the only login was"
	}
	return fmt.Sprintf("all %d logins were", logins)
}

// excused tells whether a finding says no more than that the suite could not get in.
func (c *court) excused(f judge.Finding) bool { return c.shut != "" && f.Rule == loginRefused }
