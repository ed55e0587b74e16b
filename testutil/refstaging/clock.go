package refstaging

import (
	"math"
	"time"
)

// clock is wall time that never runs backwards while the server lives: rule V17 of websocket.md 8
// holds even when the machine's clock is set.
type clock struct{ start time.Time }

func newClock() clock { return clock{start: time.Now()} }

func (c clock) now() time.Time { return c.start.Add(time.Since(c.start)).UTC() }

// Timestamp layouts, each where http.md 3.4 and the sample frames have it.
const (
	naiveSeconds = "2006-01-02T15:04:05"              // exp of /auth/verify and its like
	naiveMicros  = "2006-01-02T15:04:05.000000"       // some backend fields
	zoneSeconds  = "2006-01-02T15:04:05+00:00"        // expires_at of /api/v1/jwt/validate
	zoneMicros   = "2006-01-02T15:04:05.000000+00:00" // health, error bodies, created_at
	zuluMicros   = "2006-01-02T15:04:05.000000Z"      // agents and chat
	zoneMillis   = "2006-01-02T15:04:05.000+00:00"    // inside WebSocket frames
)

// unixFloat is a frame's timestamp: seconds with millisecond precision.
func unixFloat(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// seconds rounds to milliseconds, so that duration and execution_time_ms of a frame agree.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
