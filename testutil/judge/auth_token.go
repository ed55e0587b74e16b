package judge

import (
	"net/http"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var tokenRules = []Rule{
	{
		ID: "auth/token-refused", Hard: true, Source: "http.md 4.1, 4.3; websocket.md 3.5",
		Says:  "A token that login gave works everywhere: REST and every session accept it.",
		Hooks: Hooks{Exchange: tokenRefused, SessionEnd: sessionRefused},
	},
	{
		ID: "auth/bad-credentials-accepted", Hard: true, Source: "http.md 6; websocket.md 3.5",
		Says:  "Missing, damaged, expired and returned credentials open nothing: no welcome, no 2xx.",
		Hooks: Hooks{Exchange: exchangeAccepted, Frame: welcomeGiven},
	},
	{
		ID: "auth/refusal", Hard: true, Source: "websocket.md 3.6; http.md 2.2",
		Says:  "A refusal of credentials has the documented form: REST 401; a session 401 or 403 at the upgrade, or an error frame and close 1008.",
		Hooks: Hooks{Exchange: exchangeRefusal, SessionEnd: sessionRefusal(true)},
	},
}

// isAuthCode tells whether an error code speaks of credentials (websocket.md 2.2, 3.6). Codes are an
// open list, so it goes by their words.
func isAuthCode(code string) bool {
	code = strings.ToUpper(code)
	for _, word := range []string{"AUTH", "TOKEN", "JWT", "CREDENTIAL", "VALIDATION_FAILED"} {
		if strings.Contains(code, word) {
			return true
		}
	}
	return false
}

// authRefused tells whether the session ended in a refusal of its token, in whichever form.
func (s *Session) authRefused() bool {
	c := s.Closed
	switch {
	case c == nil || s.Welcomed():
		return false
	case c.By == history.ByDial && c.Broken != nil && c.Broken.Step == history.StepUpgrade:
		return isRefusal(c.Status) && !isHTML(c.Header, c.Body)
	}
	return c.Code == closePolicy || s.Refusal != nil && isAuthCode(s.Refusal.Code)
}

func tokenRefused(v *View) {
	x := v.Record.Exchange
	if v.User != nil && v.User.LoggedOut || isLogin(x) || x.Purpose == history.PurposeLogout {
		return
	}
	if isRefusal(x.Status) && ordinary(v.Record) {
		v.Report(v.Here(v.loginSeq()), "%s with the token of %s was answered %s by %s, with body %s",
			what(x), v.name(), status(x.Status), origin(x.Header, x.Body), quote(x.Body))
	}
}

func (v *View) loginSeq() uint64 {
	if v.User == nil {
		return 0
	}
	return v.User.LoginSeq
}

// name is how a message calls the user at hand.
func (v *View) name() string {
	if v.User == nil {
		return "nobody"
	}
	return v.User.Label
}

func sessionRefused(v *View) {
	s := v.Session
	if s.authRefused() && !s.ExpectsRefusal() {
		v.Report(v.Here(v.loginSeq(), s.DialSeq, s.refusalSeq()), "the session to %s refused the token of %s, which login gave: %s", bounded(s.URL), s.User.Label, s.ending())
	}
}

func (s *Session) refusalSeq() uint64 {
	if s.Refusal == nil {
		return 0
	}
	return s.Refusal.Seq
}

func isBadCredentials(in *history.Intent) bool {
	return in != nil && in.Expect != "" && in.Token != ""
}

func exchangeAccepted(v *View) {
	x := v.Record.Exchange
	if x.Purpose == history.PurposeVerify {
		return // it answers 200 to every token; auth/verify reads the body
	}
	loggedOut := x.Bearer && v.User != nil && v.User.LoggedOut && x.Purpose != history.PurposeLogout
	if succeeded(x) && (isBadCredentials(v.Record.Intent) || loggedOut) {
		v.Report(v.Here(), "%s was answered %s with credentials that have to be refused (%s)", what(x), status(x.Status), why(v))
	}
}

func welcomeGiven(v *View) {
	s := v.Session
	if s.WelcomeSeq == v.Record.Seq && s.ExpectsRefusal() {
		v.Report(v.Here(s.DialSeq), "the session was welcomed although it has to be refused (%s, token %q)", s.Intent.Why, s.Intent.Token)
	}
}

// exchangeRefusal judges the form of a REST refusal. 403 where no credentials were sent is hard: it
// keeps clients from refreshing (auth-missing-token-403).
func exchangeRefusal(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	want := wanted(in)
	if want == 0 || !isBadCredentials(in) || x.Broken != nil || succeeded(x) || x.Status == want {
		return
	}
	hard := v.Declared() || !isRefusal(x.Status) || !x.Bearer
	v.ReportAs(hard, v.Here(), "%s (%s) was refused with %s, want %s, body %s", what(x), why(v), status(x.Status), status(want), quote(x.Body))
}

// sessionRefusal judges the form of a refusal that the story provoked: of credentials, or of a
// session that is refused for another reason.
func sessionRefusal(credentials bool) func(*View) {
	return func(v *View) {
		s := v.Session
		if !s.ExpectsRefusal() || s.Welcomed() || credentials != (s.Intent.Token != "") || isBan(s.brokenBy()) {
			return // a welcome is auth/bad-credentials-accepted; nothing was asked, infra/rate-limited
		}
		if flaw, hard := s.refusalFlaw(); flaw != "" {
			v.ReportAs(hard || v.Declared(), v.Here(s.DialSeq, s.refusalSeq()), "the session (%s, token %q) %s: %s", s.Intent.Why, s.Intent.Token, flaw, s.ending())
		}
	}
}

// refusalFlaw says what is wrong with the form of a refusal, "" if nothing is, and whether it is
// wrong on every target (issue #3: 1011, 404, 405, 5xx and silence).
func (s *Session) refusalFlaw() (flaw string, hard bool) {
	c := s.Closed
	switch {
	case c == nil || c.By == history.ByClient:
		return "was neither refused nor welcomed", true
	case c.Status != 0:
		return s.statusFlaw()
	case c.By == history.ByDial && c.Broken != nil && c.Broken.Timeout:
		return "was left in silence", true
	case c.By != history.ByServer:
		return "was cut instead of refused", true
	case c.Code == closeServerError:
		return "was refused as if the server had failed", true
	case c.Code != s.refusalCode():
		return "was closed with another code than " + closeCode(s.refusalCode()), false
	case s.Refusal == nil:
		return "was closed without an error frame", false
	}
	return "", false
}

// refusalCode is the close code of a refusal: of credentials 1008; of anything else, such as one
// session too many, 1013 (websocket.md 2.4, Server duties).
func (s *Session) refusalCode() int {
	if s.Intent.Token == "" {
		return closeTryLater
	}
	return closePolicy
}

func (s *Session) statusFlaw() (flaw string, hard bool) {
	switch code := s.Closed.Status; {
	case isRefusal(code):
		return "", false
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code >= 500:
		return "was not refused but failed", true
	}
	return "was refused with another status than 401 or 403", false
}
