package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSecrets(t *testing.T) {
	assert.Empty(t, Config{Email: "someone@example.com"}.Secrets())
	c := Config{SimulationKey: NewSecret("key"), Password: NewSecret("word"), GCPToken: NewSecret("token")}
	assert.Equal(t, []string{"key", "word", "token"}, c.Secrets())
}

func TestWithoutSecrets(t *testing.T) {
	environ := []string{"PATH=/bin", "E2E_OAUTH_SIMULATION_KEY=k", "TEST_USER_PASSWORD=p", "TEST_USER_EMAIL=e", "STAGING_GCP_TOKEN=t=u",
		"STAGING_DEPLOY_COMMAND=deploy --token=x", "STAGING_GCP_PROJECT=netra-staging", "GOOGLE_APPLICATION_CREDENTIALS=gcp.json", "broken"}
	assert.Equal(t, []string{"PATH=/bin", "TEST_USER_EMAIL=e", "STAGING_GCP_PROJECT=netra-staging", "GOOGLE_APPLICATION_CREDENTIALS=gcp.json", "broken"},
		WithoutSecrets(environ))
	assert.Len(t, environ, 9, "the environment itself stays as it is")
}
