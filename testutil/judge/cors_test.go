package judge

import (
	"maps"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	appOrigin = "http://127.0.0.1:3"
	elsewhere = "https://evil.example"
)

var forApp = map[string]string{
	"Access-Control-Allow-Origin": appOrigin, "Access-Control-Allow-Credentials": "true",
	"Access-Control-Allow-Methods": "GET, POST, PUT, DELETE", "Access-Control-Allow-Headers": "Content-Type, Authorization", "Vary": "Accept-Encoding, Origin", "Content-Type": "application/json",
}

// fromPage is a story with one exchange that a page made; change may alter it.
func fromPage(origin string, change func(*history.Exchange), in *history.Intent) func(*story) {
	return func(s *story) {
		s.header.Target.App = appOrigin + "/"
		x := get("/api/threads", `{"status":"ok"}`)
		x.Purpose, x.Bearer, x.Origin, x.Header = history.PurposeCORS, false, origin, map[string]string{"Content-Type": "application/json"}
		if origin == appOrigin {
			x.Header = maps.Clone(forApp)
		}
		if change != nil {
			change(&x)
		}
		s.user().http(x, in)
	}
}

func asksFor(method string, status int) func(*history.Exchange) {
	return func(x *history.Exchange) {
		x.Method, x.Asks, x.AsksFor, x.Status, x.Body = "OPTIONS", method, "authorization,content-type", status, "OK"
		x.Header["Content-Type"] = "text/plain"
	}
}

func headed(name, value string) func(*history.Exchange) {
	return func(x *history.Exchange) { x.Header[name] = value }
}

func byEdge(x *history.Exchange) {
	x.Status, x.Header, x.Body = 403, map[string]string{"Content-Type": "text/html"}, "<html>denied</html>"
}

func withStatus(status int) func(*history.Exchange) {
	return func(x *history.Exchange) { x.Status = status }
}

