package judge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A fleet is what the instances of a backend say of themselves while a story uses it.
type fleet struct {
	instances, rounds, cycles, samples int

	memory, tasks, sockets, threads, database func(instance, round, nth int) float64
	// answers says which instance answers a sample, -1 for one whose entry was lost.
	answers func(round, nth int) int
}

func constant(value float64) func(int, int, int) float64 {
	return func(int, int, int) float64 { return value }
}

// leak grows by so much in each round, in one instance.
func growing(instance int, from, each float64) func(int, int, int) float64 {
	return func(i, round, _ int) float64 {
		if i != instance {
			return from
		}
		return from + each*float64(round)
	}
}

// healthy is a backend as the platform has it.
func healthy() fleet {
	return fleet{
		instances: 2, rounds: 10, cycles: 4, samples: 5,
		memory: constant(300 * mebi), tasks: constant(12), sockets: constant(20), threads: constant(24), database: constant(3),
		answers: func(_, nth int) int { return nth % 2 },
	}
}

func instanceName(i int) string { return fmt.Sprintf("00f%d", i) }

// used is the story of the fleet's use: its rounds, and then what the server's log says of the samples.
func (f fleet) used(s *story) *story {
	s.deployed("P3")
	var entries []obj
	trace := func(x *history.Exchange, round, nth int) {
		x.Purpose, x.Trace = history.PurposeSample, fmt.Sprintf("%032x", len(s.records))
		if i := f.answers(round, nth); i >= 0 {
			entries = append(entries, logged(fresh, instanceName(i), s.at, "INFO", "", request("GET", "/x", 200), traced(x.Trace)))
		}
	}
	u := s.user()
	for round := range f.rounds {
		s.note(history.TopicRound, "")
		for range f.cycles {
			u.connect().shut()
		}
		s.wait(fixtures.RemoteBudgets().Cleanup)
		for nth := range f.samples {
			f.sample(s, round, nth, trace)
		}
	}
	s.reads(ask{API: history.LoggingAPI, Purpose: history.ReadTraced, Service: fixtures.BackendService}, page(entries...))
	return s
}

func (f fleet) sample(s *story, round, nth int, trace func(*history.Exchange, int, int)) {
	i := f.answers(round, nth)
	for path, body := range map[string]obj{
		"/health/system": {"status": "healthy", "process": obj{
			"memory_rss": f.memory(i, round, nth), "connections": f.sockets(i, round, nth), "num_threads": f.threads(i, round, nth),
		}},
		"/api/system/debug/async_tasks": {"total_tasks": f.tasks(i, round, nth), "tasks": []obj{}},
		"/health/database":              {"status": "healthy", "database_stats": obj{"active_connections": f.database(i, round, nth)}},
	} {
		x := get(path, render(body))
		x.Bearer = false
		trace(&x, round, nth)
		s.http(x, nil)
	}
}

var usedRules = append(append(append(append([]Rule{}, growthRules...), platformRules...), slowingRules...), refusedRules...)

func TestAccumulation(t *testing.T) { measure(t, usedRules, useTrials()) }

