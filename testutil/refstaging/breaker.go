package refstaging

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// breaker counts how the auth service answers the backend, as the platform's circuit breaker does. It
// never opens: nothing lies between the two, and when auth fails the backend says so itself.
type breaker struct {
	clock clock
	mu    sync.Mutex
	stats breakerStats
}

type breakerStats struct {
	Total         int64   `json:"total_calls"`
	Successful    int64   `json:"successful_calls"`
	Failed        int64   `json:"failed_calls"`
	FailureRate   string  `json:"failure_rate"`
	FailuresInRow int64   `json:"consecutive_failures"`
	InRow         int64   `json:"consecutive_successes"`
	LastFailure   *string `json:"last_failure"`
	LastSuccess   *string `json:"last_success"`
}

// around counts the calls of a validation. A token that is refused is an answer like any other.
func (b *breaker) around(next validator) validator {
	return func(ctx context.Context, token, kind string) (Identity, error) {
		user, err := next(ctx, token, kind)
		b.count(!errors.Is(err, ErrAuthUnavailable))
		return user, err
	}
}

func (b *breaker) count(answered bool) {
	now := b.clock.now().Format(zoneMicros)
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &b.stats
	s.Total++
	if answered {
		s.Successful++
		s.InRow++
		s.FailuresInRow, s.LastSuccess = 0, &now
		return
	}
	s.Failed++
	s.FailuresInRow++
	s.InRow, s.LastFailure = 0, &now
}

type breakerConfig struct {
	Failures int     `json:"failure_threshold"`
	Timeout  float64 `json:"timeout"` // seconds
	Rate     string  `json:"failure_rate_threshold"`
}

// view shows the breaker under its name. The thresholds are advertised, as the platform has them.
func (b *breaker) view() any {
	b.mu.Lock()
	defer b.mu.Unlock()
	stats := b.stats
	stats.FailureRate = fmt.Sprintf("%.2f%%", 100*float64(stats.Failed)/float64(max(1, stats.Total)))
	return struct {
		Name    string        `json:"name"`
		State   string        `json:"state"`
		Stats   breakerStats  `json:"stats"`
		Config  breakerConfig `json:"config"`
		Changes []string      `json:"state_changes"`
	}{"auth_service", "closed", stats, breakerConfig{3, 10, "80%"}, []string{}}
}
