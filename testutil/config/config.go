// Package config is the suite's one configuration: a struct filled from the environment and an
// optional .env file, complete and checked before anything is sent to a target.
package config

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/stat"
)

// Kind says which of the two kinds of target is under test.
type Kind string

// The kinds. Embedded is the reference deployment inside the process; Remote is any deployment that
// is named by URLs, one on loopback included.
const (
	Embedded Kind = "embedded"
	Remote   Kind = "remote"
)

// Config is the whole configuration. After Parse or Load every field holds its effective value:
// Target is never empty, defaults of the target kind are filled in, and URLs have no trailing slash.
// Only a budget of 0 is left to be filled, by the budgets of the target kind, and a negative FaultRate, by the
// catalogue.
//
// The tags are the one source of README.md's table and of .env.example: env names the variable,
// default describes what an empty one means, example is a value to begin with.
type Config struct {
	Target       Kind   `env:"STAGING_TARGET" section:"The target" default:"remote if any STAGING_*_URL is set, else embedded" example:"remote" doc:"embedded tests the reference deployment inside the process, remote the deployment that the URLs name"`
	APIURL       string `env:"STAGING_API_URL" default:"none" example:"https://api.staging.netrasystems.ai" doc:"base URL of the backend, without a path"`
	AuthURL      string `env:"STAGING_AUTH_URL" default:"none" example:"https://auth.staging.netrasystems.ai" doc:"base URL of the auth service, without a path"`
	WebSocketURL string `env:"STAGING_WEBSOCKET_URL" default:"/ws on the host of STAGING_API_URL" example:"wss://api.staging.netrasystems.ai/ws" doc:"URL of the WebSocket, with its path"`
	AppURL       string `env:"STAGING_APP_URL" default:"none" example:"https://app.staging.netrasystems.ai" doc:"URL of the frontend, the origin that CORS must admit"`
	DirectURL    string `env:"STAGING_DIRECT_URL" default:"none" example:"https://netra-backend-staging-abc123-uc.a.run.app" doc:"base URL of the backend behind the load balancer, to tell an edge that fails from a backend that does"`
	CAFile       string `env:"STAGING_CA_FILE" default:"the system's certificates" example:"ca.pem" doc:"PEM file of a further certificate authority to trust; TLS is always verified"`

	AllowProduction []string `env:"STAGING_ALLOW_PRODUCTION" default:"none" example:"api.netrasystems.ai,auth.netrasystems.ai" doc:"production hosts that may be tested all the same, each in full; without it a netrasystems.ai host without staging in its name is refused"`

	SimulationKey Secret `env:"E2E_OAUTH_SIMULATION_KEY" section:"Credentials (a remote target needs the key, or e-mail and password; the embedded one makes its own)" default:"none" example:"" doc:"key of the simulated login, which gives each story fresh users; preferred when a password is set as well"`
	Email         string `env:"TEST_USER_EMAIL" default:"none" example:"someone@example.com" doc:"e-mail of the one user to log in with when there is no simulation key"`
	Password      Secret `env:"TEST_USER_PASSWORD" default:"none" example:"" doc:"that user's password"`

	Dialect      string   `env:"STAGING_DIALECT" section:"What the target declares" default:"auto" example:"auto" doc:"dialect of the WebSocket handshake: auto, september or october"`
	EventShape   string   `env:"STAGING_EVENT_SHAPE" default:"auto" example:"auto" doc:"shape of the five events: auto, september, october or e1 to e8; deviations from a declared shape fail, under auto they are advice"`
	SessionLimit int      `env:"STAGING_SESSION_LIMIT" default:"0, undeclared" example:"10" doc:"sessions that one user may hold at a time, 1 to 10000"`
	Abilities    []string `env:"STAGING_ABILITIES" default:"none" example:"short-tokens" doc:"what a remote target lets the suite do, of exact-answers, short-tokens and simulated-failures (the embedded one declares its own); a criterion that needs an ability that is not declared is not measured"`

	GCPProject       string    `env:"STAGING_GCP_PROJECT" section:"The deployment on Google Cloud (a remote target only; README, Deployment checks)" default:"none: what needs it is not measured" example:"netra-staging" doc:"id of the project that the deployment runs in"`
	GCPRegion        string    `env:"STAGING_GCP_REGION" default:"us-central1" example:"us-central1" doc:"region of its services"`
	GCPEndpoint      string    `env:"STAGING_GCP_ENDPOINT" default:"Google's own" example:"http://127.0.0.1:8090" doc:"base URL of all the cloud's APIs, without a path; it needs STAGING_GCP_TOKEN, since Application Default Credentials are sent to Google only"`
	GCPToken         Secret    `env:"STAGING_GCP_TOKEN" default:"Application Default Credentials" example:"" doc:"access token for the cloud's APIs"`
	BackendService   string    `env:"STAGING_BACKEND_SERVICE" default:"netra-backend-staging" example:"netra-backend-staging" doc:"Cloud Run service of the backend"`
	AuthService      string    `env:"STAGING_AUTH_SERVICE" default:"netra-auth-service" example:"netra-auth-service" doc:"Cloud Run service of authentication"`
	BaselineRevision []string  `env:"STAGING_BASELINE_REVISION" default:"the newest that was ready before STAGING_DEPLOYMENT_BEGAN" example:"netra-backend-staging-00641-xyz" doc:"short names of the revisions before the deployment, at most one of each service"`
	DeploymentBegan  time.Time `env:"STAGING_DEPLOYMENT_BEGAN" default:"unknown" example:"2025-09-16T17:00:00Z" doc:"when the deployment began (RFC 3339); not needed for a service whose baseline is given"`
	ImageDigest      []string  `env:"STAGING_IMAGE_DIGEST" default:"none, any image is right" example:"netra-backend-staging=sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" doc:"images that must run, as SERVICE=DIGEST, at most one of each service"`
	LogAllowlist     string    `env:"STAGING_LOG_ALLOWLIST" default:"none, nothing is excused" example:"log-allowlist.yaml" doc:"YAML file of the log entries that a start may have"`

	Users                int      `env:"STAGING_USERS" section:"The run" default:"25 embedded, 3 remote" example:"3" doc:"concurrent users of the stories about concurrency, 2 to 500"`
	MaxRequestsPerMinute int      `env:"STAGING_MAX_REQUESTS_PER_MINUTE" default:"90 remote, 0 embedded" example:"90" doc:"pace of all processes of this machine together, ten times as much below /api/; 0 is no pacing, on loopback only"`
	MaxFailureRate       float64  `env:"STAGING_MAX_FAILURE_RATE" default:"0.03" example:"0.03" doc:"failure rate of agent runs that a green run of everything rules out, between 0 and 1: as many runs as that takes are made, and none may fail"`
	Confidence           float64  `env:"STAGING_CONFIDENCE" default:"0.95" example:"0.95" doc:"confidence with which it is ruled out, between 0 and 1"`
	MaxRuns              int      `env:"STAGING_MAX_RUNS" default:"200" example:"200" doc:"most runs that may be made for it, 1 to 100000; a rate and a confidence that take more are refused"`
	AllowUnmeasured      []string `env:"STAGING_ALLOW_UNMEASURED" default:"none" example:"forged-tokens,restart,D4" doc:"criteria that may stay unmeasured without failing a story: abilities that the target lacks (README, Aim it at a real staging), and D1 to D4, P3 and P4 of issue #891"`
	Fault                []string `env:"STAGING_FAULT" default:"none" example:"" doc:"regressions that the embedded target shall exhibit, by their ids in the catalogue; never allowed with a remote target"`
	FaultRate            float64  `env:"STAGING_FAULT_RATE" default:"as the catalogue says" example:"0.05" doc:"how often an intermittent fault strikes, from 0 to 1"`
	FaultSeed            int      `env:"STAGING_FAULT_SEED" default:"0" example:"7" doc:"decides when an intermittent fault strikes: the same seed, the same schedule"`
	Variant              []string `env:"STAGING_VARIANT" default:"none" example:"" doc:"freedoms that the embedded target shall use, such as jitter or e3 (staging serve --list-variants); legal, so that every story stays green; each declares its dialect and event shape; never allowed with a remote target"`
	Artifacts            string   `env:"STAGING_ARTIFACTS" default:"netra-staging-e2e-UID below the system's temporary directory" example:"artifacts" doc:"directory in which failing stories keep their history"`
	EnvFile              string   `env:"STAGING_ENV_FILE" default:".env beside go.mod, if there is one" example:"" doc:"file to read instead of .env, or none to read no file; only in the environment"`

	DeployCommand string        `env:"STAGING_DEPLOY_COMMAND" section:"staging validate" default:"none, what is deployed is validated" example:"python scripts/deploy_to_gcp.py --project netra-staging --service backend --build-local" doc:"command of the shell that deploys, which staging validate runs first, without the secrets of the suite; a remote target only"`
	DeployTimeout time.Duration `env:"STAGING_DEPLOY_TIMEOUT" default:"30m" example:"30m" doc:"how long the command may take before it is ended, 1s to 24h"`

	Budgets Budgets
}

