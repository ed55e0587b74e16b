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
	Says:  "Every URL in configuration, discovery and redirects has the host of one of the target's own, and so has every host that stands where a URL is due. One that is not encrypted while the target's are is advice, and so is a foreign host where the target has no URL of the app.",
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

// urlNames are the ends of the names under which URLs stand, one or a list of them.
var urlNames = []string{"url", "uri", "origin", "endpoint", "host", "location"}

// isNamed tells whether the member at the path has a name that ends in one of the names.
func isNamed(path string, names ...string) bool {
	name, _, _ := strings.Cut(path[strings.LastIndex(path, ".")+1:], "[")
	name = strings.TrimSuffix(strings.ToLower(name), "s")
	return slices.ContainsFunc(names, func(end string) bool { return strings.HasSuffix(name, end) })
}

// schemeless returns the host and port of a text that lacks the scheme of a URL, where its member is to hold
// one: of "//host/path", of "localhost", of what has a port, and of what has a dot under the name of a host or an
// origin; not ok for any other text, such as a path or a word. The port is "" where the text has none.
func schemeless(path, text string) (host, port string, ok bool) {
	rest, relative := strings.CutPrefix(text, "//")
	u, err := url.Parse("//" + rest)
	if err != nil || u.Hostname() == "" || u.User != nil || !isNamed(path, urlNames...) {
		return "", "", false
	}
	host, port = strings.ToLower(u.Hostname()), u.Port()
	dotted := isNamed(path, "host", "origin") && strings.Contains(host, ".")
	return host, port, relative || port != "" || host == "localhost" || dotted
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
// answers at the encrypted one; one without a scheme may be either.
func (v *View) servesURL(path, text string) {
	host, port, secure, ok := placeOf(text)
	if !ok {
		host, port, ok = schemeless(path, text)
		secure = true
	}
	if !ok {
		return
	}
	t := v.Header.Target
	own, encrypted, local := false, true, true
	for _, base := range []string{t.API, t.Auth, t.WebSocket, t.App} {
		if h, p, s, ok := placeOf(base); ok {
			own = own || h == host && (port == "" || p == port || s && !secure && p == ports["https"] && port == ports["http"])
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
