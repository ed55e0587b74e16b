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
	{name: "production, of a part", hard: []string{"health/environment"}, about: `services.auth.environment is "production"`,
		tell: configured(`{"services":{"auth":{"environment":"production"},"backend":{"environment":"staging"}}}`)},
	{name: "production, of a part of an undeclared target", soft: []string{"health/environment"},
		tell: undeclared(configured(`{"services":{"auth":{"environment":"production"}}}`))},
	{name: "a member that ends alike", tell: configured(`{"build_environment":"ci","environment":"staging"}`)},
	{name: "production, according to health", hard: []string{"health/environment"}, tell: undeclared(endpointSaid(fixtures.Auth, "/health/ready", `"staging"`, `"production"`))},
}
