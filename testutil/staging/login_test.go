package staging

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

var _ oauth2.TokenSource = (*User)(nil)

// misleading are words that must be in no identity of ours.
var misleading = []string{"test", "e2e", "bot", "crawler", "spider", "scraper", "scanner", "factory", "isolated", "mock", "admin", "system"}

func TestFreshAddressesAreUniqueAndPlain(t *testing.T) {
	seen := map[string]bool{}
	now := time.Date(2026, 11, 24, 1, 0, 0, 0, time.FixedZone("", 2*3600)) // still the 23rd in UTC
	for form, local := range map[*Address]string{
		&plainAddress: `go-20261123-[0-9a-z]{12}`, &digitsAddress: `20261123[0-9]{18}`, &defaultAddress: `default_20261123-[0-9a-z]{12}`,
		&uuidAddress: `20261123-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}`,
	} {
		written := regexp.MustCompile("^" + local + `@staging\.netrasystems\.ai$`)
		for range 5_000 {
			email := form.fresh(now)
			require.Regexp(t, written, email)
			require.False(t, seen[email])
			seen[email] = true
			local, _, _ := strings.Cut(email, "@")
			for _, word := range misleading {
				require.NotContains(t, local, word)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune(plain)), 12, 12, -1).Draw(t, "random part")
		for _, bad := range misleading {
			require.NotContains(t, word, bad)
		}
	})
}

func TestNoUpgradeCarriesAMisleadingHeader(t *testing.T) {
	d := newDoor(t, func(c *websocket.Conn, _ *http.Request) { say(c, mainWelcome); drain(c) })
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	options := [][]ConnectOption{nil, {Listening()}, {Path("/api/v1/websocket")}, {Path("/ws?mode=legacy")}}
	for _, form := range TokenForms {
		options = append(options, []ConnectOption{WithToken(form)})
	}
	for _, o := range options {
		s, err := user.Connect(t.Context(), o...)
		require.NoError(t, err)
		require.NoError(t, s.Close(t.Context()))
	}
	require.Len(t, d.upgrades, len(options))
	for _, r := range d.upgrades {
		assert.Regexp(t, `^netra-staging-e2e/`, r.Header.Get("User-Agent"))
		for name := range r.Header {
			assert.NotRegexp(t, `(?i)test|e2e`, name)
		}
	}
	records, text := recorded.close(t)
	assert.NotContains(t, text, user.pair.Access)
	for i, r := range of(records, history.Dial) {
		for _, offered := range r.Dialled.Offered {
			assert.NotContains(t, offered, user.pair.Access)
		}
		if i >= 4 {
			assert.Equal(t, TokenForms[i-4].Name, r.Intent.Token)
		}
	}
}

// An issuer is an auth service with rotating refresh tokens and a log of what it was asked.
type issuer struct {
	t    *testing.T
	life time.Duration
	skew time.Duration // of its clock

	mu     sync.Mutex
	asked  []string
	refuse int // status that refresh answers instead
	valid  string
}

func (i *issuer) serve(d *door) {
	d.mux = http.NewServeMux()
	d.mux.HandleFunc("/auth/login", i.login)
	d.mux.HandleFunc("/auth/e2e/test-auth", i.login)
	d.mux.HandleFunc("/auth/refresh", i.refresh)
}

func (i *issuer) login(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, r.URL.Path+" key="+r.Header.Get(bypassHeader))
	i.answer(w)
}

func (i *issuer) refresh(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, r.URL.Path+" key="+r.Header.Get(bypassHeader))
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	switch {
	case i.refuse != 0:
		w.WriteHeader(i.refuse)
	case body["refresh_token"] != i.valid:
		w.WriteHeader(401)
	default:
		i.answer(w)
	}
}

func (i *issuer) answer(w http.ResponseWriter) {
	i.valid = fmt.Sprintf("refresh-token-%d", len(i.asked))
	w.Header().Set("Date", time.Now().Add(i.skew).UTC().Format(http.TimeFormat))
	answerJSON(w, 200, map[string]any{
		"access_token": signAt(i.t, time.Now().Add(i.skew), "e2e-somebody", i.life), "refresh_token": i.valid, "token_type": "Bearer", "expires_in": 900,
	})
}

func issuing(t *testing.T, life time.Duration, change func(*config.Config)) (*issuer, *Target, *recording) {
	i := &issuer{t: t, life: life}
	d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), change, nil)
	i.serve(d)
	return i, target, recorded
}

const (
	loggedIn  = "/auth/e2e/test-auth key=a-simulation-key"
	refreshed = "/auth/refresh key="
)

