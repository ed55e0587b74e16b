package refstaging

import (
	"net"
	"strings"
)

// urls are where the deployment is reached; every URL that it serves is made of these (http.md 2.3).
type urls struct {
	auth, api, websocket, app, cloud string
	secure                           bool
	names                            []string // host names of the services themselves
}

func newURLs(cfg Config, auth, api net.Addr) urls {
	u := urls{secure: cfg.TLS != nil, app: strings.TrimSuffix(cfg.AppURL, "/")}
	scheme, ws := "http://", "ws://"
	if u.secure {
		scheme, ws = "https://", "wss://"
	}
	authHost, _ := hostPort(auth)
	apiHost, apiPort := hostPort(api)
	orString(&cfg.APIName, apiHost)
	u.auth = scheme + net.JoinHostPort(hostPort(auth))
	u.api = scheme + net.JoinHostPort(cfg.APIName, apiPort)
	u.websocket = ws + net.JoinHostPort(cfg.APIName, apiPort) + "/ws"
	orString(&u.app, scheme+net.JoinHostPort("localhost", apiPort))
	u.names = []string{"localhost", "127.0.0.1", authHost, apiHost}
	return u
}

// hostPort splits a listening address; one of all interfaces is reached on loopback.
func hostPort(address net.Addr) (host, port string) {
	host, port, err := net.SplitHostPort(address.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return host, port
}

// hosts are the lower-case names under which the auth service accepts requests, beside the domains
// that it always accepts.
func (u urls) hosts(further []string) []string {
	names := u.names
	for _, name := range further {
		names = append(names, strings.ToLower(name))
	}
	return names
}

// origins are those that get CORS headers.
func (u urls) origins(further []string) []string { return append([]string{u.app}, further...) }

// reach adds where the cloud's APIs are.
func (u *urls) reach(cloud net.Addr) {
	scheme := "http://"
	if u.secure {
		scheme = "https://"
	}
	u.cloud = scheme + net.JoinHostPort(hostPort(cloud))
}
