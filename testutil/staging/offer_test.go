package staging

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

func TestTokenFormsOfferWhatTheReferenceSays(t *testing.T) {
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
	packed := base64.RawURLEncoding.EncodeToString([]byte(token))
	rows := []struct {
		form      TokenForm
		want      []string
		auth      bool
		query     string
		september string
	}{
		{form: Default, want: []string{"jwt-auth", "jwt." + packed}, auth: true},
		{form: Pair, want: []string{"jwt-auth", "jwt." + packed}},
		{form: ReversedPair, want: []string{"jwt." + packed, "jwt-auth"}},
		{form: Raw, want: []string{"jwt." + token}},
		{form: JWTAuth, want: []string{"jwt-auth." + token}},
		{form: Bearer, want: []string{"bearer." + token}},
		{form: StagingAuth, want: []string{"jwt-auth", "staging-auth." + token}},
		{form: Authorization, auth: true},
		{form: QualifiedJWT, want: []string{"jwt.staging." + token}, september: history.Refused},
		{form: QualifiedJWTAuth, want: []string{"jwt-auth.staging." + token}, september: history.Refused},
		{form: QualifiedBearer, want: []string{"bearer.staging." + token}, september: history.Refused},
		{form: OctoberList, want: []string{
			"jwt.staging." + token, "jwt-auth.staging." + token, "bearer.staging." + token, "staging-auth." + token,
			"jwt." + token, "jwt-auth." + token, "bearer." + token,
		}, september: history.Refused},
		{form: Query, query: "?env=staging&token=" + token, september: history.Refused},
	}
	require.Len(t, rows, len(TokenForms))
	for i, row := range rows {
		o := row.form.offer(token)
		assert.Equal(t, TokenForms[i].Name, row.form.Name)
		assert.Equal(t, row.want, o.subprotocols, row.form.Name)
		assert.Equal(t, row.auth, o.header.Get("Authorization") == "Bearer "+token, row.form.Name)
		assert.Equal(t, "ws://host/ws"+row.query, o.at("ws://host/ws"), row.form.Name)
		for _, d := range []wire.Dialect{wire.September, wire.SeptemberS0, wire.Demo, wire.UnknownDialect} {
			assert.Equal(t, row.september, row.form.Refusal(d), "%s in %q", row.form.Name, d)
			assert.Equal(t, row.september == "", row.form.Opens(d), "%s in %q", row.form.Name, d)
		}
		assert.True(t, row.form.Opens(wire.October), row.form.Name)
	}
	assert.Equal(t, "ws://host/ws?env=staging&mode=legacy&token="+token, Query.offer(token).at("ws://host/ws?mode=legacy"))
}

func TestATokenInTheURLIsNeverRecorded(t *testing.T) {
	var raw string
	d := newDoor(t, func(c *websocket.Conn, r *http.Request) {
		raw = r.URL.Query().Get("token")
		assert.Equal(t, "staging", r.URL.Query().Get("env"))
		assert.Equal(t, "legacy", r.URL.Query().Get("mode"))
		whole := "ws://" + r.Host + r.URL.String()
		frame := fmt.Sprintf(`{"type":"error_message","error_code":"AUTH_FAILED","error_message":%q,"next":%q}`, whole, url.QueryEscape(whole))
		say(c, frame)
		sayClose(c, 1008, r.URL.RawQuery[:100])
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	_, err = user.Connect(t.Context(), WithToken(Query), Path("/ws?mode=legacy"))
	var failed *DialError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, user.pair.Access, raw)
	records, text := recorded.close(t)
	dialled := of(records, history.Dial)[0].Dialled
	assert.Contains(t, dialled.URL, "/ws?env=staging&mode=legacy&token=[redacted]")
	assert.Empty(t, dialled.Offered)
	assert.Empty(t, dialled.Header)
	for from := 0; from+12 <= len(raw); from++ {
		require.NotContains(t, text, raw[from:from+12])
		require.NotContains(t, failed.Error()+failed.URL, raw[from:from+12])
	}
}

// TestWhatADialExpects covers how options combine, in whatever order.
func TestWhatADialExpects(t *testing.T) {
	for _, row := range []struct {
		name    string
		dialect string
		opts    []ConnectOption
		want    history.Intent
	}{
		{name: "nothing", want: history.Intent{Token: Default.Name}},
		{name: "a form that opens", opts: []ConnectOption{WithToken(Raw)}, want: history.Intent{Token: Raw.Name}},
		{name: "a form that does not", opts: []ConnectOption{WithToken(Query)},
			want: history.Intent{Token: Query.Name, Expect: history.Refused, Why: "a form of the token that the dialect does not know"}},
		{name: "the same in October", dialect: "october", opts: []ConnectOption{WithToken(Query)}, want: history.Intent{Token: Query.Name}},
		{name: "one too many", opts: []ConnectOption{ExpectRefused("one too many")}, want: history.Intent{Expect: history.Refused, Why: "one too many"}},
		{name: "one too many, then a form", opts: []ConnectOption{ExpectRefused("one too many"), WithToken(Raw)}, want: history.Intent{Expect: history.Refused, Why: "one too many"}},
		{name: "a form, then one too many", opts: []ConnectOption{WithToken(Raw), ExpectRefused("one too many")}, want: history.Intent{Expect: history.Refused, Why: "one too many"}},
		{name: "a credential", opts: []ConnectOption{WithCredential(Forged("too old", "eyJ")), Listening()},
			want: history.Intent{Token: "too old", Expect: history.Refused, Why: "bad credentials", Listens: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := at("http://127.0.0.1:9")
			if row.dialect != "" {
				c.Dialect = row.dialect
			}
			whole, err := NewTarget(c, fixtures.EmbeddedBudgets())
			require.NoError(t, err)
			assert.Equal(t, row.want, (&User{target: whole}).dial(row.opts).intent)
		})
	}
}

func TestTheDialectOfATarget(t *testing.T) {
	for configured, want := range map[string]wire.Dialect{"auto": wire.October, "": wire.October, "september": wire.September, "october": wire.October} {
		whole, err := NewTarget(config.Config{APIURL: "http://a", AuthURL: "http://b", WebSocketURL: "ws://c", Dialect: configured}, fixtures.EmbeddedBudgets())
		require.NoError(t, err)
		if configured == "auto" {
			assert.Equal(t, wire.UnknownDialect, whole.Dialect())
		}
		whole.dialect.Store(wire.October)
		assert.Equal(t, want, whole.Dialect(), configured)
	}
}
