package staging

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestTheReferenceLetsOnlyItsAppRead(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	require.NoError(t, target.CORS(t.Context(), c.AppURL+"/chat"))
	require.NoError(t, target.CORS(t.Context(), ForeignOrigin))
	require.ErrorContains(t, target.CORS(t.Context(), ""), "STAGING_APP_URL")
	records, _ := recorded.close(t)
	exchanges := of(records, history.HTTP)
	require.Len(t, exchanges, 2*2*4)
	expects := []string{"", "401", "404", ""}
	for i, r := range exchanges {
		x := r.Exchange
		origin, preflight := c.AppURL, i%4 == 3
		if i >= 8 {
			origin = ForeignOrigin
		}
		assert.Equal(t, history.PurposeCORS, x.Purpose)
		assert.Equal(t, origin, x.Origin)
		assert.False(t, x.Bearer)
		assert.Equal(t, preflight, x.Method == http.MethodOptions)
		assert.Equal(t, preflight, x.Asks == http.MethodPost)
		assert.Equal(t, i < 8, x.Header["Access-Control-Allow-Origin"] == origin, "%s %s", x.Method, x.URL)
		assert.Equal(t, i < 8 && preflight, x.Header["Access-Control-Allow-Headers"] == "authorization,content-type")
		if want := expects[i%4]; want == "" {
			assert.Nil(t, r.Intent)
			assert.Equal(t, i < 8 || !preflight, x.Status == http.StatusOK)
		} else {
			assert.Equal(t, want, r.Intent.Expect)
			assert.Empty(t, r.Intent.Token)
			assert.Equal(t, want == "401", x.Status == http.StatusUnauthorized)
			assert.Equal(t, want == "404", x.Status == http.StatusNotFound)
		}
	}
}

func TestOriginsAreWrittenAsABrowserDoes(t *testing.T) {
	for raw, want := range map[string]string{
		"https://App.Example/":       "https://app.example",
		"https://app.example:443/x":  "https://app.example",
		"http://app.example:80":      "http://app.example",
		"http://app.example:443":     "http://app.example:443",
		"HTTPS://app.example:8443?q": "https://app.example:8443",
		"http://[::1]:3000/":         "http://[::1]:3000",
		"app.example":                "",
		"/path":                      "",
		"http://a b":                 "",
	} {
		got, err := serialised(raw)
		assert.Equal(t, want, got, raw)
		assert.Equal(t, want == "", err != nil, raw)
	}
}
