package staging

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// ForeignOrigin is that of a page that no target serves.
const ForeignOrigin = "https://app.elsewhere.example"

// CORS asks both services what a page of an origin would ask, on success, on two errors and before a
// request with a token: whether it may read the answer is for the judge. Origin is a URL, such as the
// target's App, of which scheme and host count. The error is as that of Health.
func (t *Target) CORS(ctx context.Context, origin string) error {
	from, err := serialised(origin)
	if err != nil {
		return err
	}
	var calls []call
	for _, s := range []struct {
		service                       fixtures.Service
		well, guarded, absent, posted string
	}{
		{fixtures.Auth, "/health", "/auth/me", "/auth/no-such-endpoint", "/auth/refresh"},
		{fixtures.Backend, "/health", "/api/threads", "/api/no-such-endpoint", "/api/agents/execute"},
	} {
		base := t.base(s.service)
		calls = append(calls,
			crossing(from, http.MethodGet, base+s.well, nil),
			crossing(from, http.MethodGet, base+s.guarded, &history.Intent{Expect: unauthorized, Why: "no credentials, asked for by a page"}),
			crossing(from, http.MethodGet, base+s.absent, &history.Intent{Expect: "404", Why: "no such endpoint, asked for by a page"}),
			preflight(from, http.MethodPost, base+s.posted))
	}
	_, err = t.askAll(ctx, calls)
	return err
}

// ReadFromApp asks for the user's threads as a page of the target's app does, whose URL has to be known.
// It blocks for the budget HTTP, except for the pace. The error is as that of Me.
func (u *User) ReadFromApp(ctx context.Context) error {
	origin, err := serialised(u.target.Describe().App)
	if err != nil {
		return err
	}
	_, err = u.call(ctx, crossing(origin, http.MethodGet, u.target.config.APIURL+"/api/threads", nil))
	return err
}

// FromApp dials as a page of the target's app does, if the app's URL is known.
func FromApp() ConnectOption {
	return func(d *dial) { d.origin, _ = serialised(d.user.target.Describe().App) } // "" where there is none
}

// onPage adds the origin of the page that dials, if there is one.
func (d *dial) onPage(header http.Header) http.Header {
	if d.origin == "" {
		return header
	}
	if header = header.Clone(); header == nil {
		header = http.Header{}
	}
	header.Set("Origin", d.origin)
	return header
}

func crossing(origin, method, at string, intent *history.Intent) call {
	return call{purpose: history.PurposeCORS, method: method, url: at, header: http.Header{"Origin": {origin}}, intent: intent}
}

// preflight is what a browser asks before it sends JSON and a token. A foreign origin's may have any
// answer but a server error, which no intent says: the rules go by the purpose.
func preflight(origin, asks, at string) call {
	c := crossing(origin, http.MethodOptions, at, nil)
	c.header["Access-Control-Request-Method"] = []string{asks}
	c.header["Access-Control-Request-Headers"] = []string{"authorization,content-type"}
	return c
}

// serialised is the origin of a URL as a browser writes it: in lower case, without a default port.
func serialised(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", fmt.Errorf("%q is no origin: it needs a scheme and a host, such as those of STAGING_APP_URL", raw)
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	for _, normal := range [][2]string{{"http", ":80"}, {"https", ":443"}} {
		if scheme == normal[0] {
			host = strings.TrimSuffix(host, normal[1])
		}
	}
	return scheme + "://" + host, nil
}
