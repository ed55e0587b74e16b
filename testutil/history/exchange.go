package history

import "time"

// An Exchange is one HTTP request and its answer, or what became of it.
type Exchange struct {
	Purpose string            `json:"purpose"` // one of the Purpose constants
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Request string            `json:"request,omitempty"` // body
	Bearer  bool              `json:"bearer,omitempty"`  // sent with credentials, good or bad
	Status  int               `json:"status,omitempty"`
	Header  map[string]string `json:"header,omitempty"` // the answer's, as far as rules and people need it
	Body    string            `json:"body,omitempty"`
	Cut     int64             `json:"cut,omitempty"`       // the body was longer than what is kept: bytes dropped, -1 unknown
	Took    time.Duration     `json:"took_ns"`             // request to last byte
	Waited  time.Duration     `json:"waited_ns,omitempty"` // for the limiter, before; in no budget
	Skew    time.Duration     `json:"skew_ns,omitempty"`   // the answer's Date minus our clock
	Origin  string            `json:"origin,omitempty"`    // of a request that says it comes from a page there
	Asks    string            `json:"asks,omitempty"`      // of a CORS preflight: the method that it asks for
	AsksFor string            `json:"asks_for,omitempty"`  // likewise: the headers that it asks for, "authorization,content-type"
	Stream  *Streamed         `json:"stream,omitempty"`    // of a stream of server-sent events
	Trace   string            `json:"trace,omitempty"`     // id of its W3C trace context, 32 hexadecimal digits, under which the server logs it
	Broken  *Broken           `json:"broken,omitempty"`
}

// A Streamed describes when the events of a stream came; what they say is in the body.
type Streamed struct {
	Events int           `json:"events"`
	First  time.Duration `json:"first_ns,omitempty"` // from the request to the first event
	Gap    time.Duration `json:"gap_ns,omitempty"`   // the longest between two events, or between the last and the end
}

// What an HTTP exchange is for.
const (
	PurposeWarmUp   = "warm-up"
	PurposeHealth   = "health"
	PurposeConfig   = "config" // public configuration and discovery, which name the environment and URLs
	PurposeCORS     = "cors"   // whether a page of some origin may read an answer
	PurposeLogin    = "login"
	PurposeRefresh  = "refresh"
	PurposeVerify   = "verify" // whether a token is valid, asked of any endpoint that says so in a body
	PurposeMe       = "me"     // who the bearer is
	PurposeLogout   = "logout"
	PurposeAgents   = "agents"   // the registry's own list
	PurposeExecute  = "execute"  // an agent over REST
	PurposeStream   = "stream"   // an agent over REST, with server-sent events
	PurposeStart    = "start"    // an agent over REST, in the background
	PurposeStatus   = "status"   // of started agents
	PurposeThreads  = "threads"  // the user's list of threads
	PurposeThread   = "thread"   // one thread: create, get
	PurposeMessages = "messages" // of a thread: say, list
	PurposeChat     = "chat"     // of a thread, apart from its messages: say, list
	PurposeArchive  = "archive"  // of a thread that the story made
	PurposeSample   = "sample"   // what a service says of its process: memory, connections, tasks
	PurposeTraffic  = "traffic"  // ordinary use, whose answers the server's own log counts
)
