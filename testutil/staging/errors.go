package staging

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// ErrOneUserOnly is returned when a second user is asked of a target with one e-mail and password.
var ErrOneUserOnly = errors.New("one e-mail and password give one user only: set E2E_OAUTH_SIMULATION_KEY for stories that need several")

// ErrProduction is returned for a target whose health calls itself production.
var ErrProduction = errors.New("the target calls itself production and is left alone: check STAGING_*_URL, or name its hosts in STAGING_ALLOW_PRODUCTION")

// ErrTokenRefused is returned when the auth service does not accept the token that its login gave.
var ErrTokenRefused = errors.New("the auth service says that the token is not valid")

// An ExchangeError is an HTTP exchange that got no whole answer.
type ExchangeError struct {
	Purpose string // one of the Purpose constants of package history
	Method  string
	URL     string
	Broken  history.Broken
	Cause   error
	Stopped error // why the story ended meanwhile, such as a signal; nil: it did not
}

func (e *ExchangeError) Error() string {
	return fmt.Sprintf("%s: %s %s: %s", e.Purpose, e.Method, e.URL, describe(e.Broken, e.Stopped))
}

// Unwrap returns the cause.
func (e *ExchangeError) Unwrap() error { return e.Cause }

// A StatusError is an HTTP answer other than 2xx.
type StatusError struct {
	Purpose string // one of the Purpose constants of package history
	Method  string
	URL     string
	Status  int
	Body    string // redacted
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %s %s answered %d: %s", e.Purpose, e.Method, e.URL, e.Status, excerpt(e.Body))
}

// A DialError is a dial that did not become a session. Cause is a *ClosedError when the upgrade
// succeeded and the session ended before its welcome.
type DialError struct {
	Session string
	URL     string
	Status  int    // of a refused upgrade, otherwise 0
	Body    string // of a refused upgrade, redacted and perhaps cut
	Broken  history.Broken
	Cause   error
	Stopped error // as ExchangeError.Stopped

	again bool // October's handshake failed, which a client tries once more
}

func (e *DialError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("connect %s to %s: the upgrade was answered %d: %s", e.Session, e.URL, e.Status, excerpt(e.Body))
	}
	return fmt.Sprintf("connect %s to %s: %s", e.Session, e.URL, describe(e.Broken, e.Stopped))
}

// Unwrap returns the cause.
func (e *DialError) Unwrap() error { return e.Cause }

// A ClosedError is a session that ended while something was wanted of it.
type ClosedError struct {
	Session string
	URL     string
	By      string // one of the By constants of package history
	Code    int    // of the close frame; 0 is none
	Reason  string
	Broken  *history.Broken // how it ended without a close frame
	// Refusal is the error frame that came before any welcome, if one did: its code and text.
	Refusal string
}

func (e *ClosedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "session %s with %s was ended by the %s", e.Session, e.URL, e.By)
	if e.Code != 0 {
		fmt.Fprintf(&b, " with close code %d %q", e.Code, e.Reason)
	}
	if e.Code == websocket.CloseGoingAway && e.By == history.ByServer {
		b.WriteString(": it went away, as a server does that shuts down or restarts")
	}
	if e.Broken != nil {
		fmt.Fprintf(&b, ": %s", describe(*e.Broken, nil))
	}
	if e.Refusal != "" {
		fmt.Fprintf(&b, ", after the error frame %q", e.Refusal)
	}
	return b.String()
}

// A WaitError is a wait that ended without what it waited for.
type WaitError struct {
	For    string        // in words: "the first event of the run"
	Of     string        // label of the run or session, or the URL
	Budget time.Duration // that ran out; 0 when the context ended the wait
	Cause  error         // of the context; nil when the budget ended the wait
}

func (e *WaitError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: stopped waiting for %s: %v", e.Of, e.For, e.Cause)
	}
	return fmt.Sprintf("%s: no sign of %s within its budget of %v", e.Of, e.For, e.Budget)
}

// Unwrap returns the context's error, if that ended the wait.
func (e *WaitError) Unwrap() error { return e.Cause }

// A FailedError is a run that ended in an error, by what the target says.
type FailedError struct {
	Run   string // label, or the agent of a run over REST
	Agent string
	Code  string
	Text  string
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("run %s of agent %q failed: %s", e.Run, e.Agent, excerpt(strings.TrimSpace(e.Code+" "+e.Text)))
}

// A BannedError is a request that was not made, because the edge answered an earlier one of this
// machine with 429. To go on hammering would prolong the ban (http.md 1, Edge).
type BannedError struct {
	Host  string
	Until time.Time
}

func (e *BannedError) Error() string {
	return fmt.Sprintf("%s answered 429 and bans this machine until %s: wait until then, and lower STAGING_MAX_REQUESTS_PER_MINUTE if no other client shares this address",
		e.Host, e.Until.UTC().Format(time.RFC3339))
}

// stopped returns why the story ended whose context is ctx, nil if it did not.
func stopped(ctx context.Context) error {
	if limit, limited := ctx.Deadline(); limited && !time.Now().Before(limit) {
		<-ctx.Done() // at once: a connection may notice a deadline a moment before the context does
	}
	return context.Cause(ctx)
}

// describe says in words where something broke and what to do; there is nothing to do about what the
// end of the story broke.
func describe(b history.Broken, stopped error) string {
	if stopped != nil {
		return fmt.Sprintf("%s ended with the story (%v)", stepWords[b.Step][0], stopped)
	}
	how := "failed"
	if b.Timeout {
		how = "ran out of its budget"
	}
	return fmt.Sprintf("%s %s (%s); %s", stepWords[b.Step][0], how, b.Error, stepWords[b.Step][1])
}

// stepWords holds, for each step, what was being done and what to look at.
var stepWords = map[history.Step][2]string{
	history.StepRequest: {"making the request", "check the STAGING_*_URL variables"},
	history.StepBanned:  {"waiting for the end of a ban", "wait until it is over"},
	history.StepProxy:   {"reaching the proxy", "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"},
	history.StepDNS:     {"looking up the host", "check the host name in the STAGING_*_URL variables and the resolver"},
	history.StepTCP:     {"connecting", "check that the target runs and listens there"},
	history.StepTLS:     {"the TLS handshake", "check the certificate and its host name, or name its authority in STAGING_CA_FILE"},
	history.StepWrite:   {"sending the request", "the target or something before it hung up, or does not read; look at its log"},
	history.StepAnswer:  {"waiting for the HTTP answer", "the target accepts connections and does not answer; look at its log"},
	history.StepBody:    {"reading the body", "the answer began and did not end; look at the target's log"},
	history.StepUpgrade: {"the upgrade", "the answer is no WebSocket; check STAGING_WEBSOCKET_URL"},
	history.StepWelcome: {"waiting for the welcome", "the upgrade succeeded and nothing greeted; look at the target's log"},
	history.StepFrame:   {"reading a frame", "what arrived is no whole WebSocket frame; look at what stands before the target"},
	history.StepRead:    {"reading", "the connection was cut; look at what stands before the target"},
}

// excerpt bounds and quotes what a server said.
func excerpt(text string) string {
	const most = 200
	if len(text) > most {
		return fmt.Sprintf("%q and %d bytes more", text[:most], len(text)-most)
	}
	return fmt.Sprintf("%q", text)
}
