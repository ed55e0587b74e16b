package main

import (
	"fmt"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
)

// notHere is what cannot be measured here: what the suite can do only to a deployment in its own process,
// short tokens, which this one does not issue, and D4 of issue #891, since nobody used the baseline.
var notHere = []string{history.ForgedTokens, history.Restart, history.ShortTokens, "D4"}

// eventShape is what the deployment declares: the shape of its variants, which it was started with, or else
// that of its dialect.
func (s serving) eventShape(server *refstaging.Server) string {
	if declared, err := variants.Declared(s.variants); err == nil && declared.Shape != "" {
		return declared.Shape
	}
	return server.Config().Dialect
}

// variables are the lines to export so that the stories test this server, its limits and abilities, and
// its deployment after the baseline included.
func (s serving) variables(server *refstaging.Server, baseline string) string {
	var b strings.Builder
	set := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "export %s='%s'\n", name, value)
		}
	}
	set("STAGING_TARGET", "remote")
	set("STAGING_API_URL", server.APIURL())
	set("STAGING_AUTH_URL", server.AuthURL())
	set("STAGING_WEBSOCKET_URL", server.WebSocketURL())
	set("STAGING_APP_URL", server.AppURL())
	set("STAGING_CA_FILE", s.caFile)
	set("E2E_OAUTH_SIMULATION_KEY", server.SimulationKey())
	set("STAGING_DIALECT", server.Config().Dialect)
	set("STAGING_EVENT_SHAPE", s.eventShape(server))
	set("STAGING_SESSION_LIMIT", fmt.Sprint(server.Config().SessionLimit))
	set("STAGING_ABILITIES", config.ExactAnswers+","+config.SimulatedFailures)
	set("STAGING_GCP_PROJECT", server.Config().Cloud.Project)
	set("STAGING_GCP_REGION", server.Config().Cloud.Region)
	set("STAGING_GCP_ENDPOINT", server.CloudURL())
	set("STAGING_GCP_TOKEN", server.Config().Cloud.Token)
	set("STAGING_BASELINE_REVISION", baseline)
	set("STAGING_ALLOW_UNMEASURED", strings.Join(notHere, ","))
	set("STAGING_MAX_REQUESTS_PER_MINUTE", "0")
	// An agent that is told to stall is silent until the run limit, which is as long as the usual gap.
	set("STAGING_BUDGET_GAP", max(fixtures.RemoteBudgets().Gap, server.Config().RunLimit+fixtures.RemoteBudgets().Reply).String())
	set("STAGING_BUDGET_CLEANUP", fixtures.EmbeddedBudgets().Cleanup.String()) // nothing is left to be cleaned up
	return b.String()
}