func useTrials() []measured {
	from := func(change func(*fleet)) func(*story) {
		return func(s *story) {
			f := healthy()
			change(&f)
			f.used(s)
		}
	}
	rule := func(name string) []string { return []string{"accumulation/" + name} }
	return []measured{
		{name: "none", want: Pass, tell: from(func(*fleet) {})},
		{name: "a task of each cycle stays in one of two instances", want: Fail, hard: rule("tasks"), about: "total_tasks of instance 00f1 went from 16 to 30 in 8 rounds of 4 cycles, by 2 a round",
			tell: from(func(f *fleet) { f.tasks = growing(1, 12, 2) })},
		{name: "memory", want: Fail, hard: rule("memory"), about: "went from 306.0 MiB to 327.0 MiB", tell: from(func(f *fleet) { f.memory = growing(0, 300*mebi, 3*mebi) })},
		{name: "memory, little", want: Pass, tell: from(func(f *fleet) { f.memory = growing(0, 300*mebi, mebi) })},
		{name: "memory, little of much", want: Pass, tell: from(func(f *fleet) { f.memory = growing(0, 2000*mebi, 10*mebi) })},
		{name: "sockets", want: Fail, hard: rule("connections"), tell: from(func(f *fleet) { f.sockets = growing(1, 20, 2) })},
		{name: "connections to the database", want: Fail, hard: rule("database-connections"), tell: from(func(f *fleet) { f.database = growing(1, 3, 2) })},
		{name: "threads", want: Fail, hard: rule("threads"), tell: from(func(f *fleet) { f.threads = growing(1, 24, 3) })},
		{name: "a pool of threads that fills up", want: Pass, tell: from(func(f *fleet) { f.threads = growing(1, 24, 1.5) })},
		{name: "all of them", want: Fail, hard: []string{"accumulation/connections", "accumulation/tasks"},
			tell: from(func(f *fleet) { f.tasks, f.sockets = growing(0, 1, 2), growing(1, 1, 2) })},
		{name: "an instance that fills up in the warm-up", want: Pass, tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 * min(2, float64(round)) }
		})},
		{name: "noise above the least", want: Pass, tell: from(func(f *fleet) {
			f.tasks = func(_, round, nth int) float64 { return 12 + float64(round*(nth/2)*10) }
		})},
		{name: "more between, until the target cleaned up at the end", want: Pass, tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 + 4*float64(round*(9-round))*float64(round/3) }
		})},
		{name: "more between, and a leak", want: Fail, hard: rule("tasks"), tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 + 2*float64(round) + 3*float64(min(1, round/3*(9-round))) }
		})},
		{name: "it shrinks", want: Pass, tell: from(func(f *fleet) { f.tasks = growing(0, 200, -3) })},
		{name: "a step, once, is doubtful", want: NotMeasured, about: "perhaps a leak", tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 + 20*float64(round/6) }
		})},
		{name: "more only at the end", want: Pass, soft: rule("tasks"), about: "did not return to what it was", tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 + 20*float64(round/9) }
		})},
		{name: "a leak after a while", want: Fail, hard: rule("tasks"), tell: from(func(f *fleet) {
			f.tasks = func(_, round, _ int) float64 { return 12 + 4*float64(max(0, round-5)) }
		})},
		{name: "six rounds that count are enough", want: Fail, hard: rule("tasks"), tell: from(func(f *fleet) {
			f.rounds, f.tasks = 8, growing(1, 12, 2)
		})},
		{name: "five are not", want: NotMeasured, about: "process.memory_rss of one instance is known of 5 rounds that count, fewer than 6",
			tell: from(func(f *fleet) { f.rounds, f.tasks = 7, growing(1, 12, 2) })},
		{name: "an instance that came later and leaks", want: NotMeasured, about: "total_tasks of instance 00f2 went from", tell: from(func(f *fleet) {
			f.tasks = growing(2, 0, 5)
			f.answers = func(round, nth int) int { return nth % (2 + round/6) }
		})},
		{name: "an instance that came later", want: Pass, tell: from(func(f *fleet) {
			f.answers = func(round, nth int) int { return nth % (2 + round/6) }
		})},
		{name: "so many instances that each has few cycles", want: NotMeasured, about: "each of 10 instances had about 2.8 cycles: too few to show in total_tasks", tell: from(func(f *fleet) {
			f.samples, f.answers = 10, func(_, nth int) int { return nth }
		})},
		{name: "an instance that went", want: Fail, hard: rule("tasks"), tell: from(func(f *fleet) {
			f.tasks = growing(0, 0, 2)
			f.answers = func(round, nth int) int { return nth % (3 - round/6) }
		})},
		{name: "entries of some samples were lost", want: Fail, hard: rule("tasks"), tell: from(func(f *fleet) {
			f.tasks = growing(1, 12, 2)
			f.answers = func(_, nth int) int { return nth%3 - 1 }
		})},
		{name: "entries of all samples were lost", want: NotMeasured, about: "does not say which of them answered", tell: from(func(f *fleet) {
			f.answers = func(int, int) int { return -1 }
		})},
		{name: "nobody may read the server's log", want: NotMeasured, about: "cannot be told apart: the cloud does not show the log of traced requests of netra-backend-staging (403 Forbidden): grant roles/logging.viewer", tell: func(s *story) {
			healthy().used(s)
			last := s.records[len(s.records)-1].Cloud
			last.Status, last.Body = 403, denied
		}},
		{name: "no cloud", want: NotMeasured, about: "set STAGING_GCP_PROJECT", tell: func(s *story) {
			healthy().used(s)
			s.header.Deployment = nil
			s.records = s.records[:len(s.records)-1]
		}},
		{name: "no rounds", want: NotMeasured, about: "no evidence", tell: func(s *story) { s.deployed("P3") }},
		{name: "not this criterion", tell: func(s *story) { s.user() }},
	}
}

