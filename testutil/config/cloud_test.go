package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
)

const (
	canaryToken = "ya29.canary-token-5d20b4"
	sum         = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
)

// cloud is a remote target whose project is known, with changes.
func cloud(changes ...string) map[string]string {
	return remote(append([]string{"STAGING_GCP_PROJECT=netra-staging"}, changes...)...)
}

func TestParseReadsTheCloud(t *testing.T) {
	c, err := Parse(cloud(
		"STAGING_GCP_REGION=europe-west12",
		"STAGING_GCP_ENDPOINT=HTTP://LOCALHOST:8090/",
		"STAGING_GCP_TOKEN="+canaryToken,
		"STAGING_BACKEND_SERVICE=netra",
		"STAGING_AUTH_SERVICE=netra-auth",
		"STAGING_BASELINE_REVISION=netra-auth-00007-abc, netra-00641-xyz",
		"STAGING_DEPLOYMENT_BEGAN=2025-09-16T19:00:00+02:00",
		"STAGING_IMAGE_DIGEST=netra="+sum+" ",
		"STAGING_LOG_ALLOWLIST=allowed.yaml",
	), nil)
	require.NoError(t, err)
	assert.Equal(t, "netra-staging", c.GCPProject)
	assert.Equal(t, "europe-west12", c.GCPRegion)
	assert.Equal(t, "http://localhost:8090", c.GCPEndpoint)
	assert.Equal(t, canaryToken, c.GCPToken.Reveal())
	assert.Equal(t, "netra", c.BackendService)
	assert.Equal(t, "netra-auth", c.AuthService)
	assert.Equal(t, "netra-00641-xyz", c.Baseline("netra"))
	assert.Equal(t, "netra-auth-00007-abc", c.Baseline("netra-auth"))
	assert.True(t, c.DeploymentBegan.Equal(time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC)))
	assert.Equal(t, sum, c.Image("netra"))
	assert.Empty(t, c.Image("netra-auth"))
	assert.Equal(t, "allowed.yaml", c.LogAllowlist)
}

func TestTheLongerServicesNameDecides(t *testing.T) {
	for _, c := range []Config{{BackendService: "netra", AuthService: "netra-auth"}, {BackendService: "netra-auth", AuthService: "netra"}} {
		c.BaselineRevision = []string{"netra-auth-00007-abc"}
		assert.Equal(t, "netra-auth-00007-abc", c.Baseline("netra-auth"))
		assert.Empty(t, c.Baseline("netra"))
	}
}

func TestTheCloudsDefaults(t *testing.T) {
	c, err := Parse(cloud("STAGING_GCP_REGION=", "STAGING_DEPLOYMENT_BEGAN=", "STAGING_IMAGE_DIGEST=", "STAGING_BASELINE_REVISION="), nil)
	require.NoError(t, err)
	assert.Equal(t, "us-central1", c.GCPRegion)
	assert.Equal(t, fixtures.BackendService, c.BackendService)
	assert.Equal(t, fixtures.AuthService, c.AuthService)
	assert.Empty(t, c.GCPEndpoint)
	assert.False(t, c.GCPToken.IsSet())
	assert.True(t, c.DeploymentBegan.IsZero())
	for _, service := range []string{fixtures.BackendService, fixtures.AuthService, ""} {
		assert.Empty(t, c.Baseline(service))
		assert.Empty(t, c.Image(service))
	}
	allowed, err := c.Allowances()
	assert.NoError(t, err)
	assert.Nil(t, allowed)
}

func TestParseAcceptsGooglesNames(t *testing.T) {
	for _, change := range []string{
		"STAGING_GCP_PROJECT=abcdef", "STAGING_GCP_PROJECT=example.com:my-project-1", "STAGING_GCP_PROJECT=a" + strings.Repeat("1", 29),
		"STAGING_GCP_REGION=northamerica-northeast2", "STAGING_GCP_REGION=us-east5", "STAGING_GCP_REGION=u-france-east1",
		"STAGING_BACKEND_SERVICE=b", "STAGING_AUTH_SERVICE=a" + strings.Repeat("-1", 24),
		"STAGING_BASELINE_REVISION=netra-backend-staging-v2", "STAGING_DEPLOYMENT_BEGAN=2025-09-16T17:00:00.123456789Z",
		"STAGING_GCP_TOKEN=" + canaryToken, // for Google itself
	} {
		_, err := Parse(cloud(change), nil)
		assert.NoError(t, err, change)
	}
}

