package refstaging

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/agents"
)

// Hooks are the seams of the deployment, grouped by the part that they belong to. Each hook is called
// once, by [Start], with the correct behaviour, and returns what is used in its place: usually a
// function that calls next and changes one thing. A nil hook leaves the behaviour alone and costs
// nothing. What a hook returns is called from many goroutines at once.
type Hooks struct {
	Tokens    TokenHooks
	Handshake HandshakeHooks
	Sessions  SessionHooks
	Router    RouterHooks
	Registry  RegistryHooks
	Emitter   EmitterHooks
	Health    HealthHooks
	HTTP      HTTPHooks
	Startup   StartupHooks
	Cloud     CloudHooks
}

// TokenHooks wrap what the auth service knows about tokens.
type TokenHooks struct {
	// Issue is called for every token that is handed out.
	Issue func(next IssueToken) IssueToken
	// Validate is called for every token that is presented, on REST and on the WebSocket.
	Validate func(next ValidateToken) ValidateToken
	// Revoke is called when a valid access token is logged out.
	Revoke func(next RevokeToken) RevokeToken
}

type (
	// IssueToken signs a token of a kind, [AccessToken] or [RefreshToken].
	IssueToken func(user Identity, kind string) (string, error)
	// ValidateToken names the owner of a token that must be of a kind, or says why it is refused.
	ValidateToken func(token, kind string) (Identity, error)
	// RevokeToken makes a token invalid everywhere.
	RevokeToken func(user Identity)
)

// HandshakeHooks wrap the upgrade to a WebSocket.
type HandshakeHooks struct {
	// Negotiate is called with the offered subprotocols of every upgrade (websocket.md 3.3).
	Negotiate func(next Negotiate) Negotiate
	// Extract is called for the token of every upgrade (websocket.md 3.4).
	Extract func(next ExtractToken) ExtractToken
	// Accept is called for every upgrade that was answered 101, before its token is judged.
	Accept func(next Accept) Accept
}

type (
	// Negotiate chooses the subprotocol to answer with; "" is none. Not ok refuses the upgrade with 403.
	Negotiate func(offered []string) (chosen string, ok bool)
	// ExtractToken takes the token from an upgrade request; "" when it carries none.
	ExtractToken func(r *http.Request) string
	// Accept begins a connection. Its error closes it, as that of [OpenSession] does.
	Accept func(r *http.Request) error
)

// SessionHooks wrap the session factory.
type SessionHooks struct {
	// Open is called for every authenticated connection, before it is registered.
	Open func(next OpenSession) OpenSession
	// Welcome is called for the connection_established of every session, with the sessions locked: it
	// must neither block nor call the server. Returning nil sends no welcome. In October it follows the
	// handshake_response, at which s has its thread.
	Welcome func(next WelcomeFrame) WelcomeFrame
	// Refuse is called for every connection that is not admitted, unless the server is closing.
	Refuse func(next RefuseSession) RefuseSession
	// Count is called for every session that opens, with the sessions locked: it must neither block nor call
	// the server.
	Count func(next CountSessions) CountSessions
}

type (
	// OpenSession gives the identity that a session will act as. An error closes the connection with
	// 1011 after a SERVICE_INIT_FAILED frame, unless it is a [Refusal].
	OpenSession func(user Identity) (Identity, error)
	// WelcomeFrame builds the welcome of a session; it is marshalled as JSON.
	WelcomeFrame func(s *Session, now time.Time) any
	// RefuseSession says how a connection ends that is not admitted, and why it is not: an error of the session
	// factory, [ErrSessionLimit], [ErrAuthUnavailable], or another of authentication, where there is no user. An
	// error that is a Refusal stays as it is.
	RefuseSession func(user Identity, why error) *Refusal
	// Refusal is an error of [Accept], [OpenSession] or [ValidateToken] that says how a connection ends
	// instead of being welcomed. To REST it is an error like any other.
	Refusal struct {
		Frame  any // sent before the close frame, marshalled as JSON; nil: none
		Code   int // of the close frame
		Reason string
	}
	// CountSessions tells how many open sessions count towards the limit of a user.
	CountSessions func(user string) int
)

