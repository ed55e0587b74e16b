package judge

import (
	"testing"
	"time"
)

func TestLatencyAgainstTheBaseline(t *testing.T) { measure(t, slowerRules, slowerTrials()) }

func slowerTrials() []measured {
	slow := []string{"deployment/latency"}
	both := func(s *story, n int, now, before time.Duration, edits ...edit) {
		s.deployed("D4").requests(fresh, times(n, fresh, "GET", "/api/threads", 200, append(edits, lasting(now))...))
		s.requests(stale, times(n, stale, "GET", "/api/threads", 200, append(edits, lasting(before))...))
	}
	return []measured{
		{name: "as before", tell: func(s *story) { both(s, 50, 300*time.Millisecond, 300*time.Millisecond) }},
		{name: "slower", soft: slow, about: "GET /api/threads takes 0.5 s", tell: func(s *story) { both(s, 50, 500*time.Millisecond, 300*time.Millisecond) }},
		{name: "quicker", tell: func(s *story) { both(s, 50, 300*time.Millisecond, 500*time.Millisecond) }},
		{name: "slower by little", tell: func(s *story) { both(s, 50, 440*time.Millisecond, 300*time.Millisecond) }},
		{name: "slower by nothing that one feels", tell: func(s *story) { both(s, 50, 99*time.Millisecond, 10*time.Millisecond) }},
		{name: "too few", tell: func(s *story) { both(s, 9, 900*time.Millisecond, 300*time.Millisecond) }},
		{name: "by chance", tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(6, fresh, "GET", "/x", 200, lasting(time.Second)), times(5, fresh, "GET", "/x", 201, lasting(time.Millisecond)))
			s.requests(stale, times(5, stale, "GET", "/x", 200, lasting(time.Second)), times(6, stale, "GET", "/x", 201, lasting(time.Millisecond)))
		}},
		{name: "failures and sockets have no time", tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(50, fresh, "GET", "/ws", 101, lasting(time.Minute)), times(50, fresh, "GET", "/x", 504, lasting(time.Minute)))
			s.requests(stale, times(50, stale, "GET", "/ws", 101, lasting(time.Second)), times(50, stale, "GET", "/x", 200, lasting(time.Second)))
		}},
	}
}
