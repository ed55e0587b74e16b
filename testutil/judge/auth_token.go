package judge

import (
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
		ID: "auth/bad-credentials-accepted", Hard: true, Source: "http.md 3.5, 6; websocket.md 3.5",
		Says:  "Missing, damaged, expired and returned credentials open nothing: no welcome, no 2xx. That a refresh token serves twice, or a good token in a form of another dialect, is advice, unless the target declares its shape.",
		Hooks: Hooks{Exchange: exchangeAccepted, Frame: welcomeGiven},
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
	case s.Intent.Recovers:
		return s.turnedAway()
	case c.By == history.ByDial && c.Broken != nil && c.Broken.Step == history.StepUpgrade:
		return isRefusal(c.Status) && !isHTML(c.Header, c.Body)
	}
	return c.Code == closePolicy || s.Refusal != nil && isAuthCode(s.Refusal.Code)
}

func tokenRefused(v *View) {
	x := v.Record.Exchange
	if v.User != nil && v.User.LoggedOut || isLogin(x) || x.Purpose == history.PurposeLogout || isElsewhere(v) {
		return
	}
	if isRefusal(x.Status) && ordinary(v.Record) {
		v.Report(v.Here(v.loginSeq()), "%s with the token of %s was answered %s by %s, with body %s",
			what(x), v.name(), status(x.Status), origin(x.Header, x.Body), quote(x.Body))
	}
}

// isElsewhere tells whether another rule judges how the exchange was refused: auth/recovery,
// health/cors, auth/verify.
func isElsewhere(v *View) bool {
	return recovers(v.Record) || mayDeny(v) || expectsRefusal(v.Record.Intent)
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
	if s.authRefused() && !s.ExpectsRefusal() && !s.Intent.Recovers {
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
		v.ReportAs(!isReplay(v.Record.Intent) || v.Declared(), v.Here(), "%s was answered %s with credentials that have to be refused (%s)", what(x), status(x.Status), why(v))
	}
}

// isReplay tells whether a refresh token is offered again. Staging keeps the used ones in each of
// several instances, so that one which is taken again shows less than a fault (http.md 3.5).
func isReplay(in *history.Intent) bool { return in != nil && in.Token == history.UsedRefreshToken }

func welcomeGiven(v *View) {
	s := v.Session
	if s.WelcomeSeq == v.Record.Seq && s.ExpectsRefusal() && s.Intent.Token != "" {
		good := s.Intent.Why == history.UnknownForm && !s.User.LoggedOut
		v.ReportAs(!good || v.Declared(), v.Here(s.DialSeq), "the session was welcomed although it has to be refused (%s, token %q)", s.Intent.Why, s.Intent.Token)
	}
}
