package judge

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// statusRules judge HTTP statuses and bodies of exchanges that are to succeed. What 401 and 403 mean
// is for the auth rules.
var statusRules = []Rule{
	{
		ID: "infra/rate-limited", Hard: true, Source: "http.md 1, Edge",
		Says:  "The story stays below the limits of the edge, which answers 429 beyond them and bans.",
		Hooks: Hooks{Exchange: limited, SessionEnd: sessionLimited},
	},
	{
		ID: "infra/unavailable", Hard: true, Source: "http.md 4.1, 4",
		Says:  "The target is up: no request is answered 502, 503 or 504. While it warms up that is advice, unless it stays so; so is 503 after a burst of bad credentials, of which auth/recovery says whether it passes.",
		State: unavailable,
	},
	{
		ID: "infra/server-error", Hard: true, Source: "http.md 2.2",
		Says:  "No request is answered with a server error.",
		Hooks: Hooks{Exchange: serverError},
	},
	{
		ID: "infra/redirected", Hard: true, Source: "http.md 5.1; catalogue README, rule 7",
		Says:  "Documented endpoints answer by themselves and do not redirect.",
		Hooks: Hooks{Exchange: redirected},
	},
	{
		ID: "infra/component-missing", Hard: true, Source: "http.md 3, 5",
		Says:  "Every documented endpoint is there. That one is not which a target may lack is advice, unless the target declares its shape.",
		Hooks: Hooks{Exchange: missing},
	},
	{
		ID: "infra/not-accepted", Hard: true, Source: "http.md 3, 5",
		Says:  "A request as the reference documents it is accepted.",
		Hooks: Hooks{Exchange: notAccepted},
	},
	{
		ID: "infra/not-the-platform", Hard: true, Source: "issue #2, Must hold",
		Says:  "Documented endpoints answer in JSON; a web page with status 200 is somebody else's.",
		Hooks: Hooks{Exchange: notThePlatform},
	},
	{
		ID: "infra/unexpected-status", Hard: true, Source: "catalogue README, rule 4",
		Says:  "A request that has to be refused with a status is refused with that one.",
		Hooks: Hooks{Exchange: unexpectedStatus},
	},
}

func report(v *View, x *history.Exchange) {
	v.Report(v.Here(), "%s was answered %s by %s, with body %s", what(x), status(x.Status), origin(x.Header, x.Body), quote(x.Body))
}

// isBan tells whether the suite itself made no request, because the edge bans this machine since it
// answered another request 429.
func isBan(b *history.Broken) bool { return b != nil && b.Step == history.StepBanned }

func limited(v *View) {
	switch x := v.Record.Exchange; {
	case isBan(x.Broken):
		v.Report(v.Here(), "%s was not sent, for the edge bans this machine: %s", what(x), quote(x.Broken.Error))
	case x.Status == http.StatusTooManyRequests && wanted(v.Record.Intent) != x.Status:
		report(v, x)
	}
}

func sessionLimited(v *View) {
	s := v.Session
	switch c := s.Closed; {
	case isBan(s.brokenBy()):
		v.Report(v.Here(s.DialSeq), "the session to %s was not dialled, for the edge bans this machine: %s", bounded(s.URL), quote(c.Broken.Error))
	case c != nil && c.Status == http.StatusTooManyRequests:
		v.Report(v.Here(s.DialSeq), "the upgrade of %s was answered 429, Retry-After %s", bounded(s.URL), quote(header(c.Header, "Retry-After")))
	}
}

func isUnavailable(code int) bool {
	return code == http.StatusBadGateway || code == http.StatusServiceUnavailable || code == http.StatusGatewayTimeout
}