func TestTokensAreRefreshedInTimeAndOnce(t *testing.T) {
	for _, row := range []struct {
		name  string
		life  time.Duration
		after time.Duration
		want  []string
	}{
		{"fresh", 30 * time.Minute, 28 * time.Minute, []string{loggedIn}},
		{"by exp, not by expires_in", 30 * time.Minute, 16 * time.Minute, []string{loggedIn}},
		{"a minute before exp", 30 * time.Minute, 29*time.Minute + time.Second, []string{loggedIn, refreshed}},
		{"expired", 30 * time.Minute, time.Hour, []string{loggedIn, refreshed}},
		{"short life, first half", 10 * time.Second, 4 * time.Second, []string{loggedIn}},
		{"short life, second half", 10 * time.Second, 6 * time.Second, []string{loggedIn, refreshed}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i, target, recorded := issuing(t, row.life, nil)
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				<-time.After(row.after)
				var group sync.WaitGroup
				for range 20 {
					group.Go(func() {
						token, err := user.Token()
						assert.NoError(t, err)
						assert.GreaterOrEqual(t, time.Until(token.Expiry), min(time.Minute, row.life/2)-time.Second)
					})
				}
				group.Wait()
				assert.Equal(t, row.want, i.asked)
				_, text := recorded.close(t)
				assert.NotContains(t, text, "refresh-token-")
				assert.NotContains(t, text, "a-simulation-key")
			})
		})
	}
}

func TestARefusedRefreshLogsInAgainAndNothingElseDoes(t *testing.T) {
	for status, want := range map[int][]string{
		401: {loggedIn, refreshed, loggedIn},
		429: {loggedIn, refreshed},
		500: {loggedIn, refreshed},
		503: {loggedIn, refreshed},
	} {
		synctest.Test(t, func(t *testing.T) {
			i, target, _ := issuing(t, time.Hour, nil)
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			i.refuse = status
			<-time.After(time.Hour)
			_, err = user.Token()
			assert.Equal(t, status != 401, err != nil, "%d", status)
			assert.Equal(t, want, i.asked, "%d", status)
		})
	}
}

func TestOnePasswordIsOneUser(t *testing.T) {
	home(t)
	synctest.Test(t, func(t *testing.T) {
		i, target, recorded := issuing(t, time.Hour, func(c *config.Config) {
			c.SimulationKey, c.Email, c.Password = config.Secret{}, "somebody@example.com", config.NewSecret("the password")
		})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "somebody@example.com", user.Email())
		assert.Equal(t, "e2e-somebody", user.Subject())
		assert.Equal(t, "u1", user.Label())
		_, err = target.Login(t.Context())
		require.ErrorIs(t, err, ErrOneUserOnly)
		assert.Equal(t, []string{"/auth/login key="}, i.asked)
		records, text := recorded.close(t)
		assert.NotContains(t, text, "the password")
		require.Len(t, of(records, history.Note), 2)
		assert.Equal(t, history.TopicOneUser, of(records, history.Note)[0].Note.Topic)
		assert.Equal(t, byPassword, of(records, history.Login)[0].Login.Method)
	})
}

func TestALoginWithoutAUsableTokenSaysWhy(t *testing.T) {
	none := base64.RawURLEncoding.EncodeToString([]byte(`{}`))
	for name, row := range map[string]struct {
		status     int
		body, want string
	}{
		"refused":     {401, `{"detail":"Invalid E2E bypass key"}`, "Invalid E2E bypass key"},
		"HTML":        {200, `<html>`, "no access_token"},
		"no token":    {200, `{}`, "no access_token"},
		"odd fields":  {200, `{"access_token":"abcdefghijklm","expires_in":"soon"}`, "not a JWT"},
		"not a JWT":   {200, `{"access_token":"abcdefghijklm"}`, "not a JWT"},
		"without exp": {200, `{"access_token":"` + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + none + `.c2ln"}`, `no "exp"`},
	} {
		t.Run(name, func(t *testing.T) {
			d := makeDoor(t, nil)
			d.mux = http.NewServeMux()
			d.mux.HandleFunc("/auth/e2e/test-auth", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body))
			})
			network := &pipe{calls: make(chan net.Conn), closed: make(chan struct{})}
			d.serve(t, network)
			target, recorded := target(t, at("http://door.example"), short())
			target.connect = network.dial
			target.proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
			_, err := target.Login(t.Context())
			require.ErrorContains(t, err, row.want)
			records, text := recorded.close(t)
			login := of(records, history.Login)
			require.Len(t, login, 1)
			assert.Contains(t, login[0].Login.Problem, row.want)
			assert.NotContains(t, text, "abcdefghijklm")
		})
	}
}

func TestAnUnrecordedTargetLogsNobodyIn(t *testing.T) {
	whole, err := NewTarget(at("http://127.0.0.1:9"), short())
	require.NoError(t, err)
	_, err = whole.Login(t.Context())
	require.ErrorContains(t, err, "Target.Record")
}