var corsTrials = []trial{
	{name: "success", tell: fromPage(appOrigin, nil, nil)},
	{name: "an error", tell: fromPage(appOrigin, withStatus(401), &history.Intent{Expect: "401", Why: "no bearer"})},
	{name: "not found", tell: fromPage(appOrigin, withStatus(404), &history.Intent{Expect: "404", Why: "no such path"})},
	{name: "a preflight", tell: fromPage(appOrigin, asksFor("PUT", 200), nil)},
	{name: "headers in other letters", tell: fromPage(appOrigin, func(x *history.Exchange) {
		delete(x.Header, "Vary")
		x.Header["vary"] = "origin"
	}, nil)},
	{name: "another origin", tell: fromPage(elsewhere, nil, nil)},
	{name: "another origin is denied", tell: fromPage(elsewhere, withStatus(403), nil)},
	{name: "another origin is denied what is not there", tell: fromPage(elsewhere, withStatus(403), &history.Intent{Expect: "404", Why: "no such path"})},
	{name: "another origin is served what is not there", hard: []string{"infra/unexpected-status"}, tell: fromPage(elsewhere, nil, &history.Intent{Expect: "404", Why: "no such path"})},
	{name: "another origin's preflight", tell: fromPage(elsewhere, asksFor("PUT", 400), nil)},
	{name: "another origin's preflight is not refused", tell: fromPage(elsewhere, asksFor("PUT", 200), nil)},
	{name: "another origin's preflight is not found", tell: fromPage(elsewhere, asksFor("PUT", 404), nil)},
	{name: "another origin's preflight is answered 401", tell: fromPage(elsewhere, asksFor("PUT", 401), nil)},

	{name: "it varies with everything", tell: fromPage(appOrigin, headed("Vary", "*"), nil)},

	{name: "the edge answers the app", hard: []string{"auth/token-refused", "health/cors"}, about: "by the edge", tell: fromPage(appOrigin, byEdge, nil)},
	{name: "the edge answers a preflight", hard: []string{"health/cors"}, tell: fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("POST", 403)(x)
		byEdge(x)
	}, nil)},
	{name: "the app is refused", hard: []string{"auth/token-refused"}, about: "403 Forbidden", tell: fromPage(appOrigin, withStatus(403), nil)},
	{name: "a token is not allowed", hard: []string{"health/cors"}, about: "asks for the header authorization", tell: fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("POST", 200)(x)
		x.Header["Access-Control-Allow-Headers"] = "Content-Type"
	}, nil)},
	{name: "a star allows no token", hard: []string{"health/cors"}, tell: fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("POST", 200)(x)
		x.Header["Access-Control-Allow-Headers"] = "*"
	}, nil)},
	{name: "not allowed", hard: []string{"health/cors"}, tell: fromPage(appOrigin, func(x *history.Exchange) { delete(x.Header, "Access-Control-Allow-Origin") }, nil)},
	{name: "everybody is allowed", hard: []string{"health/cors"}, tell: fromPage(appOrigin, headed("Access-Control-Allow-Origin", "*"), nil)},
	{name: "somebody else is allowed", hard: []string{"health/cors"}, tell: fromPage(appOrigin, headed("Access-Control-Allow-Origin", appOrigin+"0"), nil)},
	{name: "no credentials", hard: []string{"health/cors"}, tell: fromPage(appOrigin, headed("Access-Control-Allow-Credentials", "false"), nil)},
	{name: "no Vary", hard: []string{"health/cors"}, tell: fromPage(appOrigin, headed("Vary", "Accept-Encoding, Originality"), nil)},
	{name: "missing on errors", hard: []string{"health/cors"}, about: "401 Unauthorized", tell: fromPage(appOrigin, func(x *history.Exchange) {
		x.Status, x.Header = 401, map[string]string{}
	}, &history.Intent{Expect: "401"})},
	{name: "missing on a server error", hard: []string{"health/cors", "infra/server-error"}, tell: fromPage(appOrigin, func(x *history.Exchange) { x.Status, x.Header = 500, nil }, nil)},
	{name: "the app is denied what is open", hard: []string{"auth/token-refused"}, tell: fromPage(appOrigin, withStatus(403), nil)},
	{name: "the app does not find what is there", hard: []string{"infra/component-missing"}, tell: fromPage(appOrigin, withStatus(404), nil)},
	{name: "another error than wanted", hard: []string{"infra/unexpected-status"}, tell: fromPage(appOrigin, withStatus(403), &history.Intent{Expect: "401"})},
	{name: "a preflight that allows all headers but the token's", hard: []string{"health/cors"}, about: "asks for the header authorization", tell: fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("PUT", 200)(x)
		x.Header["Access-Control-Allow-Headers"] = "*"
	}, nil)},
	{name: "a preflight that allows all headers and the token's", tell: fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("PUT", 200)(x)
		x.Header["Access-Control-Allow-Headers"] = "*, Authorization"
	}, nil)},
	{name: "a preflight that allows no headers, nothing declared", hard: []string{"health/cors"}, tell: undeclared(fromPage(appOrigin, func(x *history.Exchange) {
		asksFor("PUT", 200)(x)
		delete(x.Header, "Access-Control-Allow-Headers")
	}, nil))},
	{name: "a preflight refused", hard: []string{"health/cors"}, tell: fromPage(appOrigin, asksFor("PUT", 400), nil)},
	{name: "a preflight refused, nothing declared", hard: []string{"health/cors"}, tell: undeclared(fromPage(appOrigin, asksFor("PUT", 400), nil))},
	{name: "a preflight answered 204", hard: []string{"health/cors"}, tell: fromPage(appOrigin, asksFor("PUT", 204), nil)},
	{name: "a preflight answered 204, nothing declared", soft: []string{"health/cors"}, tell: undeclared(fromPage(appOrigin, asksFor("PUT", 204), nil))},
	{name: "a method is not allowed", hard: []string{"health/cors"}, tell: fromPage(appOrigin, asksFor("PATCH", 200), nil)},
	{name: "a method that needs no permission", tell: fromPage(appOrigin, asksFor("HEAD", 200), nil)},
	{name: "another origin may read", hard: []string{"health/cors"}, tell: fromPage(elsewhere, headed("Access-Control-Allow-Origin", elsewhere), nil)},
	{name: "every origin may read", hard: []string{"health/cors"}, tell: fromPage(elsewhere, headed("Access-Control-Allow-Origin", "*"), nil)},
	{name: "another origin's preflight fails", hard: []string{"infra/unavailable"}, tell: fromPage(elsewhere, asksFor("PUT", 503), nil)},
	{name: "a web page instead of an answer", hard: []string{"infra/not-the-platform"}, tell: fromPage(appOrigin, func(x *history.Exchange) { x.Header, x.Body = html, "<html>" }, nil)},
}

// configured is a story with one exchange that serves a body as configuration.
func configured(body string) func(*story) {
	return func(s *story) {
		s.header.Target.App = appOrigin
		asked(history.PurposeConfig, body)(s)
	}
}

// encrypted has the target where staging is.
func encrypted(tell func(*story)) func(*story) {
	return func(s *story) {
		tell(s)
		t := &s.header.Target
		t.API, t.Auth, t.WebSocket, t.App = "https://api.example", "https://auth.example", "wss://api.example/ws", "https://app.example"
	}
}

func noApp(tell func(*story)) func(*story) {
	return func(s *story) {
		tell(s)
		s.header.Target.App = ""
	}
}