// unavailable remembers the last warm-up of each address, to tell a cold start from an outage.
func unavailable() Hooks {
	cold := map[string]uint64{}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			warm := x.Purpose == history.PurposeWarmUp
			if warm {
				delete(cold, x.URL)
			}
			if !isUnavailable(x.Status) || wanted(v.Record.Intent) == x.Status {
				return
			}
			if warm {
				cold[strings.Clone(x.URL)] = v.Record.Seq
			}
			v.ReportAs(!warm && !recovering(v.Record), v.Here(), "%s was answered %s by %s, with body %s", what(x), status(x.Status), origin(x.Header, x.Body), quote(x.Body))
		},
		End: func(v *View) {
			for _, url := range slices.Sorted(maps.Keys(cold)) {
				v.Report([]uint64{cold[url]}, "%s was unavailable throughout the warm-up", bounded(url))
			}
		},
	}
}

func serverError(v *View) {
	x := v.Record.Exchange
	if x.Status >= 500 && !isUnavailable(x.Status) && wanted(v.Record.Intent) != x.Status {
		report(v, x)
	}
}

func redirected(v *View) {
	if x := v.Record.Exchange; x.Status/100 == 3 && wanted(v.Record.Intent) != x.Status {
		v.Report(v.Here(), "%s was redirected with %s to %s", what(x), status(x.Status), quote(header(x.Header, "Location")))
	}
}

// missing leaves out the archiving of threads, as one that is gone already is archived, and threads that
// are not there, for which there are rules.
func missing(v *View) {
	x := v.Record.Exchange
	absent := x.Status == http.StatusNotFound || x.Status == http.StatusMethodNotAllowed
	if absent && ordinary(v.Record) && x.Purpose != history.PurposeArchive && !mayDeny(v) && !v.closed() && !lost(v) {
		v.ReportAs(v.Declared() || !isOptional(v), v.Here(), "%s was answered %s by %s, with body %s", what(x), status(x.Status), origin(x.Header, x.Body), quote(x.Body))
	}
}

// isOptional tells whether a target may lack what the exchange at hand asks for: endpoints that the
// reference says SHOULD of, among them all that serve configuration and agents that run in the background or
// with server-sent events (http.md 5.4), and threads that nobody made over REST.
func isOptional(v *View) bool {
	x := v.Record.Exchange
	switch x.Purpose {
	case history.PurposeConfig, history.PurposeStart, history.PurposeStatus, history.PurposeStream:
		return true
	case history.PurposeThread, history.PurposeMessages:
		return x.Status == http.StatusNotFound && threadIn(x) != "" // one that was made over REST is lost
	}
	endpoints := v.endpointsAt(x.URL)
	return len(endpoints) > 0 && !slices.ContainsFunc(endpoints, func(e fixtures.HealthEndpoint) bool { return e.Must })
}

func notAccepted(v *View) {
	x := v.Record.Exchange
	if x.Status/100 != 4 || !ordinary(v.Record) || mayDeny(v) {
		return
	}
	switch x.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusTooManyRequests:
		return // each has a rule of its own
	}
	report(v, x)
}

func notThePlatform(v *View) {
	x := v.Record.Exchange
	if !succeeded(x) || x.Method == http.MethodHead || x.Status == http.StatusNoContent || x.Asks != "" {
		return
	}
	if isHTML(x.Header, x.Body) || !isStream(x) && !isJSON(x) {
		report(v, x)
	}
}

func isStream(x *history.Exchange) bool {
	return strings.HasPrefix(header(x.Header, "Content-Type"), "text/event-stream")
}

// isJSON tells whether a body is an object or a list; of one that was cut, only the start is known.
func isJSON(x *history.Exchange) bool {
	body := strings.TrimSpace(x.Body)
	if x.Cut != 0 {
		return strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[")
	}
	return isJSONText(body)
}

// unexpectedStatus judges refusals that are neither of credentials nor of foreign objects: those have
// rules in auth and isolation.
func unexpectedStatus(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	want := wanted(in)
	if want == 0 || x.Broken != nil || in.Token != "" || in.Spoofs != "" || v.closed() && succeeded(x) {
		return // threads/archived judges the last
	}
	if x.Status/100 == 4 && mayDeny(v) {
		return // with whatever status: health/cors
	}
	if x.Status != want {
		v.Report(v.Here(), "%s was answered %s, want %s (%s), body %s", what(x), status(x.Status), status(want), in.Why, quote(x.Body))
	}
}
