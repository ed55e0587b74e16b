package staging

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestTheHealthFamilyOfTheReference(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	require.NoError(t, target.Health(t.Context()))
	records, _ := recorded.close(t)
	asked := of(records, history.HTTP)
	require.Len(t, asked, len(fixtures.HealthEndpoints))
	for i, e := range fixtures.HealthEndpoints {
		x := asked[i].Exchange
		assert.Equal(t, target.base(e.Service)+e.Path, x.URL)
		assert.Equal(t, history.PurposeHealth, x.Purpose)
		assert.Equal(t, http.MethodGet, x.Method)
		assert.Nil(t, asked[i].Intent)
		if e.Must {
			assert.Equal(t, http.StatusOK, x.Status, x.URL)
		}
	}
}

func TestWhatTheTargetSaysOfItself(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	any, err := target.Discover(t.Context())
	require.NoError(t, err)
	assert.True(t, any)
	records, _ := recorded.close(t)
	var answers []string
	for _, r := range of(records, history.HTTP) {
		assert.Equal(t, history.PurposeConfig, r.Exchange.Purpose)
		answers = append(answers, strings.NewReplacer(c.AuthURL, "auth", c.APIURL, "api").Replace(r.Exchange.Method+" "+r.Exchange.URL+" "+http.StatusText(r.Exchange.Status)))
	}
	assert.Equal(t, []string{
		"GET auth/auth/config OK", "GET api/api/config/public OK", "GET api/api/discovery/services OK", "POST api/api/v1/websocket Created",
	}, answers)
}

func TestATargetMaySayNothingOfItself(t *testing.T) {
	target, recorded := target(t, at(newDoor(t, nil).URL), fixtures.EmbeddedBudgets())
	any, err := target.Discover(t.Context())
	require.NoError(t, err, "404 is an answer")
	assert.False(t, any)
	recorded.close(t)
}

func TestAGuardedEndpointIsAskedPastTheGuard(t *testing.T) {
	d := newDoor(t, nil)
	guarded := 0
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
		assert.NoError(t, err)
		assert.Empty(t, r.Header.Get("Upgrade"))
		if strings.HasPrefix(r.URL.Path, "/ws/") {
			guarded++
			assert.Len(t, key, 16)
			assert.Equal(t, "13", r.Header.Get("Sec-WebSocket-Version"))
		} else {
			assert.Empty(t, key)
		}
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	require.NoError(t, target.Health(t.Context()))
	assert.Equal(t, 3, guarded)
	recorded.close(t)
}

func TestOneServiceThatIsGoneHidesNotTheOther(t *testing.T) {
	d := newDoor(t, nil)
	c := at(d.URL)
	c.AuthURL = closedPort(t)
	target, recorded := target(t, c, short())
	err := target.Health(t.Context())
	require.ErrorAs(t, err, new(*ExchangeError))
	assert.Equal(t, 6, strings.Count(err.Error(), "health: GET"), "404 is an answer")
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.HTTP), len(fixtures.HealthEndpoints))
}

func TestABanEndsTheRound(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/readiness", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	require.ErrorAs(t, target.Health(t.Context()), new(*StatusError))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := target.Discover(ctx)
	require.ErrorIs(t, err, context.Canceled)
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.HTTP), 3+1)
}
