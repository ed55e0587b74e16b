package judge

import (
	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

var environmentTrials = []trial{
	{name: "staging", tell: configured(`{"environment":"staging"}`)},
	{name: "shouted", tell: configured(`{"environment":"STAGING"}`)},
	{name: "none", tell: configured(`{"app_name":"netra"}`)},
	{name: "one that is no text", tell: configured(`{"environment":{"name":"development"}}`)},
	{name: "a word of another exchange", tell: asked(history.PurposeMessages, `{"messages":[],"environment":"development"}`)},
	{name: "development", hard: []string{"health/environment"}, about: `environment is "development"`, tell: configured(`{"environment":"development"}`)},
	{name: "empty", hard: []string{"health/environment"}, tell: configured(`{"environment":""}`)},
	{name: "production, according to health", hard: []string{"health/environment"}, tell: undeclared(endpointSaid(fixtures.Auth, "/health/ready", `"staging"`, `"production"`))},
}
