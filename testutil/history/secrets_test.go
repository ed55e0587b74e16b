package history_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// token looks like an access token of user i.
func token(i int) string {
	claims := fmt.Sprintf(`{"sub":"e2e-go-20261123-%08x","iat":1795390594,"exp":1795392394,"token_type":"access","type":"access","iss":"netra-auth-service","aud":"netra-platform","jti":"jti_1795390594189_%d_a4a679db","email":"go-20261123-%08x@staging.netrasystems.ai","permissions":[]}`, i, i, i)
	signature := sha256.Sum256([]byte(claims))
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc.EncodeToString([]byte(claims)) + "." + enc.EncodeToString(signature[:])
}

var canaries = map[string]string{
	"access token":           token(7),
	"simulation key":         "k3y+Zq/8Lw==hv5T",
	"password with specials": `pä"ss\wörd&<1>?=`,
	"plain password":         "netra-staging-secret",
}

// echoes are the ways in which a server may send a secret back.
func echoes(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	encoded := base64.RawURLEncoding.EncodeToString([]byte(secret))
	return map[string]string{
		"raw":               secret,
		"json":              string(quoted[1 : len(quoted)-1]),
		"url query":         url.QueryEscape(secret),
		"url path":          url.PathEscape(secret),
		"base64url":         encoded,
		"base64url in text": base64.RawURLEncoding.EncodeToString([]byte("x" + secret + "yz")),
		"base64 std":        base64.StdEncoding.EncodeToString([]byte("ab" + secret)),
		"first half":        secret[:len(secret)/2+6],
		"last half":         secret[len(secret)/2-6:],
	}
}

func TestNoPieceOfASecretIsWritten(t *testing.T) {
	for name, secret := range canaries {
		for form, echo := range echoes(secret) {
			t.Run(name+"/"+form, func(t *testing.T) {
				var out bytes.Buffer
				log := history.New(&out, header(), nil)
				log.Secret(secret)
				for _, r := range everywhere(echo) {
					log.Append(r, nil)
				}
				require.NoError(t, log.Close())
				requireNoPiece(t, out.String(), secret)
			})
		}
	}
}

// everywhere has the text in every place of a record that can hold a server's or a user's text.
func everywhere(text string) []*history.Record {
	quoted, _ := json.Marshal(text)
	broken := &history.Broken{Step: history.StepTLS, Error: "dial " + text}
	headers := func() map[string]string { return map[string]string{"Location": "/?token=" + text, "Server": text} }
	return []*history.Record{
		{Kind: history.Recv, Frame: `{"type":"error","message":` + string(quoted) + `}`},
		{Kind: history.Recv, Frame: text},
		{Kind: history.Recv, Frame: "\xff" + text, Binary: true},
		{Kind: history.Send, Frame: `{"type":"user_message","content":` + string(quoted) + `}`, Intent: &history.Intent{Why: text, Token: text}},
		{Kind: history.HTTP, Exchange: &history.Exchange{URL: "https://x/?k=" + text, Request: text, Body: text, Header: headers(), Broken: broken}},
		{Kind: history.Login, Login: &history.Identity{Email: text, Problem: text}},
		{Kind: history.Dial, Dialled: &history.Dialled{URL: text, Offered: []string{"jwt-auth", "jwt." + text}}},
		{Kind: history.Open, Opened: &history.Opened{Subprotocol: "jwt." + text, Header: headers()}},
		{Kind: history.Close, Closed: &history.Closed{Reason: text, Body: text, Header: headers(), Broken: broken}},
		{Kind: history.Cloud, Cloud: &history.Reading{URL: "https://x/?k=" + text, Request: text, Body: text, Broken: broken}},
		{Kind: history.Note, Note: &history.Remark{Topic: history.TopicStory, Text: text}},
	}
}

// requireNoPiece looks for each piece of 12 bytes, in each form.
func requireNoPiece(t require.TestingT, text, secret string) {
	for form, encoded := range echoes(secret) {
		if strings.HasPrefix(form, "base64url in") || form == "base64 std" {
			continue // its pieces hold the text around it
		}
		for i := 0; i+12 <= len(encoded); i++ {
			require.NotContains(t, text, encoded[i:i+12], "%s at %d", form, i)
		}
	}
}

func TestAnyPieceInAnyTextIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9_\-+/=!]{12,60}`).Draw(t, "secret")
		from := rapid.IntRange(0, len(secret)-12).Draw(t, "from")
		to := rapid.IntRange(from+12, len(secret)).Draw(t, "to")
		around := rapid.StringMatching(`[a-z0-9 "{}:,]{0,30}`)
		text := around.Draw(t, "before") + secret[from:to] + around.Draw(t, "after")

		log := history.New(&bytes.Buffer{}, header(), nil)
		log.Secret(token(1), secret, token(2))
		got := log.Redact(text)
		require.NoError(t, log.Close())
		requireNoPiece(t, got, secret)
	})
}

func TestUnannouncedSecretsAreFound(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	for _, text := range []string{
		token(3),
		"jwt." + base64.RawURLEncoding.EncodeToString([]byte(token(3))),
		`{"session_token":"sess-made-up-0001"}`,
		`{"access_token" : "a\"b-c-d-e-f"}`,
		`{"access_token":"a\"b-c-d-e-f\`,
		`Authorization: Bearer abcdef123456`,
		`wss://x/ws?token=abcdef123456&env=staging`,
		`https://app.x/callback#access_token=abcdef123456&state=1`,
		`{"jwt_secret":"0123456789"}`,
		`{"requestUrl":"https://x/ws?env=staging\u0026access_token\u003dabcdef123456"}`,
		`https://x/login?next=%2Fws%3Ftoken%3Dabcdef123456`,
		`the token ya29.c.made-up_c-d-e-f was used`,
		`{"requestUrl":"https://x/ws?env=staging\u0026token=abcdef123456"}`,
		`{"requestUrl":"https://x/ws?token\u003dabcdef123456"}`,
		`https://x/login?next=%2Fws%3Ftoken%3Dabcdef123456`,
		`{"textPayload":"{\"access_token\": \"abcdef123456\", \"a\": 1}"}`,
		`{"jsonPayload":{"message":"{\\\"api_key\\\":\\\"abcdef123456\\\"}"}}`,
		`{"textPayload":"headers {'x-api_key': 'abcdef123456'}"}`,
		`{"textPayload":"got ya29.abcdef123456-x_y for it"}`,
		`{"textPayload":"{\"private\": \"-----BEGIN RSA PRIVATE KEY-----\\nabcdef123456\\n-----END RSA PRIVATE KEY-----\\n\"}"}`,
		"-----BEGIN PRIVATE KEY-----\nabcdef123456\n-----END PRIVATE KEY-----\n",
	} {
		got := log.Redact(text)
		assert.Contains(t, got, history.Redacted, text)
		for _, secret := range []string{"made-up", "c-d-e-f", "abcdef123456", "0123456789", "eyJzdWIi"} {
			assert.NotContains(t, got, secret, text)
		}
	}
}

const privateKey = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIBADANBgkq+hkiG9w0/AQEFAASC==\n-----END RSA PRIVATE KEY-----\n"

// A redacted answer of an API is read again, so it must still be JSON, however deep the text lies in it.
func TestSecretsInNestedJSONLeaveItValid(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	for name, text := range map[string]string{
		"private key":     "key: " + privateKey + " loaded",
		"cut private key": privateKey[:70],
		"google token":    `got ya29.a0AfB_made-up.MIIE`,
		"logged URL":      "GET /ws?token=MIIE123456&env=staging HTTP/1.1",
		"session token":   `{"session_token":"sess-MIIE-0001"}`,
		"bearer":          `header "Authorization: Bearer MIIE+/abcdef="`,
	} {
		body := text
		for depth := range 3 {
			quoted, err := json.Marshal(map[string]string{"textPayload": body})
			require.NoError(t, err)
			body = string(quoted)
			got := log.Redact(body)
			assert.True(t, json.Valid([]byte(got)), "%s, depth %d: %s", name, depth, got)
			assert.Contains(t, got, history.Redacted, "%s, depth %d", name, depth)
			assert.NotContains(t, got, "MIIE", "%s, depth %d", name, depth)
		}
	}
}

