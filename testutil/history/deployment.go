package history

import "time"

// A Deployment is what the configuration knows of the deployment on its cloud.
type Deployment struct {
	Project  string    `json:"project"`
	Region   string    `json:"region"`
	Services []Service `json:"services"`
	// Began is when the deployment began, zero if nobody said. What was ready then is what it replaced.
	Began time.Time   `json:"began,omitzero"`
	Allow []Allowance `json:"allow,omitempty"` // log entries that a start may have
}

// Spares tells whether the deployment is known to have left a service alone, whose latest revision was created
// then: each is deployed by itself, and only the backend has to be (deployment.md 2).
func (d *Deployment) Spares(s Service, created time.Time) bool {
	return s.Role != Backend && s.Baseline == "" && !d.Began.IsZero() && !created.IsZero() && created.Before(d.Began)
}

// AgentName begins the user agent of every request of every version of this suite. Provoked stands in
// that of a request that is to fail, so that nobody counts its failure against the server.
const (
	AgentName = "netra-staging-e2e"
	Provoked  = "provoked"
)

// The parts that a service plays.
const (
	Backend = "backend"
	Auth    = "auth"
)

// A Service is one that the deployment consists of.
type Service struct {
	Role     string `json:"role"`               // Backend or Auth
	Name     string `json:"name"`               // on the cloud: "netra-backend-staging"
	Baseline string `json:"baseline,omitempty"` // short name of the revision before the deployment; empty: not given
	Image    string `json:"image,omitempty"`    // digest that the new revision must run, "sha256:…"; empty: not known
}

// An Allowance excuses entries of a start-up log that would be findings.
type Allowance struct {
	Pattern string    `json:"pattern"` // regular expression (RE2) that the entry's message matches
	Reason  string    `json:"reason"`
	Expires time.Time `json:"expires"` // from then on it excuses nothing
}

// A Reading is one request to an API of the cloud and its answer: one page. Retries are readings too.
type Reading struct {
	API      string `json:"api"`                // one of the API constants
	Purpose  string `json:"purpose"`            // one of the Read constants
	Service  string `json:"service,omitempty"`  // on the cloud
	Revision string `json:"revision,omitempty"` // short name
	Instance string `json:"instance,omitempty"` // id, of what concerns only one
	// Page counts the pages of one listing from 1: a listing that begins again replaces what an earlier one of
	// the same purpose, service, revision and instance said.
	Page int `json:"page,omitempty"`
	// Left is set on the last page that was read when the listing had more than the suite reads.
	Left    bool          `json:"left,omitempty"`
	Method  string        `json:"method"`
	URL     string        `json:"url"`
	Request string        `json:"request,omitempty"` // body
	Status  int           `json:"status,omitempty"`
	Body    string        `json:"body,omitempty"` // as it came, with secrets replaced
	Cut     int64         `json:"cut,omitempty"`  // as Exchange.Cut
	Took    time.Duration `json:"took_ns"`
	Role    string        `json:"role,omitempty"` // that the reader seems to lack: "roles/logging.viewer"
	Broken  *Broken       `json:"broken,omitempty"`
}

// The APIs of the cloud (deployment.md 3 to 6).
const (
	RunAPI        = "run"
	LoggingAPI    = "logging"
	MonitoringAPI = "monitoring"
)

// What a reading is for.
const (
	ReadService   = "service"   // the state of a service
	ReadRevisions = "revisions" // its revisions
	ReadMarkers   = "markers"   // log entries that say how far the start of each instance of a revision came
	ReadStart     = "start"     // all log entries of the start of one instance, or of what belongs to none
	ReadRequests  = "requests"  // the request log of a revision
	ReadInstances = "instances" // Monitoring: how many instances a revision has
	ReadMemory    = "memory"    // Monitoring: part of its memory that a revision uses
	ReadCounts    = "counts"    // Monitoring: requests of a revision by class of their status
	ReadLatencies = "latencies" // Monitoring: how long a revision's answers take
	ReadTraced    = "traced"    // the request log entries of given traces: which instance answered
	ReadServer    = "server"    // log entries that show the server's side of a finding
)
