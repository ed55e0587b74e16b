package config

import (
	"fmt"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Abilities that a remote target may declare (package history says what they mean). Signing tokens and
// restarting are not among them: that the suite can do to the embedded target only.
const (
	ExactAnswers      = "exact-answers"
	ShortTokens       = "short-tokens"
	SimulatedFailures = "simulated-failures"
)

const auto = "auto"

// maxBudget is beyond any limit in docs/protocol: a longer wait is a slip of the unit.
const maxBudget = 10 * time.Minute

var (
	abilities = []string{ExactAnswers, ShortTokens, SimulatedFailures}
	// criteria are what may stay unmeasured: those of issue #891 that the cloud's evidence decides
	// (docs/protocol/deployment.md, section 7), and what stories ask of a target that it may lack.
	criteria = []string{
		"D1", "D2", "D3", "D4", "P3", "P4",
		"forged-tokens", ShortTokens, "restart", SimulatedFailures,
		"session-limit", "cors", "resumed-thread", "rest-agents-start", "rest-agents-stream", "rest-chat", "served-urls",
	}
	dialects = []string{auto, "september", "october"}
	shapes   = []string{auto, "september", "october", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"}

	item = regexp.MustCompile(`^[\w./:@=-]+$`)
)

func (c *Config) check(vars variables, ps *problems) {
	c.checkTarget(ps)
	c.checkURLs(ps)
	c.checkCredentials(ps)
	ps.checkOneOf("STAGING_DIALECT", c.Dialect, dialects)
	ps.checkOneOf("STAGING_EVENT_SHAPE", c.EventShape, shapes)
	c.checkLists(ps)
	c.checkNumbers(vars, ps)
	c.checkCertainty(ps)
	c.checkBudgets(ps)
}

// checkTarget refuses what cannot be meant of the kind of target.
func (c *Config) checkTarget(ps *problems) {
	if c.Target == Embedded {
		for _, u := range c.urls() {
			if *u.value != "" {
				ps.add(u.variable, "is set although STAGING_TARGET is embedded", "unset it, or set STAGING_TARGET=remote")
			}
		}
		if c.DeployCommand != "" {
			ps.add("STAGING_DEPLOY_COMMAND", "is set although the target is embedded, which deploys itself", "unset it, or set STAGING_TARGET=remote")
		}
		return
	}
	if c.APIURL == "" {
		ps.add("STAGING_API_URL", "is empty although the target is remote", "set it to the backend's URL, or unset every STAGING_*_URL and STAGING_TARGET for the embedded target")
	}
	if c.AuthURL == "" {
		ps.add("STAGING_AUTH_URL", "is empty although the target is remote", "set it to the auth service's URL, or unset every STAGING_*_URL and STAGING_TARGET for the embedded target")
	}
	if len(c.Fault) > 0 {
		ps.add("STAGING_FAULT", "is set although the target is remote", "unset it; only the embedded target exhibits faults")
	}
	if len(c.Variant) > 0 {
		ps.add("STAGING_VARIANT", "is set although the target is remote", "unset it; only the embedded target has variants")
	}
}

func (c *Config) checkCredentials(ps *problems) {
	switch {
	case c.Email != "" && !c.Password.IsSet():
		ps.add("TEST_USER_PASSWORD", "is empty although TEST_USER_EMAIL is set", "set both or neither")
	case c.Email == "" && c.Password.IsSet():
		ps.add("TEST_USER_EMAIL", "is empty although TEST_USER_PASSWORD is set", "set both or neither")
	case c.Target == Remote && c.Email == "" && !c.SimulationKey.IsSet():
		ps.add("E2E_OAUTH_SIMULATION_KEY", "is empty although the target is remote", "set it, or TEST_USER_EMAIL and TEST_USER_PASSWORD")
	}
	if address, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || address.Address != c.Email) {
		ps.add("TEST_USER_EMAIL", "is no e-mail address", "write only the address, as in someone@example.com")
	}
	ps.checkVisible("E2E_OAUTH_SIMULATION_KEY", c.SimulationKey)
	if strings.ContainsFunc(c.Password.Reveal(), unicode.IsControl) {
		ps.add("TEST_USER_PASSWORD", "holds a control character", "remove it, often a line end that was copied too")
	}
}

func (ps *problems) checkVisible(variable string, secret Secret) {
	if strings.ContainsFunc(secret.Reveal(), invisible) {
		ps.add(variable, "holds white space or a control character", "remove it, often a line end that was copied too")
	}
}

func invisible(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

func (ps *problems) checkOneOf(variable, value string, known []string) {
	if !slices.Contains(known, value) {
		ps.add(variable, fmt.Sprintf("is %q", value), "write one of "+strings.Join(known, ", "))
	}
}

// checkLists trims the items of lists of names, so that a blank after a comma does no harm.
func (c *Config) checkLists(ps *problems) {
	for _, list := range []struct {
		variable string
		items    []string
		known    []string // nil: any name will do
	}{
		{"STAGING_ALLOW_PRODUCTION", c.AllowProduction, nil},
		{"STAGING_ABILITIES", c.Abilities, abilities},
		{"STAGING_ALLOW_UNMEASURED", c.AllowUnmeasured, criteria},
		{"STAGING_FAULT", c.Fault, nil},
		{"STAGING_VARIANT", c.Variant, nil},
	} {
		for i, s := range list.items {
			s = strings.TrimSpace(s)
			switch {
			case !item.MatchString(s) || slices.Contains(list.items[:i], s):
				ps.add(list.variable, fmt.Sprintf("has the item %q", s), "write each name once, separated by single commas")
			case list.known != nil:
				ps.checkOneOf(list.variable, s, list.known)
			}
			list.items[i] = s
		}
	}
}

func (c *Config) checkNumbers(vars variables, ps *problems) {
	between := func(variable string, value, low, high int) {
		if value < low || value > high {
			ps.add(variable, fmt.Sprintf("is %d", value), fmt.Sprintf("write a number from %d to %d", low, high))
		}
	}
	if vars.given("STAGING_FAULT_RATE") && !(c.FaultRate >= 0 && c.FaultRate <= 1) { // nor is it NaN
		ps.add("STAGING_FAULT_RATE", fmt.Sprintf("is %v", c.FaultRate), "write a number from 0 to 1")
	}
	if c.DeployTimeout < time.Second || c.DeployTimeout > 24*time.Hour {
		ps.add("STAGING_DEPLOY_TIMEOUT", "is "+c.DeployTimeout.String(), "write a duration from 1s to 24h")
	}
	between("STAGING_FAULT_SEED", c.FaultSeed, 0, 1_000_000_000)
	between("STAGING_USERS", c.Users, 2, 500)
	between("STAGING_SESSION_LIMIT", c.SessionLimit, 0, 10_000)
	between("STAGING_MAX_REQUESTS_PER_MINUTE", c.MaxRequestsPerMinute, 0, 100_000)
	if c.Target == Remote && c.MaxRequestsPerMinute == 0 && !c.onLoopback() {
		ps.add("STAGING_MAX_REQUESTS_PER_MINUTE", "is 0 although a URL is off loopback", "write 90 or less: the edge bans for ten minutes above 100")
	}
}

func (c *Config) checkBudgets(ps *problems) {
	limits := map[string]time.Duration{}
	if c.Target == Remote {
		limits["STAGING_BUDGET_CONNECT"] = 30 * time.Second // P1 of issue #891
		limits["STAGING_BUDGET_ANSWER"] = 60 * time.Second  // P2 of issue #891
	}
	for f, v := range reflect.ValueOf(c.Budgets).Fields() {
		variable, budget := f.Tag.Get("env"), time.Duration(v.Int())
		limit, ok := limits[variable]
		if !ok {
			limit = maxBudget
		}
		if budget != 0 && (budget < time.Millisecond || budget > limit) {
			ps.add(variable, "is "+budget.String(), "write a duration from 1ms to "+limit.String()+", or 0 for the default")
		}
	}
}
