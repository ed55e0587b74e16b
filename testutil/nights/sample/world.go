// Package sample makes nights as a staging has them, for tests and to look at: the same ones from the same seed.
package sample

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/netra-systems/staging-e2e/testutil/nights"
)

// Start is when the night before the first of a world began.
var Start = time.Date(2026, 1, 1, 2, 17, 0, 0, time.UTC)

// A phase is how a suite of 48 stories sees one: so many of them do, each so often.
type phase struct {
	name          string
	usual, budget time.Duration
	stories, each int
}

var phases = []phase{
	{"connect", 60 * time.Millisecond, 5 * time.Second, 40, 4},
	{"first event", 300 * time.Millisecond, 10 * time.Second, 35, 4},
	{"gap", 150 * time.Millisecond, 15 * time.Second, 35, 9},
	{"answer", 4 * time.Second, 60 * time.Second, 34, 3},
	{"reply", 100 * time.Millisecond, 5 * time.Second, 17, 3},
	{"http", 80 * time.Millisecond, 5 * time.Second, 47, 11},
}

// A World makes nights. Latencies scatter within a night, and nights differ, in each phase by itself.
type World struct {
	// Differ is the standard deviation of the logarithm of what a phase of a night has in common, Scatter that of
	// single latencies.
	Differ, Scatter float64
	// Tails makes nights differ as Student's t with four degrees of freedom does: some very much.
	Tails bool
	// Lasts, from 0 to 1, is how much of what a night differs by is there in the next.
	Lasts float64
	// Histograms are those that a store keeps, for which a night takes longer to make.
	Histograms bool

	random *rand.Rand
	nth    int
	lasted map[string]float64
}

// New is a world of alike nights, whose latencies scatter by a third or so.
func New(seed uint64) *World {
	return &World{Differ: 0.03, Scatter: 0.3, random: rand.New(rand.NewPCG(seed, 891)), lasted: map[string]float64{}}
}

// Nights are the next so many.
func (w *World) Nights(n int) (all []nights.Night) {
	for range n {
		all = append(all, w.Night(nil))
	}
	return all
}

// Night is the next, green and whole. In the phases that slower names latencies are so many times as long as usual.
func (w *World) Night(slower map[string]float64) nights.Night {
	w.nth++
	n := nights.Night{
		ID: fmt.Sprintf("%d-1", 4100+w.nth), Began: Start.AddDate(0, 0, w.nth), Took: 14 * time.Minute, Suite: "0.1.0",
		Target:   nights.Target{Kind: "remote", API: "https://api.staging.example"},
		Revision: fmt.Sprintf("netra-backend-staging-%05d-%c%c%c", 640+w.nth/3, 'a'+w.nth%7, 'b'+w.nth/3%11, 'c'+w.nth/5%13),
		Decision: "PROCEED", Findings: []nights.Broken{}, Phases: []nights.Phase{},
	}
	for i := range 48 {
		n.Stories = append(n.Stories, nights.Story{
			Package: "github.com/netra-systems/staging-e2e/e2e/" + []string{"agentregistry", "concurrentusers", "consistency", "deployment", "goldenpath"}[i%5],
			Name:    fmt.Sprintf("TestStagingStory%02d", i), Attempt: 1, Took: time.Duration(20+i) * time.Second, Samples: map[string][]int64{},
		})
	}
	for _, p := range phases {
		n.Phases = append(n.Phases, w.phase(n.Stories, p, cmp.Or(slower[p.name], 1)*math.Exp(w.differs(p.name))))
	}
	return n
}

// differs is the logarithm of what the night has in common in the phase.
func (w *World) differs(phase string) float64 {
	by := w.random.NormFloat64()
	if w.Tails {
		squares := 0.0
		for range 4 {
			squares += math.Pow(w.random.NormFloat64(), 2)
		}
		by /= math.Sqrt(squares / 4)
	}
	by = w.Lasts*w.lasted[phase] + math.Sqrt(1-w.Lasts*w.Lasts)*by
	w.lasted[phase] = by
	return w.Differ * by
}

// phase gives the stories their samples. Stories differ in what they ask for.
func (w *World) phase(stories []nights.Story, p phase, times float64) nights.Phase {
	var all []int64
	for i := range p.stories {
		usual := float64(p.usual.Microseconds()) * (0.5 + float64(i)/float64(p.stories)) * times
		var sample []int64
		for range p.each {
			sample = append(sample, int64(usual*math.Exp(w.Scatter*w.random.NormFloat64())))
		}
		slices.Sort(sample)
		stories[i].Samples[p.name] = sample
		all = append(all, sample...)
	}
	slices.Sort(all)
	at := func(q float64) time.Duration {
		return time.Duration(all[int(q*float64(len(all)-1))]) * time.Microsecond
	}
	return nights.Phase{
		Name: p.name, Budget: p.budget, Count: int64(len(all)), P50: at(0.5), P95: at(0.95), P99: at(0.99), Max: at(1), Histogram: w.histogram(all),
	}
}

func (w *World) histogram(all []int64) []byte {
	if !w.Histograms {
		return nil
	}
	h := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	for _, micros := range all {
		_ = h.RecordValue(micros) // no latency is an hour
	}
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		panic(err) // which memory does not do
	}
	return text
}
