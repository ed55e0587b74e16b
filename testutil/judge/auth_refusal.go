package judge

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var refusalRules = []Rule{
	{
		ID: "auth/refusal", Hard: true, Source: "issue #3, Doors that must stay shut; websocket.md 3.6; http.md 2.2",
		Says:  "Credentials are refused in one way: REST 401; at the upgrade 403 where no subprotocol on offer is supported, else 101, an error frame AUTH_FAILED and close 1008. Where the target declares no shape, another form of refusal is advice, but never 1011, an answer below 400, 404, 405, 5xx, silence, the edge's web page, or REST 403 without credentials.",
		Hooks: Hooks{Exchange: exchangeRefusal, SessionEnd: sessionRefusal(true)},
	},
	{
		ID: "auth/refusal-stable", Hard: true, Source: "issue #3, Doors that must stay shut",
		Says:  "The same bad credentials are refused at the same door in the same way each time, also after a burst.",
		State: stableRefusals,
	},
}

// exchangeRefusal judges the form of a REST refusal. 403 where no credentials were sent is hard: it
// keeps clients from refreshing (auth-missing-token-403).
func exchangeRefusal(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	want := wanted(in)
	if want == 0 || !isBadCredentials(in) || x.Broken != nil || succeeded(x) || x.Status == http.StatusTooManyRequests {
		return
	}
	if byEdge := isRefusal(x.Status) && isHTML(x.Header, x.Body); byEdge || x.Status != want {
		hard := v.Declared() || byEdge || !isRefusal(x.Status) || carriesNothing(x)
		v.ReportAs(hard, v.Here(), "%s (%s) was refused with %s by %s, want %s, body %s",
			what(x), why(v), status(x.Status), origin(x.Header, x.Body), status(want), quote(x.Body))
	}
}

// carriesNothing tells whether a request came without credentials, in its header or its body.
func carriesNothing(x *history.Exchange) bool {
	return !x.Bearer && !isLogin(x) && x.Purpose != history.PurposeVerify
}

// sessionRefusal judges the form of a refusal that the story provoked: of credentials, or of a session
// that is refused for another reason, which is that it is one too many.
func sessionRefusal(credentials bool) func(*View) {
	return func(v *View) {
		s := v.Session
		if !s.ExpectsRefusal() || credentials != (s.Intent.Token != "") || s.unanswered() || credentials && s.Welcomed() {
			return // a welcome is auth/bad-credentials-accepted
		}
		if flaw, hard := s.refusalFlaw(); flaw != "" {
			v.ReportAs(hard || v.Declared(), v.Here(s.DialSeq, s.WelcomeSeq, s.refusalSeq()), "the session (%s, token %q) %s: %s", s.Intent.Why, s.Intent.Token, flaw, s.ending())
		}
	}
}

// unanswered tells whether the platform was not asked, or did not answer: rules of infra say so.
func (s *Session) unanswered() bool {
	c := s.Closed
	return c != nil && c.By == history.ByDial && s.OpenSeq == 0 && (c.Status == 0 || c.Status == http.StatusTooManyRequests)
}

// A refusalForm is how a session is refused once it was upgraded.
type refusalForm struct {
	error  string // code of the error frame
	close  int
	reason string // of the close frame; "" is any
}

// wantedForm returns the form of a refusal: of credentials websocket.md 3.6; of a session too many 2.4.
func (s *Session) wantedForm() refusalForm {
	if s.Intent.Token == "" {
		return refusalForm{"CONNECTION_LIMIT", closeTryLater, ""}
	}
	return refusalForm{"AUTH_FAILED", closePolicy, "Authentication failed"}
}

