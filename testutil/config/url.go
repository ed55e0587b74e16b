package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A location is one of the URLs of the configuration.
type location struct {
	variable string
	value    *string
	socket   bool // ws or wss, with a path; the others are http or https, without one
}

func (c *Config) urls() []location {
	return []location{
		{variable: "STAGING_API_URL", value: &c.APIURL},
		{variable: "STAGING_AUTH_URL", value: &c.AuthURL},
		{variable: "STAGING_WEBSOCKET_URL", value: &c.WebSocketURL, socket: true},
		{variable: "STAGING_APP_URL", value: &c.AppURL},
		{variable: "STAGING_DIRECT_URL", value: &c.DirectURL},
	}
}

// checkURLs refuses bad URLs, rewrites good ones to their plainest form, and derives the WebSocket's.
func (c *Config) checkURLs(ps *problems) {
	for _, l := range c.urls() {
		c.checkURL(l, ps)
	}
	if u, err := url.Parse(c.APIURL); err == nil && c.WebSocketURL == "" && c.APIURL != "" {
		c.WebSocketURL = strings.Replace(u.Scheme, "http", "ws", 1) + "://" + u.Host + "/ws"
	}
}

func (c *Config) checkURL(l location, ps *problems) {
	if *l.value == "" {
		return
	}
	u, err := l.parse()
	if err == nil {
		err = c.admit(l, u)
	}
	if err != nil {
		*ps = append(*ps, err)
		return
	}
	*l.value = u.String()
}

// parse reads the URL. Its errors never quote it, since people paste tokens into URLs.
func (l location) parse() (*url.URL, error) {
	schemes, form := []string{"http", "https"}, "write it like https://host.example, without a path"
	if l.socket {
		schemes, form = []string{"ws", "wss"}, "write it like wss://host.example/ws, with its path"
	}
	bad := func(reason string) (*url.URL, error) { return nil, Problem{l.variable, reason, form} }

	if strings.ContainsFunc(*l.value, invisible) {
		return bad("holds white space or a control character")
	}
	u, err := url.Parse(*l.value)
	switch {
	case err != nil:
		return bad("is not a URL")
	case !slices.Contains(schemes, u.Scheme):
		return bad("does not begin with " + schemes[0] + ":// or " + schemes[1] + "://")
	case u.User != nil:
		return bad("holds a user name or password")
	case strings.ContainsAny(*l.value, "?#"):
		return bad("holds a query or a fragment")
	case u.Hostname() == "":
		return bad("has no host")
	case strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r > unicode.MaxASCII }):
		return bad("has a host that is not ASCII (write its xn-- form)") // IDNA would map look-alikes to other hosts
	case !validPort(u):
		return bad("has a port that is not between 1 and 65535")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.Host = strings.ToLower(u.Host)
	if l.socket != (u.Path != "") {
		return bad(map[bool]string{true: "has no path", false: "has a path"}[l.socket])
	}
	return u, nil
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.Atoi(u.Port())
	return err == nil && port >= 1 && port <= 65535
}

// admit refuses the hosts that must not be tested, and plain text off loopback.
func (c *Config) admit(l location, u *url.URL) error {
	host := u.Hostname()
	if isProduction(host) && !slices.ContainsFunc(c.AllowProduction, func(h string) bool { return hostName(h) == hostName(host) }) {
		return Problem{l.variable, "names the production host " + host, "name a staging host, or set STAGING_ALLOW_PRODUCTION=" + host + " if production is really meant"}
	}
	if plain := u.Scheme == "http" || u.Scheme == "ws"; plain && !loopback(host) {
		return Problem{l.variable, "is plain " + u.Scheme + " to a host off loopback", "write " + u.Scheme + "s://"}
	}
	return nil
}

// isProduction holds for every netrasystems.ai host that does not call itself staging.
func isProduction(host string) bool {
	host = hostName(host)
	ours := host == "netrasystems.ai" || strings.HasSuffix(host, ".netrasystems.ai")
	return ours && !strings.Contains(host, "staging")
}

func hostName(host string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host), "."))
}

// loopback holds for localhost and for loopback addresses, in no other spelling.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// onLoopback holds if every URL is on loopback, and if there is none.
func (c *Config) onLoopback() bool {
	return !slices.ContainsFunc(c.urls(), func(l location) bool {
		u, err := url.Parse(*l.value)
		return *l.value != "" && (err != nil || !loopback(u.Hostname()))
	})
}
