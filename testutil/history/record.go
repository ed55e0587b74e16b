// Package history is the ordered record of what a story did and saw: the only evidence there is.
//
// A history is a header and then one record for each thing that happened. A Log appends to it, from
// any number of goroutines, in one total order; a Reader gives the same records back, from a file of
// last night or of a process that was killed. Secrets are replaced when a record is appended. The
// file format is docs/history.md. Nothing here judges.
package history

import (
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// Version is the version of the file format that Log writes. A Reader reads it and every older one.
const Version = 1

// A Header opens a history and makes it complete in itself: rules read budgets, shape and abilities
// here, never from a live target.
type Header struct {
	Version int    `json:"version"`
	Suite   string `json:"suite"`   // version of the suite that wrote it
	Package string `json:"package"` // import path of the story's package
	Story   string `json:"story"`
	Attempt int    `json:"attempt"` // 1 for the first run of the story in its process
	// Shows are the criteria of issue #891 ("F1", deployment.md 7) that the story shows as a whole, if nothing speaks
	// against it. What it measures by readings of its own (D1 to D4, P3, P4) says TopicMeasures instead.
	Shows   []string         `json:"shows,omitempty"`
	Start   time.Time        `json:"start"`
	Target  Target           `json:"target"`
	Budgets fixtures.Budgets `json:"budgets"`
	// AllowUnmeasured are the criteria that may stay unmeasured without failing the story.
	AllowUnmeasured []string `json:"allow_unmeasured,omitempty"`
	// Agent is the user agent of every request of the story's process and of no other. Where the story wants the
	// request to fail, "; " and Provoked stand before its last parenthesis.
	Agent string `json:"agent,omitempty"`
	// Replays is the start of the recording that this history tells again; zero: it is a story of its own.
	Replays time.Time `json:"replays,omitzero"`
	// Deployment is what is known of the deployment on its cloud; nil without access to one.
	Deployment *Deployment `json:"deployment,omitempty"`
}

// A Target is what the history says about the deployment under test.
type Target struct {
	Kind      string `json:"kind"` // "embedded" or "remote"
	API       string `json:"api"`
	Auth      string `json:"auth"`
	WebSocket string `json:"websocket"`
	App       string `json:"app,omitempty"`
	Dialect   string `json:"dialect"` // as configured: "auto" or one dialect
	Shape     string `json:"shape"`   // the declared event shape, or "auto"
	// SessionLimit is how many sessions the target declares to allow one user; 0 is undeclared.
	SessionLimit int      `json:"session_limit,omitempty"`
	Abilities    []string `json:"abilities,omitempty"`
	// Circumstances are the variables that shaped an embedded target, each as NAME=value: its faults, its variants
	// and its dialect. Who runs the story again needs them.
	Circumstances []string `json:"circumstances,omitempty"`
}

// The abilities that a target may declare.
const (
	ExactAnswers      = "exact-answers"      // agents compute: their figures must be exact
	ShortTokens       = "short-tokens"       // access tokens live seconds, so expiry can be waited for
	ForgedTokens      = "forged-tokens"      // the suite can have expired and otherwise wrong tokens validly signed
	Restart           = "restart"            // the suite can restart the backend
	SimulatedFailures = "simulated-failures" // agents fail and stall when a message asks for it (reference.md)
)

// Can tells whether the target declares the ability.
func (t Target) Can(ability string) bool {
	for _, a := range t.Abilities {
		if a == ability {
			return true
		}
	}
	return false
}

// A Kind says what a record is about.
type Kind string

// The kinds of records.
const (
	Login Kind = "login" // a user has an identity, or was refused one
	HTTP  Kind = "http"  // one HTTP exchange, appended when it ended
	Dial  Kind = "dial"  // a WebSocket dial begins
	Open  Kind = "open"  // the upgrade was answered 101
	Send  Kind = "send"  // a frame is about to be written
	Recv  Kind = "recv"  // a frame arrived
	Close Kind = "close" // a session ended, or a dial failed
	Cloud Kind = "cloud" // evidence from the cloud's own APIs
	Note  Kind = "note"  // what the suite did or decided
)

// A Record is one thing that happened. The labels User, Session and Run are the story's own ("u1",
// "u1.s2", "u1.s2.r1"); what the target calls them is in the event.
type Record struct {
	Seq  uint64        // position in the history, from 1; set by Log
	At   time.Duration // monotonic, since the start of the history; set by Log when zero
	Wall time.Time     // wall clock of At; set by Log
	Kind Kind

	User, Session, Run string

	// Frame is the text of a Send or Recv. Event is what it means, nil if it is not one JSON object;
	// then Unreadable says why. A Log fills both; a Reader decodes again, with today's decoder.
	Frame      string
	Binary     bool
	Event      *wire.Event
	Unreadable string
	// Cut is how many bytes of a Send are not in Frame: of a message that is too long on purpose, only the
	// beginning is kept, and it has no Event.
	Cut int64

	Intent *Intent // of HTTP, Dial and Send: what the story wants to happen

	Login    *Identity
	Exchange *Exchange
	Dialled  *Dialled
	Opened   *Opened
	Closed   *Closed
	Cloud    *Reading
	Note     *Remark
}

// An Identity is who the target says a user is.
type Identity struct {
	Email   string    `json:"email"`
	Method  string    `json:"method"`            // "simulation", "password", "refresh", or "race" for a surplus success of one
	Subject string    `json:"subject,omitempty"` // "sub" of the access token; empty if there is none
	Claimed string    `json:"claimed,omitempty"` // "email" of the access token; Email is what the login was asked for
	Issued  time.Time `json:"issued,omitzero"`
	Expires time.Time `json:"expires,omitzero"` // "exp" of the access token, not expires_in
	// ExpiresIn is what the answer claims beside the token; http.md 3.4 asks that it equal exp-iat.
	ExpiresIn time.Duration `json:"expires_in_ns,omitempty"`
	Repeats   []string      `json:"repeats,omitempty"` // which of the new tokens equal those before: "access_token", "refresh_token"
	Problem   string        `json:"problem,omitempty"` // why there is no usable token
}

// The methods of a login with credentials of the suite.
const (
	MethodSimulation = "simulation" // E2E_OAUTH_SIMULATION_KEY
	MethodPassword   = "password"   // TEST_USER_EMAIL and TEST_USER_PASSWORD
)

// A Step is how far an exchange or a dial came before it broke. They are different things and stay so.
type Step string

// The steps, in their order.
const (
	StepRequest Step = "request" // the request could not be made: a URL, a body
	StepBanned  Step = "banned"  // the request was not made, because the edge bans this machine since an earlier 429
	StepProxy   Step = "proxy"
	StepDNS     Step = "dns"
	StepTCP     Step = "tcp"
	StepTLS     Step = "tls"
	StepWrite   Step = "write"   // sending the request
	StepAnswer  Step = "answer"  // no or no whole HTTP header came back
	StepBody    Step = "body"    // the body ended early or stalled
	StepUpgrade Step = "upgrade" // an HTTP answer, but not a correct 101
	StepWelcome Step = "welcome" // 101, then no welcome in time
	StepFrame   Step = "frame"   // the stream broke in the middle of a frame, or a frame broke the protocol
	StepRead    Step = "read"    // reset or another error between frames
)

// Broken says where something broke and how.
type Broken struct {
	Step    Step   `json:"step"`
	Timeout bool   `json:"timeout,omitempty"` // its budget ran out, rather than an error arriving
	Error   string `json:"error"`
}

// A Dialled describes the request for a session.
type Dialled struct {
	URL     string        `json:"url"`
	Offered []string      `json:"offered,omitempty"` // subprotocols; tokens redacted
	Header  []string      `json:"header,omitempty"`  // names of the request headers that carry credentials or identity
	Trace   string        `json:"trace,omitempty"`   // as Exchange.Trace
	Waited  time.Duration `json:"waited_ns,omitempty"`
}

// An Opened describes a correct 101.
type Opened struct {
	Subprotocol string `json:"subprotocol,omitempty"` // redacted
	// Unoffered is set when the server chose a subprotocol that was not offered.
	Unoffered bool              `json:"unoffered,omitempty"`
	Header    map[string]string `json:"header,omitempty"`
	Took      time.Duration     `json:"took_ns"`
}

// Who ended a session.
const (
	ByClient  = "client"
	ByServer  = "server"  // a close frame
	ByNetwork = "network" // end of stream without a close frame, reset, broken frame
	ByDial    = "dial"    // the client, because the dial never became a session: no connection, no 101, no welcome
)

// A Closed describes the end of a session, or of a dial that never became one.
type Closed struct {
	By     string            `json:"by"`
	Code   int               `json:"code,omitempty"` // of the close frame; 0 is none
	Reason string            `json:"reason,omitempty"`
	Status int               `json:"status,omitempty"` // of a refused upgrade
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"`
	Cut    int64             `json:"cut,omitempty"` // as Exchange.Cut
	Broken *Broken           `json:"broken,omitempty"`
}

// A Remark is what the suite did or decided. Topic is one of the Topic constants.
type Remark struct {
	Topic string `json:"topic"`
	Text  string `json:"text,omitempty"`
}

// AwaitedHeartbeat is the text of a TopicGaveUp note about an idle session that waited for the target's
// heartbeat or ping.
const AwaitedHeartbeat = "a heartbeat"

// The topics of notes.
const (
	TopicGaveUp      = "gave-up"      // a wait ended without what it waited for; Text says what for
	TopicSettled     = "settled"      // a session listened on after its last outcome and now stops
	TopicStory       = "story"        // why the story stopped, where no record shows it
	TopicInterrupted = "interrupted"  // a signal ended the story
	TopicTimeout     = "timeout"      // the end of go test's -timeout did
	TopicNotMeasured = "not-measured" // Text is "CRITERION: reason"
	TopicOneUser     = "one-user-only"
	TopicWaited      = "waited"     // for the turn at something that stories share; in no budget
	TopicSlowStart   = "slow-start" // the warm-up went on although the auth service is slow; Text says how slow
	TopicRestart     = "restart"    // the suite restarts the backend now
	TopicMeasures    = "measures"   // the story is about to measure a criterion of issue #891; Text is its name: "D2"
	TopicRound       = "round"      // a round of use begins: its cycles, then samples of what they left behind
	TopicRefusal     = "refusal"    // the suite will not go on with this target; Text says why
	TopicEnd         = "end"        // the history was closed in order
)