func TestParseRefusesInTheCloud(t *testing.T) {
	const backend, auth = "netra-backend-staging", "netra-auth-service"
	tests := []struct {
		name, change string
	}{
		{name: "project's number", change: "STAGING_GCP_PROJECT=123456789012"},
		{name: "project's title", change: "STAGING_GCP_PROJECT=Netra Staging"},
		{name: "short project", change: "STAGING_GCP_PROJECT=netra"},
		{name: "long project", change: "STAGING_GCP_PROJECT=a" + strings.Repeat("1", 30)},
		{name: "project ends in a hyphen", change: "STAGING_GCP_PROJECT=netra-staging-"},
		{name: "project with its kind", change: "STAGING_GCP_PROJECT=projects/netra-staging"},
		{name: "project with a line end", change: "STAGING_GCP_PROJECT=netra-staging\n"},
		{name: "zone", change: "STAGING_GCP_REGION=us-central1-a"},
		{name: "every region", change: "STAGING_GCP_REGION=-"},
		{name: "multi-region", change: "STAGING_GCP_REGION=us"},
		{name: "service's resource name", change: "STAGING_BACKEND_SERVICE=projects/p/locations/l/services/" + backend},
		{name: "service's host", change: "STAGING_AUTH_SERVICE=auth.staging.netrasystems.ai"},
		{name: "service of 50 characters", change: "STAGING_AUTH_SERVICE=a" + strings.Repeat("1", 49)},
		{name: "service in capitals", change: "STAGING_BACKEND_SERVICE=Backend"},
		{name: "one service for both", change: "STAGING_AUTH_SERVICE=" + backend},
		{name: "endpoint in plain text", change: "STAGING_GCP_ENDPOINT=http://cloud.example"},
		{name: "endpoint with a path", change: "STAGING_GCP_ENDPOINT=https://cloud.example/v2"},
		{name: "endpoint without a scheme", change: "STAGING_GCP_ENDPOINT=run.googleapis.com"},
		{name: "endpoint with a secret", change: "STAGING_GCP_ENDPOINT=https://cloud.example?token=" + canaryKey},
		{name: "endpoint without a token", change: "STAGING_GCP_TOKEN="},
		{name: "token with a line end", change: "STAGING_GCP_TOKEN=" + canaryToken + "\n"},
		{name: "revision of no service", change: "STAGING_BASELINE_REVISION=backend-service-00641-xyz"},
		{name: "service as its revision", change: "STAGING_BASELINE_REVISION=" + backend},
		{name: "service and a hyphen", change: "STAGING_BASELINE_REVISION=" + backend + "-"},
		{name: "revision's resource name", change: "STAGING_BASELINE_REVISION=services/" + backend + "/revisions/" + backend + "-00641-xyz"},
		{name: "two revisions of a service", change: "STAGING_BASELINE_REVISION=" + backend + "-00641-xyz," + backend + "-00642-abc"},
		{name: "revision of 64 characters", change: "STAGING_BASELINE_REVISION=" + backend + "-" + strings.Repeat("1", 63-len(backend))},
		{name: "empty revision", change: "STAGING_BASELINE_REVISION=" + backend + "-00641-xyz,"},
		{name: "time without a zone", change: "STAGING_DEPLOYMENT_BEGAN=2025-09-16T17:00:00"},
		{name: "no time", change: "STAGING_DEPLOYMENT_BEGAN=yesterday"},
		{name: "digest alone", change: "STAGING_IMAGE_DIGEST=" + sum},
		{name: "short digest", change: "STAGING_IMAGE_DIGEST=" + backend + "=" + sum[:70]},
		{name: "digest in capitals", change: "STAGING_IMAGE_DIGEST=" + backend + "=" + strings.ToUpper(sum)},
		{name: "whole image", change: "STAGING_IMAGE_DIGEST=gcr.io/netra-staging/" + backend + "@" + sum},
		{name: "digest of no service", change: "STAGING_IMAGE_DIGEST=backend-service=" + sum},
		{name: "two digests of a service", change: "STAGING_IMAGE_DIGEST=" + auth + "=" + sum + "," + auth + "=" + sum},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vars := cloud("STAGING_GCP_ENDPOINT=https://cloud.example", "STAGING_GCP_TOKEN="+canaryToken)
			_, err := Parse(with(vars, tt.change), nil)
			variable, _, _ := strings.Cut(tt.change, "=")
			assert.Equal(t, []string{variable}, refused(t, err))
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestOfProjectIsTheSectionOfTheCloud(t *testing.T) {
	first := slices.IndexFunc(fields, func(f field) bool { return f.variable == "STAGING_GCP_PROJECT" })
	require.NotEmpty(t, fields[first].section)
	var section []string
	for _, f := range fields[first+1:] {
		if f.section != "" {
			break
		}
		section = append(section, f.variable)
	}
	assert.Equal(t, section, ofProject)
}

// What would do nothing was meant to do something.
func TestParseRefusesACloudThatIsNotRead(t *testing.T) {
	values := map[string]string{}
	for _, f := range fields {
		values[f.variable] = f.example
	}
	values["STAGING_GCP_TOKEN"] = canaryToken
	set := func(variable string) string { return variable + "=" + values[variable] }
	for _, variable := range ofProject {
		others := []string{variable}
		if variable == "STAGING_GCP_ENDPOINT" {
			others = append(others, "STAGING_GCP_TOKEN")
		}
		_, err := Parse(remote(set(variable), set(others[len(others)-1])), nil)
		assert.Equal(t, others, refused(t, err))
		_, err = Parse(with(nil, set(variable), set(others[len(others)-1])), nil)
		assert.Equal(t, others, refused(t, err))
	}
	_, err := Parse(with(nil, set("STAGING_GCP_PROJECT")), nil)
	assert.Equal(t, []string{"STAGING_GCP_PROJECT"}, refused(t, err))
}

func TestADeploymentBeganInThePast(t *testing.T) {
	now := time.Date(2025, 9, 16, 17, 0, 0, 0, time.UTC)
	for ahead, want := range map[time.Duration]int{-time.Hour: 0, 0: 0, skew: 0, skew + 1: 1, 2 * time.Hour: 1} {
		var ps problems
		ps.checkPast("STAGING_DEPLOYMENT_BEGAN", now.Add(ahead), now)
		assert.Len(t, ps, want, ahead)
	}
	module(t, nil)
	for name, value := range cloud("STAGING_DEPLOYMENT_BEGAN=" + time.Now().Add(2*time.Hour).Format(time.RFC3339)) {
		t.Setenv(name, value)
	}
	_, err := Load()
	assert.Equal(t, []string{"STAGING_DEPLOYMENT_BEGAN"}, refused(t, err))
}