var servedURLTrials = []trial{
	{name: "own ones", tell: configured(`{"services":{"backend":{"url":"http://127.0.0.1:1","ws_url":"ws://127.0.0.1:1/ws","path":"/ws"},"auth":{"url":"HTTP://127.0.0.1:2/auth/login"}},"origins":["http://127.0.0.1:3"],"note":"ask me: now","mail":"mailto:a@b.example"}`)},
	{name: "localhost", hard: []string{"health/served-urls"}, about: `services.backend.url "http://localhost:8081"`, tell: configured(`{"services":{"backend":{"url":"http://localhost:8081"}}}`)},
	{name: "an old domain in a list", hard: []string{"health/served-urls"}, about: "uris[1]", tell: configured(`{"uris":["http://127.0.0.1:3/a","https://app.old.example/auth/callback"]}`)},
	{name: "in a list of objects", hard: []string{"health/served-urls"}, tell: configured(`[{"url":"http://127.0.0.1:4"}]`)},
	{name: "encrypted", tell: encrypted(configured(`{"a":"https://api.example:443/x","b":"wss://api.example/ws","c":"https://APP.example"}`))},
	{name: "not encrypted", soft: []string{"health/served-urls"}, about: "not encrypted", tell: encrypted(configured(`{"a":"http://api.example/x"}`))},
	{name: "another port", hard: []string{"health/served-urls"}, tell: encrypted(configured(`{"a":"http://api.example:8000/x"}`))},
	{name: "nobody's, and the app is not known", soft: []string{"health/served-urls"}, tell: noApp(encrypted(configured(`{"a":"https://www.example/x"}`)))},
	{name: "localhost, and the app is not known", hard: []string{"health/served-urls"}, tell: func(s *story) {
		encrypted(configured(`{"a":"http://127.0.0.1:8081"}`))(s)
		s.header.Target.App = ""
	}},
	{name: "localhost, where everything is", soft: []string{"health/served-urls"}, tell: noApp(configured(`{"a":"http://127.0.0.1:8081"}`))},
	{name: "own ones without a scheme", tell: encrypted(configured(`{"host":"api.example","ws_url":"//api.example/ws","origins":["app.example","APP.example:443","*","null"],"endpoint":"/ws","uri":"login","url":"index.html","env_host":"staging","version":"2.0.0","opens":"12:30","branch":"localhost","redirect_uri":"com.netra.app:/callback"}`))},
	{name: "localhost without a scheme", hard: []string{"health/served-urls"}, about: `api_url "localhost:8000"`, tell: encrypted(configured(`{"services":{"backend":{"api_url":"localhost:8000"}}}`))},
	{name: "localhost alone", hard: []string{"health/served-urls"}, tell: encrypted(configured(`{"HOST":"localhost"}`))},
	{name: "a host of others", hard: []string{"health/served-urls"}, about: `hosts[1] "api.old.example"`, tell: encrypted(configured(`[{"hosts":["api.example","api.old.example"]}]`))},
	{name: "a host at another port", hard: []string{"health/served-urls"}, tell: encrypted(configured(`{"websocket_host":"api.example:8000"}`))},
	{name: "a host of others behind two slashes", hard: []string{"health/served-urls"}, tell: encrypted(configured(`{"callback_uris":["//elsewhere.example/x"]}`))},
	{name: "a redirect to elsewhere without a scheme", hard: []string{"health/served-urls", "infra/redirected"}, tell: func(s *story) {
		x := get("/health", "")
		x.Status, x.Header = 307, map[string]string{"Location": "//elsewhere.example/health"}
		s.header.Target.App = appOrigin
		s.user().http(x, nil)
	}},
	{name: "a redirect to elsewhere", hard: []string{"health/served-urls", "infra/redirected"}, tell: func(s *story) {
		x := get("/health", "")
		x.Status, x.Header = 307, map[string]string{"Location": "https://elsewhere.example/health"}
		s.header.Target.App = appOrigin
		s.user().http(x, nil)
	}},
	{name: "a redirect by path", hard: []string{"infra/redirected"}, tell: func(s *story) {
		x := get("/health", "")
		x.Status, x.Header = 307, map[string]string{"Location": "/health/"}
		s.user().http(x, nil)
	}},
	{name: "an error that names its document", hard: []string{"infra/not-accepted"}, tell: func(s *story) {
		configured(`{"detail":[{"type":"missing","url":"https://errors.example/missing"}]}`)(s)
		s.records[len(s.records)-1].Exchange.Status = 422
	}},
	{name: "configuration is not there, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(func(s *story) {
		x := get("/api/config/public", `{"detail":"Not Found"}`)
		x.Purpose, x.Status = history.PurposeConfig, 404
		s.user().http(x, nil)
	})},
}
