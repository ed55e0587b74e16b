package staging

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A fresh address has the form of the other one.
func TestAFreshAddressIsLikeTheOther(t *testing.T) {
	shape := regexp.MustCompile(`[0-9a-z]`)
	for _, form := range Addresses {
		old := form.fresh(time.Now())
		fresh := FreshLike(old)
		assert.NotEqual(t, old, fresh)
		assert.Equal(t, shape.ReplaceAllString(old, "x"), shape.ReplaceAllString(fresh, "x"), form.Name)
	}
}

// An exchange is made again under the labels and with the tokens of now.
func TestAnExchangeIsMadeAgain(t *testing.T) {
	_, c := reference(t, refstaging.Config{})
	target, recorded := target(t, c, fixtures.EmbeddedBudgets())
	ctx := t.Context()
	user, err := target.LoginAs(ctx, "u7", FreshLike("default_20261123-0123456789ab@example.org"))
	require.NoError(t, err)
	assert.Equal(t, "u7", user.Label())
	assert.True(t, strings.HasPrefix(user.Email(), "default_"))
	session, err := user.Connect(ctx, Labelled("u7.s4"))
	require.NoError(t, err)
	require.NoError(t, session.Close(ctx))

	body, err := target.Again(ctx, user, Request{Exchange: history.Exchange{
		Purpose: history.PurposeVerify, Method: http.MethodPost, URL: c.AuthURL + "/auth/verify", Request: `{"token":"[redacted]"}`,
	}})
	require.NoError(t, err)
	assert.Contains(t, body, `"valid":true`)
	bad := Request{Exchange: history.Exchange{Purpose: history.PurposeMe, Method: http.MethodGet, URL: c.AuthURL + "/auth/me"}, Bad: &SignatureFlipped,
		Intent: provokes(unauthorized, SignatureFlipped.Name)}
	_, err = target.Again(ctx, user, bad)
	var status *StatusError
	require.ErrorAs(t, err, &status)
	assert.Equal(t, http.StatusUnauthorized, status.Status)
	_, err = target.Again(ctx, user, Request{Exchange: history.Exchange{
		Purpose: history.PurposeMe, Method: http.MethodGet, URL: c.APIURL + "/api/threads", Bearer: true,
	}})
	require.ErrorAs(t, err, new(*FormError), "a list is no answer to who one is")
	_, err = target.Again(ctx, user, Request{Exchange: history.Exchange{Purpose: history.PurposeThread, Method: http.MethodPost, URL: c.APIURL + "/api/threads", Request: `{"title":`}})
	require.ErrorContains(t, err, "not JSON any more")

	_, err = target.Again(ctx, user, Request{Exchange: history.Exchange{
		Purpose: history.PurposeThread, Method: http.MethodPost, URL: c.APIURL + "/api/threads", Request: `{"title":"Notes"}`, Bearer: true,
	}})
	require.NoError(t, err)
	require.NoError(t, target.Archive(ctx), "what was made is known")
	records, _ := recorded.close(t)
	assert.Equal(t, "u7.s4", of(records, history.Dial)[0].Session)
	last := of(records, history.HTTP)
	assert.Equal(t, history.PurposeArchive, last[len(last)-1].Exchange.Purpose)
}

// Labels serve one dial each; further ones are told apart.
func TestLabelsServeOnce(t *testing.T) {
	label := Labelled("u1.s1", "u1.s4")
	var got []string
	for range 4 {
		d := dial{}
		label(&d)
		got = append(got, d.label)
	}
	assert.Equal(t, []string{"u1.s1", "u1.s4", "u1.s4+1", "u1.s4+2"}, got)
}
