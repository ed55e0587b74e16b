package refstaging

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Config says how a reference deployment runs. The zero value is ready for use.
type Config struct {
	AuthAddr string // where the auth service listens, host:port; empty: a free port of 127.0.0.1
	APIAddr  string // where the backend listens; empty: a free port of 127.0.0.1
	APIName  string // host name by which URLs call the backend; empty: its address

	// TLS, when not nil, is served by both services; [GenerateCA] makes a certificate for it. HTTP/2 is
	// never offered, since a WebSocket upgrade needs HTTP/1.1.
	TLS *tls.Config

	AppURL         string   // the front end's origin; empty: the backend's port under the name localhost
	AllowedOrigins []string // further origins that get CORS headers
	Hosts          []string // further Host names the auth service accepts, such as "staging.internal"

	SimulationKey string            // secret of the simulation login; empty: made on the spot
	SigningKey    string            // secret that signs all tokens; likewise
	Users         map[string]string // e-mail to password, for the password login

	AccessTTL  time.Duration // life of an access token, in whole seconds; 0: 1800 s (http.md 3.4)
	RefreshTTL time.Duration // life of a refresh token by exp, likewise; 0: 14 days (http.md 3.4)

	SessionLimit   int           // open sessions per user; 0: 10 (websocket.md 2.4)
	RunLimit       time.Duration // longest run; 0: 30 s (websocket.md 2.4)
	HeartbeatEvery time.Duration // silence of the client before a heartbeat; 0: 35 s (websocket.md 6)

	// HandshakeTimeout bounds the October handshake, to the client's acknowledgement; 0: 15 s
	// (websocket.md 2.5).
	HandshakeTimeout time.Duration

	Pacing Pacing // how long an agent takes over its steps

	Dialect string // the generation of the wire protocol, "september" or "october"; empty: "september"

	Cloud Cloud // the platform under it

	Hooks Hooks // seams; the zero value changes nothing
}

// Pacing is how long a run rests at each of its steps. Zero means the scaled-down default, with which
// a simple run takes tens of milliseconds.
type Pacing struct {
	Start  time.Duration // prompt to first event; 0: 2 ms, at most 2 s
	Think  time.Duration // how long each thought lasts; 0: 8 ms, at most 3 s
	Tool   time.Duration // how long a tool runs; 0: 5 ms, at most 5 s
	Answer time.Duration // before an agent completes; 0: 3 ms, at most 5 s
}

// maxAge is the age by iat at which any token is refused, whatever its exp (http.md 3.4).
const maxAge = 24 * time.Hour

func (c Config) withDefaults() (Config, error) {
	orString(&c.AuthAddr, "127.0.0.1:0")
	orString(&c.APIAddr, "127.0.0.1:0")
	orString(&c.Dialect, "september")
	orDuration(&c.AccessTTL, 1800*time.Second)
	orDuration(&c.RefreshTTL, 14*24*time.Hour)
	orDuration(&c.RunLimit, 30*time.Second)
	orDuration(&c.HeartbeatEvery, 35*time.Second)
	orDuration(&c.HandshakeTimeout, 15*time.Second)
	orDuration(&c.Pacing.Start, 2*time.Millisecond)
	orDuration(&c.Pacing.Think, 8*time.Millisecond)
	orDuration(&c.Pacing.Tool, 5*time.Millisecond)
	orDuration(&c.Pacing.Answer, 3*time.Millisecond)
	c.Cloud = c.Cloud.withDefaults()
	if c.SessionLimit == 0 {
		c.SessionLimit = 10
	}
	for _, key := range []*string{&c.SimulationKey, &c.SigningKey} {
		if *key == "" {
			*key = secret()
		}
	}
	return c, c.check()
}

func (c Config) check() error {
	wrong := []error{c.Cloud.check()}
	if _, known := dialects[c.Dialect]; !known {
		wrong = append(wrong, fmt.Errorf("dialect %q is not implemented: choose september or october", c.Dialect))
	}
	if c.SessionLimit < 0 {
		wrong = append(wrong, fmt.Errorf("session limit %d is negative", c.SessionLimit))
	}
	if c.AccessTTL%time.Second != 0 || c.RefreshTTL%time.Second != 0 {
		wrong = append(wrong, errors.New("token lives must be whole seconds, which is all that a token can express"))
	}
	for _, d := range []struct {
		name       string
		value, max time.Duration
	}{
		{"access token life", c.AccessTTL, maxAge},
		{"refresh token life", c.RefreshTTL, 365 * 24 * time.Hour},
		{"run limit", c.RunLimit, time.Minute}, // http.md 5.4: configurable, below 60 s
		{"heartbeat interval", c.HeartbeatEvery, time.Hour},
		{"handshake timeout", c.HandshakeTimeout, time.Hour},
		{"pacing of the start", c.Pacing.Start, 2 * time.Second}, // from here on websocket.md 2.4
		{"pacing of a thought", c.Pacing.Think, 3 * time.Second},
		{"pacing of a tool", c.Pacing.Tool, 5 * time.Second},
		{"pacing of the answer", c.Pacing.Answer, 5 * time.Second},
	} {
		if d.value < 0 || d.value > d.max {
			wrong = append(wrong, fmt.Errorf("%s is %v: choose one between 0 and %v", d.name, d.value, d.max))
		}
	}
	return errors.Join(wrong...)
}

func orString(v *string, fallback string) {
	if *v == "" {
		*v = fallback
	}
}

func orDuration(v *time.Duration, fallback time.Duration) {
	if *v == 0 {
		*v = fallback
	}
}

// secret is a fresh random value for keys of one deployment.
func secret() string {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails (crypto/rand)
	return hex.EncodeToString(raw)
}
