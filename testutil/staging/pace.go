package staging

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/time/rate"
)

const (
	defaultBan = 600 * time.Second // of the edge after a 429 (http.md 1)
	banWithin  = 5 * time.Second   // for the lock, even when the request is over
	lockRetry  = 2 * time.Millisecond
)

// A Pace keeps all processes of a machine together below the limits of a target's edge, which counts
// requests by address. It keeps two buckets, one for what lies below /api/ and one for the rest, in a
// file that stateDir finds a place for. In any minute no more requests pass than its limits say. A nil
// *Pace lets everything pass.
type Pace struct {
	host  string
	path  string // of the state
	edge  bucket
	api   bucket
	clock func() time.Time
}

// newPace makes the limiter for the host of apiURL, with limits in requests a minute.
func newPace(apiURL string, edge, api int) (*Pace, error) {
	dir, err := stateDir()
	if err != nil {
		return nil, fmt.Errorf("pace: %w", err)
	}
	return newPaceIn(dir, apiURL, edge, api)
}

func newPaceIn(dir, apiURL string, edge, api int) (*Pace, error) {
	u, err := url.Parse(apiURL)
	if err != nil {
		return nil, fmt.Errorf("pace: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("pace: make the folder %s of its state: %w", dir, err)
	}
	path := filepath.Join(dir, "pace-"+fingerprint(u.Host)+".json")
	return &Pace{host: u.Host, path: path, edge: newBucket(edge), api: newBucket(api), clock: time.Now}, nil
}

// Plan tells how long n requests outside /api/ take at this pace, when nothing has been saved up.
func (p *Pace) Plan(n int) time.Duration {
	if p == nil {
		return 0
	}
	return time.Duration(float64(n) / float64(p.edge.limit) * float64(time.Second))
}

// Wait blocks until a request for the path may be sent, and tells how long it waited. It returns a
// *BannedError at once while the edge bans this machine, and the context's error when that ends.
func (p *Pace) Wait(ctx context.Context, path string) (time.Duration, error) {
	if p == nil {
		return 0, nil
	}
	var wait time.Duration
	err := p.update(ctx, func(s *paceState, now time.Time) (err error) {
		if err := s.ban(now); err != nil {
			return err
		}
		if strings.HasPrefix(path, apiPrefix) {
			wait = p.api.take(&s.API, now)
		} else {
			wait = p.edge.take(&s.Edge, now)
		}
		return nil
	})
	if err != nil || wait <= 0 {
		return 0, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return wait, p.banned(ctx)
	case <-ctx.Done():
		return wait, fmt.Errorf("waiting %v for the pace of %s: %w", wait.Round(time.Millisecond), p.host, ctx.Err())
	}
}

// banned tells of a ban that began while a request waited.
func (p *Pace) banned(ctx context.Context) error {
	return p.update(ctx, func(s *paceState, now time.Time) error { return s.ban(now) })
}

// ban keeps every process of the machine from sending until the ban is over that host answered a
// request with. It is kept even when ctx has ended, as it has when the body of that answer stalled.
func (p *Pace) ban(ctx context.Context, host string, h http.Header) error {
	if p == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), banWithin)
	defer cancel()
	return p.update(ctx, func(s *paceState, now time.Time) error {
		if until := now.Add(retryAfter(h, now)); until.After(s.Banned) {
			s.Banned, s.By = until, host
		}
		return nil
	})
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, 24*time.Hour)
	}
	if date, err := http.ParseTime(text); err == nil && date.After(now) {
		return min(date.Sub(now), 24*time.Hour)
	}
	return defaultBan
}

// paceState is what the file holds.
type paceState struct {
	Edge   level     `json:"edge"`
	API    level     `json:"api"`
	Banned time.Time `json:"banned,omitzero"`
	By     string    `json:"by,omitempty"` // the host that bans
}

// ban is the error of a request during a ban, otherwise nil.
func (s *paceState) ban(now time.Time) error {
	if !now.Before(s.Banned) {
		return nil
	}
	return &BannedError{Host: cmp.Or(s.By, "the edge"), Until: s.Banned}
}

// update changes the state while no other process or goroutine can.
func (p *Pace) update(ctx context.Context, change func(*paceState, time.Time) error) error {
	lock := flock.New(p.path + ".lock")
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return fmt.Errorf("pace: lock %s: %w", p.path, err)
	}
	defer func() { _ = lock.Close() }()

	var s paceState
	text, err := os.ReadFile(p.path)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("pace: read its state in %s: %w", p.path, err)
	}
	if json.Unmarshal(text, &s) != nil {
		s = paceState{} // damaged by a crash of the machine: begin anew, with full buckets
	}
	if err := change(&s, p.clock()); err != nil {
		return err
	}
	if text, err = json.Marshal(s); err == nil {
		err = os.WriteFile(p.path, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("pace: keep its state in %s: %w", p.path, err)
	}
	return nil
}

// A level is how full a bucket was.
type level struct {
	Tokens float64   `json:"tokens"` // below 0: what waiting requests have taken in advance
	At     time.Time `json:"at"`     // zero: full
}

// A bucket is a limit with a burst, chosen so that in no minute more than perMinute requests pass.
type bucket struct {
	limit rate.Limit
	burst int
}

func newBucket(perMinute int) bucket {
	burst := max(1, perMinute/10)
	perMinute = max(1, perMinute-burst)
	return bucket{rate.Limit(float64(perMinute) / 60), burst}
}

// take takes a token and tells how long to wait for it, to the millisecond: below lies the noise of
// storing a level.
func (b bucket) take(l *level, now time.Time) time.Duration {
	limiter := b.restore(*l)
	wait := limiter.ReserveN(now, 1).DelayFrom(now).Truncate(time.Millisecond)
	*l = level{Tokens: limiter.TokensAt(now), At: now}
	return wait
}

// restore makes a limiter that holds the tokens of l. A limiter begins full, so it is emptied, and put
// into debt, at the moment from which it would have reached that level. A clock that was set back does
// no harm: a limiter whose time lies ahead goes on from now.
func (b bucket) restore(l level) *rate.Limiter {
	limiter := rate.NewLimiter(b.limit, b.burst)
	if l.At.IsZero() {
		return limiter
	}
	debt := math.Ceil(max(0, -l.Tokens))
	empty := l.At.Add(-time.Duration((l.Tokens + debt) / float64(b.limit) * float64(time.Second)))
	limiter.ReserveN(empty, b.burst)
	for range int(debt) {
		limiter.ReserveN(empty, 1)
	}
	return limiter
}
