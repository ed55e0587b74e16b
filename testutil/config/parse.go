package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Parse builds the configuration from the environment and from the contents of a .env file; either
// may be nil. A variable of the environment wins, even when it is empty: then it means its default.
//
// The error joins every Problem there is, in an order that does not change; the Config is then
// empty. Parse is pure: CAFile, LogAllowlist and Artifacts stay as they were given, no file is read, and
// the clock neither.
func Parse(environ, dotenv map[string]string) (Config, error) {
	c, ps := parse(environ, dotenv)
	if err := ps.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func parse(environ, dotenv map[string]string) (Config, problems) {
	var ps problems
	vars := variables{}
	maps.Copy(vars, dotenv)
	maps.Copy(vars, environ)
	ps.checkNames(vars)
	if _, ok := dotenv["STAGING_ENV_FILE"]; ok {
		ps.add("STAGING_ENV_FILE", "is set in the .env file itself", "set it in the environment instead")
	}
	c := decode(vars, &ps)
	c.chooseTarget(&ps)
	c.fill(vars)
	c.check(vars, &ps)
	c.checkCloud(vars, &ps)
	return c, ps
}

// variables are the effective variables; one whose value cannot be read is reported and removed.
type variables map[string]string

func (v variables) given(name string) bool { return v[name] != "" }

func decode(vars variables, ps *problems) (c Config) {
	err := env.ParseWithOptions(&c, env.Options{Environment: vars})
	if err == nil {
		return c
	}
	var all env.AggregateError
	if !errors.As(err, &all) {
		*ps = append(*ps, err)
		return c
	}
	for _, e := range all.Errors {
		var bad env.ParseError
		i := -1
		if errors.As(e, &bad) {
			i = slices.IndexFunc(fields, func(f field) bool { return f.name == bad.Name })
		}
		if i < 0 {
			*ps = append(*ps, e)
			continue
		}
		name := fields[i].variable
		ps.add(name, fmt.Sprintf("is %q", vars[name]), fields[i].form())
		delete(vars, name)
	}
	return c
}

// checkNames refuses STAGING_ variables that nobody reads: a misspelt one would silently test
// something else than was meant.
func (ps *problems) checkNames(vars variables) {
	known := Variables()
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if strings.HasPrefix(name, "STAGING_") && !slices.Contains(known, name) {
			ps.add(name, "is not a variable of this suite", "unset it; the nearest is "+nearest(name, known))
		}
	}
}

// chooseTarget derives the kind from the URLs and refuses one that contradicts them.
func (c *Config) chooseTarget(ps *problems) {
	derived := Embedded
	for _, u := range c.urls() {
		if *u.value != "" {
			derived = Remote
		}
	}
	switch c.Target {
	case "":
		c.Target = derived
	case Embedded, Remote:
	default:
		ps.add("STAGING_TARGET", fmt.Sprintf("is %q", string(c.Target)), "write embedded or remote")
		c.Target = derived
	}
}

// fill sets the defaults that are not zero; some depend on the kind of target.
func (c *Config) fill(vars variables) {
	users, pace := 25, 0
	if c.Target == Remote {
		users = 3
		pace = 90 // below the edge's 100 (docs/protocol/http.md, section 1, Edge)
	}
	if !vars.given("STAGING_USERS") {
		c.Users = users
	}
	if !vars.given("STAGING_MAX_REQUESTS_PER_MINUTE") {
		c.MaxRequestsPerMinute = pace
	}
	if !vars.given("STAGING_FAULT_RATE") {
		c.FaultRate = -1
	}
	if !vars.given("STAGING_MAX_FAILURE_RATE") {
		c.MaxFailureRate = 0.03
	}
	if !vars.given("STAGING_CONFIDENCE") {
		c.Confidence = 0.95
	}
	if !vars.given("STAGING_MAX_RUNS") {
		c.MaxRuns = 200
	}
	c.DeployTimeout = cmp.Or(c.DeployTimeout, 30*time.Minute)
	c.Dialect = cmp.Or(c.Dialect, auto)
	c.EventShape = cmp.Or(c.EventShape, auto)
	c.GCPRegion = cmp.Or(c.GCPRegion, "us-central1") // docs/protocol/deployment.md, first lines
	c.BackendService = cmp.Or(c.BackendService, "netra-backend-staging")
	c.AuthService = cmp.Or(c.AuthService, "netra-auth-service") // likewise, section 1
}