func TestNamedSecretsAreFoundAtAnyDepth(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"refresh_token", "PASSWORD", "client-secret", "apikey", "X-API-Key", "set-cookie", "private_key"})
		secret := rapid.StringMatching(`canary[a-z0-9 .:,{}]{0,20}`)
		plain := rapid.StringMatching(`["\\:{}a-z ]{0,20}`)
		body := rapid.SampledFrom([]string{"", "ends in a \\"}).Draw(t, "text")
		depth := rapid.IntRange(1, 4).Draw(t, "depth")
		for range depth {
			quoted, err := json.Marshal(map[string]any{
				name.Draw(t, "name"): secret.Draw(t, "secret"), "message": plain.Draw(t, "plain"), "token_type": "Bearer", "textPayload": body, "code": 7,
			})
			require.NoError(t, err)
			body = string(quoted)
		}
		got := log.Redact(body)
		assert.NotContains(t, got, "canary")
		assert.True(t, json.Valid([]byte(got)), got)
		assert.Equal(t, depth, strings.Count(got, "Bearer"), "other members are kept")
		cut := rapid.IntRange(0, len(body)).Draw(t, "cut")
		assert.NotContains(t, log.Redact(body[:cut]), "canary")
	})
}

func TestTheTextBehindAPrivateKeyIsKept(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	assert.Equal(t, "a "+history.Redacted+"\n b", log.Redact("a "+privateKey+" b"))
}

func TestOrdinaryTextIsLeftAlone(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	log.Secret("netra-staging-secret", "", "short", token(1))
	for _, text := range []string{
		started,
		`{"type":"connection_established","data":{"mode":"main","user_id":"e2e-go-2...","connection_id":"main_06d1b7e2"}}`,
		`{"token_type":"Bearer","expires_in":1800}`,
		"https://api.staging.netrasystems.ai/health?verbose=1",
		"no PRIVATE KEY here", "-----BEGIN CERTIFICATE-----MIIE", "ya29.", "sha256:2c3d", "https://x/?tokens%3D1",
		"netra-stagi", "the bearer of this", "short",
		`{"message":"{\"key\":\"value\"} it's 'fine': \"100%\", a=1"}`,
		`{"filter":"jsonPayload.message:\"JWT TOKEN\" AND timestamp>=\"2025-09-16T17:05:41Z\""}`,
	} {
		assert.Equal(t, text, log.Redact(text))
	}
}

// By the mark under the name of a secret, the judge knows that the target sent one.
func TestWhatTheTargetReplacedStays(t *testing.T) {
	log := history.New(&bytes.Buffer{}, header(), nil)
	defer func() { require.NoError(t, log.Close()) }()
	for said, kept := range map[string]string{
		"[REDACTED]": "[REDACTED]", "<hidden>": "<hidden>", "******": "******", "": "",
		history.Redacted: "[REDACTED]", "hidden-0123456789": history.Redacted, "[redacted] 0123456789": history.Redacted,
	} {
		assert.Equal(t, `{"jwt_secret":"`+kept+`","a":1}`, log.Redact(`{"jwt_secret":"`+said+`","a":1}`))
	}
}

// Whatever the target says, the mark in what it said is this suite's.
func TestOnlyTheSuiteSetsTheMark(t *testing.T) {
	var file bytes.Buffer
	log := history.New(&file, header(), nil)
	said := `{"note":"` + history.Redacted + `"}`
	for _, r := range []*history.Record{
		{Kind: history.Recv, Frame: said},
		{Kind: history.HTTP, Exchange: &history.Exchange{Body: said}},
		{Kind: history.Close, Closed: &history.Closed{Reason: history.Redacted, Body: said}},
	} {
		log.Append(r, nil)
	}
	require.NoError(t, log.Close())
	assert.NotContains(t, file.String(), history.Redacted)
	assert.Equal(t, 4, strings.Count(file.String(), "[REDACTED]"))
}
