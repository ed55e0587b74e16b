package history

// An Intent is what the story wants to happen, so that a rule can tell a refusal that was provoked
// from one that was not.
type Intent struct {
	// Expect is empty for the ordinary outcome: a 2xx answer, a welcome, an agent's answer. Otherwise it
	// is one of the constants below; of an exchange or a dial an HTTP status; of a send without a run the
	// code of a close frame.
	Expect string `json:"expect,omitempty"`
	// Error, of a send without a run that expects Failure: what the error frame calls itself, by its error_code
	// or else by its type; empty where any will do.
	Error string `json:"error,omitempty"`
	Why   string `json:"why,omitempty"`   // in words: "unknown agent"
	Token string `json:"token,omitempty"` // the form in which the token was offered, and its damage

	Listens bool `json:"listens,omitempty"` // of a dial: the session sends no prompt and its user runs nothing

	// Recovers, of a dial or an exchange with good credentials: it follows a burst of bad ones, and may be
	// refused for the budget Recovery.
	Recovers bool `json:"recovers,omitempty"`

	// Freed, of a dial: the user has just left a session, and this one may be refused as one too many for
	// the budget Reply.
	Freed bool `json:"freed,omitempty"`

	// Together, of a send: it is sent while others of the story do the same, and their runs must overlap.
	// Of a refresh: others use the same refresh token at the same time, and exactly one must succeed.
	Together bool `json:"together,omitempty"`

	Agent     string `json:"agent,omitempty"`      // the agent asked for
	NeedsTool bool   `json:"needs_tool,omitempty"` // the prompt cannot be answered without a tool
	Nonce     string `json:"nonce,omitempty"`      // unique to the user; nobody else may see it
	Want      string `json:"want,omitempty"`       // the figure that the answer must hold
	Thread    string `json:"thread,omitempty"`     // the thread that the run must stay on
	Spoofs    string `json:"spoofs,omitempty"`     // label of the user whose id is claimed on purpose
	Abandon   bool   `json:"abandon,omitempty"`    // of a send: the story means to leave before the outcome
}

// Provokes tells whether the story makes a request that is to fail, or may, so that its failure says nothing
// about the server. A nil Intent provokes nothing.
func (i *Intent) Provokes() bool { return i != nil && (i.Expect != "" || i.Recovers || i.Freed) }

// Values of Intent.Expect besides an HTTP status and a close code.
const (
	// Refused, of a dial: 101, an error frame, and close 1008, or 1013 where Intent.Token is empty
	// (websocket.md 2.4, 3.6).
	Refused = "refused"
	// Failure, of a run: exactly one error ends it; of a send without a run: an error frame answers it, and
	// the session stays (websocket.md 4.4).
	Failure = "failure"
	// Acknowledged, of a send without a run: an ack answers it, and nothing runs (websocket.md 4.3).
	Acknowledged = "acknowledged"
	// Tolerated, of a run: an error may end it as well, where the target declares nothing; of a send without
	// a run: one of a burst, to which its ordinary reply, an error frame and a close other than 1011 are all
	// in order.
	Tolerated = "tolerated"
)

// UnknownForm is the Intent.Why of a dial with a good token in a form that its dialect does not know, which
// another release may (websocket.md 3.4).
const UnknownForm = "a form of the token that the dialect does not know"

// Values of Intent.Token that say more than how a token was offered.
const (
	// UsedRefreshToken was used before: http.md 3.5 wants it refused, and says why a staging of several
	// instances may not.
	UsedRefreshToken = "refresh token, used before"
	// LoggedOutToken was given back: everybody who can tell has to know (http.md 3.6).
	LoggedOutToken = "logged-out token"
)