// refusalFlaw says what is wrong with the form of a refusal, "" if nothing is, and whether it is
// wrong on every target (issue #3: 1011, 404, 405, 5xx and silence).
func (s *Session) refusalFlaw() (flaw string, hard bool) {
	c, want := s.Closed, s.wantedForm()
	switch {
	case s.Welcomed():
		return "was welcomed", true
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
	case wanted(&s.Intent) != 0:
		return "was upgraded before it was refused, want " + status(wanted(&s.Intent)), false
	case c.Code != want.close:
		return "was closed with another code than " + closeCode(want.close), false
	case s.Refusal == nil:
		return "was closed without an error frame", false
	case s.Refusal.Code != want.error:
		return "was refused with another error than " + want.error, false
	case want.reason != "" && c.Reason != want.reason:
		return fmt.Sprintf("was closed with another reason than %q", want.reason), false
	}
	return "", false
}

// statusFlaw judges a refusal at the upgrade.
func (s *Session) statusFlaw() (flaw string, hard bool) {
	c, want := s.Closed, wanted(&s.Intent)
	switch code := c.Status; {
	case code < 400:
		return "was not refused", true
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code >= 500:
		return "was not refused but failed", true
	case isRefusal(code) && isHTML(c.Header, c.Body):
		return "was refused by the edge, so that the platform was not asked", true
	case code == want:
		return "", false
	case want != 0:
		return "was refused with another status than " + status(want), false
	}
	return "was refused at the upgrade, want 101, an error frame and close " + closeCode(s.wantedForm().close), false
}

// maxDoors bounds how many bad credentials at how many doors are remembered. There are some dozens.
const maxDoors = 4096

// stableRefusals remembers how each of the bad credentials was first refused at each door.
func stableRefusals() Hooks {
	type attempt struct{ door, token, expect string }
	type refused struct {
		way string
		seq uint64
	}
	before := map[attempt]refused{}
	compare := func(v *View, at attempt, way string) {
		first, known := before[at]
		switch {
		case way == "" || known && first.way == way:
		case known:
			v.Report(v.Here(first.seq), "%s with %q was refused with %s, and before with %s", bounded(at.door), at.token, way, first.way)
		case len(before) < maxDoors:
			before[attempt{strings.Clone(at.door), strings.Clone(at.token), strings.Clone(at.expect)}] = refused{way, v.Record.Seq}
		}
	}
	return Hooks{
		Exchange: func(v *View) {
			if x, in := v.Record.Exchange, v.Record.Intent; isBadCredentials(in) {
				compare(v, attempt{x.Method + " " + x.URL, in.Token, in.Expect}, refusedAs(x))
			}
		},
		SessionEnd: func(v *View) {
			if s := v.Session; v.Record != nil && isBadCredentials(&s.Intent) {
				compare(v, attempt{s.URL, s.Intent.Token, s.Intent.Expect}, s.refusedAs())
			}
		},
	}
}

// refusedAs says in which way credentials were refused, but for what may differ from one refusal to the
// next, such as texts; "" where they were not, or not by the platform: then other rules speak.
func refusedAs(x *history.Exchange) string {
	if x.Broken != nil || !isDenial(x.Status, x.Header, x.Body) {
		return ""
	}
	return strings.TrimSpace(status(x.Status) + " " + text(object(x), "error_code"))
}

func (s *Session) refusedAs() string {
	c := s.Closed
	switch {
	case c == nil || s.Welcomed():
	case isDenial(c.Status, c.Header, c.Body):
		return status(c.Status)
	case c.By == history.ByServer && c.Code != closeServerError && s.Refusal != nil:
		return fmt.Sprintf("error frame %s and close %s %s", quote(s.Refusal.Code), closeCode(c.Code), quote(c.Reason))
	case c.By == history.ByServer && c.Code != closeServerError:
		return fmt.Sprintf("close %s %s", closeCode(c.Code), quote(c.Reason))
	}
	return ""
}

// isDenial tells whether the platform itself answered that the request is wrong.
func isDenial(status int, h map[string]string, body string) bool {
	return status/100 == 4 && status != http.StatusTooManyRequests && !isHTML(h, body)
}