// Budgets overrides the latency limits of the target kind (fixtures.Budgets); 0 keeps its default.
type Budgets struct {
	HTTP       time.Duration `env:"STAGING_BUDGET_HTTP" section:"Budgets (0 is the default of the target kind; at most 10m)" default:"5s embedded, 30s remote" example:"30s" doc:"one HTTP exchange, to the last byte of the body"`
	Connect    time.Duration `env:"STAGING_BUDGET_CONNECT" default:"5s embedded, 30s remote" example:"30s" doc:"dial to welcome; at most 30s on a remote target (P1 of issue #891)"`
	FirstEvent time.Duration `env:"STAGING_BUDGET_FIRST_EVENT" default:"5s embedded, 30s remote" example:"10s" doc:"prompt to the first event of its run"`
	Gap        time.Duration `env:"STAGING_BUDGET_GAP" default:"5s embedded, 30s remote" example:"15s" doc:"between two events of a run"`
	Answer     time.Duration `env:"STAGING_BUDGET_ANSWER" default:"15s embedded, 60s remote" example:"60s" doc:"prompt to the outcome of its run; at most 60s on a remote target (P2 of issue #891)"`
	Reply      time.Duration `env:"STAGING_BUDGET_REPLY" default:"5s embedded, 15s remote" example:"10s" doc:"a direct reply, such as pong to ping"`
	Settle     time.Duration `env:"STAGING_BUDGET_SETTLE" default:"100ms embedded, 2s remote" example:"2s" doc:"how long a session listens on after its last outcome"`
	Idle       time.Duration `env:"STAGING_BUDGET_IDLE" default:"10s embedded, 45s remote" example:"45s" doc:"of an idle session, until the target's heartbeat"`
	Recovery   time.Duration `env:"STAGING_BUDGET_RECOVERY" default:"0s embedded, 35s remote" example:"35s" doc:"after a burst of bad credentials, until good ones are taken again"`
	Ready      time.Duration `env:"STAGING_BUDGET_READY" default:"10s embedded, 30s remote" example:"30s" doc:"warm-up, until the auth service answers quickly"`
	Rollout    time.Duration `env:"STAGING_BUDGET_ROLLOUT" default:"10s embedded, 5m remote" example:"5m" doc:"until a deployment is reconciled and every instance has said that it started"`
	Ingest     time.Duration `env:"STAGING_BUDGET_INGEST" default:"1s embedded, 2m remote" example:"2m" doc:"until what the deployment logged can be read"`
	Cleanup    time.Duration `env:"STAGING_BUDGET_CLEANUP" default:"500ms embedded, 1m5s remote" example:"65s" doc:"after use, until the target has cleaned up what is left of it"`
}

// apiShare is how much more the edge allows below /api/: 1000 requests a minute instead of 100
// (docs/protocol/http.md, section 1, Edge).
const apiShare = 10

// Runs is how many agent runs have to end well to rule MaxFailureRate out; at most MaxRuns.
func (c Config) Runs() int { return stat.CleanTrials(c.MaxFailureRate, c.Confidence) }

// MaxAPIRequestsPerMinute is the pace below /api/; 0 means no pacing.
func (c Config) MaxAPIRequestsPerMinute() int { return c.MaxRequestsPerMinute * apiShare }