func TestAccumulationOfWhatIsNotSaid(t *testing.T) { measure(t, usedRules, unsaidTrials()) }

func unsaidTrials() []measured {
	without := func(path string, change func(*history.Exchange)) func(*story) {
		return func(s *story) {
			healthy().used(s)
			for _, r := range s.records {
				if x := r.Exchange; x != nil && samplePath(x) == path {
					change(x)
				}
			}
		}
	}
	gone := func(x *history.Exchange) { x.Status, x.Body = 404, `{"detail":"Not Found"}` }
	return []measured{
		{name: "no figures of the process", want: NotMeasured, about: `process.memory_rss is not known: GET http://127.0.0.1:1/health/system was answered 404 Not Found: "{`,
			tell: without("/health/system", gone)},
		{name: "a failure that is answered 200", want: NotMeasured, about: `status\":\"error`,
			tell: without("/health/system", func(x *history.Exchange) { x.Body = `{"status":"error","error":"x"}` })},
		{name: "no tasks", want: NotMeasured, about: "total_tasks is not known", tell: without("/api/system/debug/async_tasks", gone)},
		{name: "no answer", want: NotMeasured, about: "broke at step tcp", tell: without("/api/system/debug/async_tasks", func(x *history.Exchange) {
			x.Status, x.Body, x.Broken = 0, "", &history.Broken{Step: history.StepTCP}
		})},
		{name: "not asked", want: NotMeasured, about: "no sample of GET /health/system says it", tell: without("/health/system", func(x *history.Exchange) {
			x.Purpose = history.PurposeHealth
		})},
		{name: "no number", want: NotMeasured, about: "total_tasks is not known", tell: without("/api/system/debug/async_tasks", func(x *history.Exchange) {
			x.Body = `{"total_tasks":"12"}`
		})},
		{name: "cut", want: NotMeasured, tell: without("/health/system", func(x *history.Exchange) { x.Cut = 7 })},
		{name: "the database's may be missing", want: Pass, tell: without("/health/database", gone)},
	}
}

// One of several that grows by chance is likelier than one.
func TestATrendOfOneOfMany(t *testing.T) {
	uneven := growth{}
	for i, value := range []float64{1, 2, 3, 4, 6, 5, 9, 7} { // but for 2 of 28 pairs: p = 0.00087
		uneven.add(float64(i), value, 1)
	}
	for instances, want := range map[int]judgement{1: hasGrown, 11: hasGrown, 12: mayGrow} {
		g := uneven.measure(1, instances)
		assert.Equal(t, want, g.by(1), "of %d, p = %v", instances, g.chance)
	}
}

// TestHealthyUseBreaksNoRule holds all rules together.
func TestHealthyUseBreaksNoRule(t *testing.T) {
	s := healthy().used(newStory()).end()
	found := s.judged()
	require.Empty(t, ids(found, true), s.listing(found))
	assert.Empty(t, ids(found, false), s.listing(found))
}