func (r *Refusal) Error() string { return fmt.Sprintf("refused with %d %s", r.Code, r.Reason) }

// RouterHooks wrap the way of a client message to its handler.
type RouterHooks struct {
	// Receive is called for every frame of a client, before it is decoded, on the session's reading
	// goroutine.
	Receive func(next Receive) Receive
	// Route is called for every decoded message of a client, those of the October handshake included,
	// on the session's reading goroutine.
	Route func(next Route) Route
	// Attribute is called for every prompt that says something.
	Attribute func(next Attribute) Attribute
}

type (
	// Receive takes a text or binary frame, as its kind says (RFC 6455). It must not block.
	Receive func(s *Session, kind int, frame []byte)
	// Route handles one message of a session. It must not block.
	Route func(s *Session, m Message)
	// Attribute names the user whose run a prompt starts.
	Attribute func(s *Session, m Message) Identity
)

// RegistryHooks wrap the agent registry.
type RegistryHooks struct {
	// Lookup is called for every run, REST and WebSocket, with the agent's advertised name.
	Lookup func(next Lookup) Lookup
}

type (
	// Lookup finds an agent by its advertised name.
	Lookup func(name string) (Agent, bool)
	// Agent, Task, Answer and Reporter are what a registry hook needs to put in an agent of its own.
	Agent    = agents.Agent
	Task     = agents.Task
	Answer   = agents.Answer
	Reporter = agents.Reporter
)

// EmitterHooks wrap the chain that an event of a run passes: Emit, then Encode, then Deliver.
type EmitterHooks struct {
	// Emit is called for every event on its run's goroutine. It may wait while the context lasts, drop
	// the event by not calling next, change it, or add others.
	Emit func(next Emit) Emit
	// Encode is called for the frame of every event, with the sessions locked: it must neither block
	// nor call the server.
	Encode func(next Encode) Encode
	// Deliver is called for every encoded frame, with the sessions locked. Calling next twice repeats
	// the frame; calling it with another address misroutes it.
	Deliver func(next Deliver) Deliver
}

type (
	// Emit sends one event on its way; it sets the event's time and id. The context ends with the run.
	Emit func(ctx context.Context, e Event)
	// Encode writes one event as it travels.
	Encode func(Event) ([]byte, error)
	// Deliver queues a frame for the sessions at an address.
	Deliver func(to Address, frame []byte)
	// Address names the sessions that an event is for: all of the user's in September, in October those
	// on the thread, or all if ThreadID is empty; of these only the one with SessionID, unless that is empty.
	Address struct{ UserID, ThreadID, SessionID string }
)

// HealthHooks wrap what the health endpoints report about the parts of the deployment.
type HealthHooks struct {
	// Check is called with "auth" or "backend" for each health answer that depends on the service.
	Check func(next Check) Check
	// Version is called for each answer that carries a version.
	Version func(next Version) Version
}

// Check reports whether a service can work; its error becomes the reason of a 503.
type Check func(service string) error

// Version is what the answers of a service, "auth" or "backend", say of the revision, by its short name,
// whose instance gives them. As on the platform all revisions of a service say the same: it is no identity
// (http.md 5.5).
type Version func(service, revision string) string

// HTTPHooks wrap the whole of a service, CORS and upgrades included, or what is behind the backend's CORS.
type HTTPHooks struct {
	Port func(next net.Listener) net.Listener // the backend's port, before TLS; called by every [Start]
	Auth func(next http.Handler) http.Handler // every request to the auth service
	API  func(next http.Handler) http.Handler // every request to the backend
	App  func(next http.Handler) http.Handler // every request to the backend but preflights; CORS is added later
}

// hooked is the behaviour that a hook makes of the correct one.
func hooked[F any](hook func(F) F, correct F) F {
	if hook == nil {
		return correct
	}
	return hook(correct)
}
