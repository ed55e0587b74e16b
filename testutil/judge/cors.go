package judge

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var corsRules = []Rule{{
	ID: "health/cors", Hard: true, Source: "http.md 2.3; issue #3, Health family",
	Says:  "A page of the app may read every answer, errors included, and is told so by name; a preflight of it is answered 200 and allows the method and the headers. Pages of other origins may read nothing. A preflight answered 204 is advice, unless the target declares its shape.",
	Hooks: Hooks{Exchange: readByPages},
}}

// readByPages leaves out what rules of infra report. The edge's refusal is not among it: it keeps the app
// from reading as well.
func readByPages(v *View) {
	x := v.Record.Exchange
	if x.Origin == "" || x.Broken != nil || isUnavailable(x.Status) || x.Status == http.StatusTooManyRequests {
		return
	}
	if succeeded(x) && x.Asks == "" && isHTML(x.Header, x.Body) {
		return // infra/not-the-platform
	}
	if v.fromApp(x) {
		admitted(v, x)
		if x.Asks != "" {
			preflight(v, x)
		}
		return
	}
	if allowed := header(x.Header, "Access-Control-Allow-Origin"); allowed == "*" || allowed == x.Origin {
		v.Report(v.Here(), "%s may be read by pages of %s: Access-Control-Allow-Origin is %s", what(x), quote(x.Origin), quote(allowed))
	}
}

// fromApp tells whether an exchange says that it comes from a page of the app.
func (v *View) fromApp(x *history.Exchange) bool {
	return x.Origin != "" && x.Origin == originOf(v.Header.Target.App)
}

// mayDeny tells whether the target may deny the exchange at hand with any status: it is a preflight, whose
// status health/cors judges, or comes from a page of somebody else.
func mayDeny(v *View) bool {
	x := v.Record.Exchange
	return x.Purpose == history.PurposeCORS && (x.Asks != "" || !v.fromApp(x))
}

// originOf returns the origin of a page at a URL; "" if it is none.
func originOf(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// admitted wants the three headers that every answer to the app carries.
func admitted(v *View, x *history.Exchange) {
	for _, want := range []struct {
		name string
		ok   func(string) bool
		want string
	}{
		{"Access-Control-Allow-Origin", func(s string) bool { return s == x.Origin }, x.Origin},
		{"Access-Control-Allow-Credentials", func(s string) bool { return s == "true" }, "true"},
		{"Vary", func(s string) bool { return hasItem(s, "Origin") || hasItem(s, "*") }, "Origin"},
	} {
		if got := header(x.Header, want.name); !want.ok(got) {
			v.Report(v.Here(), "%s, asked by a page of %s, was answered %s with %s %s, want %s",
				what(x), quote(x.Origin), status(x.Status), want.name, quote(got), want.want)
		}
	}
}

func preflight(v *View, x *history.Exchange) {
	if x.Status != http.StatusOK {
		v.ReportAs(x.Status != http.StatusNoContent || v.Declared(), v.Here(), "the preflight of %s %s was answered %s, want 200, body %s",
			bounded(x.Asks), bounded(x.URL), status(x.Status), quote(x.Body))
	}
	if x.Status/100 != 2 {
		return
	}
	methods := header(x.Header, "Access-Control-Allow-Methods")
	if !isSimple(x.Asks) && !hasItem(methods, x.Asks) {
		v.Report(v.Here(), "the preflight of %s %s allows the methods %s", bounded(x.Asks), bounded(x.URL), quote(methods))
	}
	allowed := header(x.Header, "Access-Control-Allow-Headers")
	for name := range strings.SplitSeq(x.AsksFor, ",") {
		if name = strings.TrimSpace(name); x.Status/100 == 2 && name != "" && !allows(allowed, name) {
			v.Report(v.Here(), "the preflight of %s %s asks for the header %s, and allows %s", bounded(x.Asks), bounded(x.URL), bounded(name), quote(allowed))
		}
	}
}

// isSimple tells whether a method needs no permission (Fetch standard, CORS-safelisted method).
func isSimple(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, method)
}

// allows tells whether a list admits a header. A star is for all but Authorization (Fetch standard, CORS
// non-wildcard request-header name).
func allows(list, name string) bool {
	return hasItem(list, name) || hasItem(list, "*") && !strings.EqualFold(name, "Authorization")
}

// hasItem tells whether a header that is a list holds the item.
func hasItem(list, item string) bool {
	for entry := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(entry), item) {
			return true
		}
	}
	return false
}
