package cloud_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/run/v2"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud"
)

func TestRefusals(t *testing.T) {
	p := newPlatform(t, cloud.Hooks{})
	p.deploy(started)
	services := p.run().Projects.Locations.Services
	for name, c := range map[string]struct {
		ask  func() error
		code int
	}{
		"unknown service": {func() error { _, err := services.Get(parent + "/services/backend-service").Do(); return err }, 404},
		"unknown region": {func() error {
			_, err := services.Get("projects/netra-staging/locations/x/services/netra-backend-staging").Do()
			return err
		}, 404},
		"unknown revision": {func() error { _, err := services.Revisions.Get(backend + "/revisions/x").Do(); return err }, 404},
		"foreign project":  {func() error { _, err := services.List("projects/x/locations/us-central1").Do(); return err }, 403},
		"bad page token":   {func() error { _, err := services.Revisions.List(backend).PageToken("x").Do(); return err }, 400},
		"bad page size":    {func() error { _, err := services.Revisions.List(backend).PageSize(-1).Do(); return err }, 400},
		"not served":       {func() error { _, err := services.Delete(backend).Do(); return err }, 404},
	} {
		assert.Equal(t, c.code, refusal(t, c.ask()).Code, name)
	}
}

// Who asks without a good token, without the role, or too often is told so, by every API.
func TestPermissions(t *testing.T) {
	answer := error(nil)
	p := newPlatform(t, cloud.Hooks{Permit: func(next cloud.Permit) cloud.Permit {
		return func(token, permission string) error {
			if answer != nil {
				return answer
			}
			return next(token, permission)
		}
	}})
	p.deploy(started)
	for name, c := range map[string]struct {
		token  string
		answer error
		code   int
		text   string
	}{
		"bad token": {"ya29.other", nil, 401, "UNAUTHENTICATED"},
		"no role":   {"ya29.reader", cloud.Denied("run.services.get"), 403, "run.services.get"},
		"quota":     {"ya29.reader", cloud.Exhausted(), 429, "RESOURCE_EXHAUSTED"},
		"broken":    {"ya29.reader", errors.New("oops"), 500, "INTERNAL"},
	} {
		answer = c.answer
		services, err := run.NewService(t.Context(), p.options(c.token)...)
		require.NoError(t, err)
		_, err = services.Projects.Locations.Services.Get(backend).Do()
		refused := refusal(t, err)
		assert.Equal(t, c.code, refused.Code, name)
		assert.Contains(t, refused.Body, c.text, name)
		entries, err := logging.NewService(t.Context(), p.options(c.token)...)
		require.NoError(t, err)
		_, err = entries.Entries.List(&logging.ListLogEntriesRequest{ResourceNames: []string{"projects/netra-staging"}}).Do()
		assert.Equal(t, c.code, refusal(t, err).Code, name)
		series, err := monitoring.NewService(t.Context(), p.options(c.token)...)
		require.NoError(t, err)
		_, err = series.Projects.TimeSeries.List("projects/netra-staging").Do()
		assert.Equal(t, c.code, refusal(t, err).Code, name)
	}
	answer = nil
	response, err := http.Get(p.url + "/v2/" + backend)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, 401, response.StatusCode, "no token at all")
}
