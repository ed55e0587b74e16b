package judge

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var servedURLRules = []Rule{{
	ID: "health/served-urls", Hard: true, Source: "http.md 2.3; issue #3, Health family; catalogue, config-frontend-localhost, auth-oauth-redirect-mismatch",
	Says:  "Every URL in configuration, discovery and redirects has the host of one of the target's own. One that is not encrypted while the target's are is advice, and so is a foreign host where the target has no URL of the app.",
	Hooks: Hooks{Exchange: servesURLs},
}}

func servesURLs(v *View) {
	x := v.Record.Exchange
	if to := header(x.Header, "Location"); to != "" {
		v.servesURL("Location", to)
	}
	if x.Purpose != history.PurposeConfig || !succeeded(x) || x.Cut != 0 {
		return // errors may point to documents of others
	}
	var body any
	if json.Unmarshal([]byte(x.Body), &body) != nil {
		return // infra/not-the-platform
	}
	eachText("", body, v.servesURL)
}

// eachText calls do for every text in a JSON value, with its path, in the order of the paths.
func eachText(path string, value any, do func(path, text string)) {
	switch value := value.(type) {
	case string:
		do(path, value)
	case []any:
		for i, item := range value {
			eachText(fmt.Sprintf("%s[%d]", path, i), item, do)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			eachText(strings.TrimPrefix(path+"."+name, "."), value[name], do)
		}
	}
}

var ports = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}

// placeOf returns the host and port of an absolute URL of the web, and whether it is encrypted; not ok
// for any other text.
func placeOf(text string) (host, port string, secure, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || ports[strings.ToLower(u.Scheme)] == "" {
		return "", "", false, false
	}
	scheme := strings.ToLower(u.Scheme)
	if port = u.Port(); port == "" {
		port = ports[scheme]
	}
	return strings.ToLower(u.Hostname()), port, scheme == "https" || scheme == "wss", true
}

// servesURL judges a text that may be a URL. A plain one at the standard port is compared with what
// answers at the encrypted one.
func (v *View) servesURL(path, text string) {
	host, port, secure, ok := placeOf(text)
	if !ok {
		return
	}
	t := v.Header.Target
	own, encrypted, local := false, true, true
	for _, base := range []string{t.API, t.Auth, t.WebSocket, t.App} {
		if h, p, s, ok := placeOf(base); ok {
			own = own || h == host && (p == port || s && !secure && p == ports["https"] && port == ports["http"])
			encrypted = encrypted && s
			local = local && isLoopback(h)
		}
	}
	x := v.Record.Exchange
	switch {
	case !own:
		hard := t.App != "" || isLoopback(host) && !local
		v.ReportAs(hard, v.Here(), "%s serves %s %s, which is at none of the target's URLs", what(x), path, quote(text))
	case !secure && encrypted:
		v.ReportAs(false, v.Here(), "%s serves %s %s, which is not encrypted", what(x), path, quote(text))
	}
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
