package cloud

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// counters are the figures of a revision, by period: number n ends at n times the period.
type counters struct{ periods map[int64]*figures }

// periodsKept bounds what a deployment of many days holds: at 60 s it is a week.
const periodsKept = 7 * 24 * 60

// figures are those of one period.
type figures struct {
	requests  map[int]int64            // by status
	latencies map[string]*distribution // in ms, by class of status
	memory    distribution             // the used part of the limit
	instances int64                    // the most that there were
}

// The layouts of the distributions.
var (
	latencyLayout = layout{finite: 66, growth: 1.4, scale: 1}
	memoryLayout  = layout{finite: 100, width: 0.01}
)

// at is the period that a time falls into.
func (c *counters) at(t time.Time, period time.Duration) *figures {
	number := periodOf(t, period)
	if c.periods == nil {
		c.periods = make(map[int64]*figures)
	}
	f := c.periods[number]
	if f == nil {
		f = &figures{requests: make(map[int]int64), latencies: make(map[string]*distribution)}
		c.periods[number] = f
	}
	if len(c.periods) > periodsKept {
		delete(c.periods, slices.Min(slices.Collect(maps.Keys(c.periods))))
	}
	return f
}

func periodOf(t time.Time, period time.Duration) int64 { return t.UnixNano()/int64(period) + 1 }

// count takes one answered request.
func (p *Project) count(r *Revision, status int, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := r.counters.at(p.cfg.Now(), p.cfg.Period)
	f.requests[status]++
	f.instances = max(f.instances, int64(len(r.instances)))
	class := classOf(status)
	if f.latencies[class] == nil {
		f.latencies[class] = &distribution{}
	}
	f.latencies[class].add(latencyLayout, float64(took)/float64(time.Millisecond))
	p.sample()
}

func classOf(status int) string { return strconv.Itoa(status/100) + "xx" }

// sample reads the figures of the process for every revision that has traffic, at most ten times in a
// period; the project is locked. They are read when something happens, since a clock of its own would be
// one goroutine more for nothing: whoever wants to see growth has caused it.
func (p *Project) sample() {
	now := p.cfg.Now()
	if now.Sub(p.sampled) < p.cfg.Period/10 {
		return
	}
	p.sampled = now
	used := p.cfg.Memory()
	for _, s := range p.services {
		for _, t := range s.traffic {
			r := s.target(t)
			if r == nil || t.Percent == 0 {
				continue
			}
			f := r.counters.at(now, p.cfg.Period)
			f.instances = max(f.instances, int64(len(r.instances)))
			if used > 0 {
				f.memory.add(memoryLayout, float64(used)/float64(s.Memory))
			}
		}
	}
}
