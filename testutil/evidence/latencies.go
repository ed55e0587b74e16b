package evidence

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// A Phase is something that has a budget.
type Phase string

// The phases, in their order.
const (
	Connect    Phase = "connect"     // dial to welcome
	FirstEvent Phase = "first event" // prompt to the first event of its run
	Gap        Phase = "gap"         // between two events of a run
	Answer     Phase = "answer"      // prompt to outcome
	Reply      Phase = "reply"       // control message to its reply
	HTTP       Phase = "http"        // one exchange
)

// Phases are all of them.
func Phases() []Phase { return []Phase{Connect, FirstEvent, Gap, Answer, Reply, HTTP} }

// Budget is the phase's, 0 if there is none.
func (p Phase) Budget(b fixtures.Budgets) time.Duration {
	switch p {
	case Connect:
		return b.Connect
	case FirstEvent:
		return b.FirstEvent
	case Gap:
		return b.Gap
	case Answer:
		return b.Answer
	case Reply:
		return b.Reply
	}
	return b.HTTP
}

// What a histogram tells apart: microseconds, to an hour, to three digits.
const (
	unit    = time.Microsecond
	longest = int64(time.Hour / unit)
	digits  = 3
)

// Latencies are how long phases took, as high dynamic range histograms of microseconds: exact to a thousandth,
// whatever their number. A phase that nobody saw is not in it.
type Latencies map[Phase]*hdrhistogram.Histogram

func newLatencies() Latencies { return Latencies{} }

func (l Latencies) add(p Phase, took time.Duration) {
	if l[p] == nil {
		l[p] = hdrhistogram.New(1, longest, digits)
	}
	_ = l[p].RecordValue(min(max(int64(took/unit), 0), longest)) // which is in range
}

// Join adds those of another story.
func (l Latencies) Join(other Latencies) {
	for p, h := range other {
		if l[p] == nil {
			l[p] = hdrhistogram.New(1, longest, digits)
		}
		l[p].Merge(h)
	}
}

// A Distribution is what a histogram says.
type Distribution struct {
	Count              int64
	P50, P95, P99, Max time.Duration
}

// Of is the distribution of a phase, all zero if nobody saw one.
func (l Latencies) Of(p Phase) Distribution {
	h := l[p]
	if h == nil {
		return Distribution{}
	}
	at := func(q float64) time.Duration { return time.Duration(h.ValueAtQuantile(q)) * unit }
	return Distribution{h.TotalCount(), at(50), at(95), at(99), time.Duration(h.Max()) * unit}
}

// Over counts what took longer than the budget; 0 is none.
func (l Latencies) Over(p Phase, budget time.Duration) (n int64) {
	if l[p] == nil || budget == 0 {
		return 0
	}
	for _, bar := range l[p].Distribution() {
		if bar.From > int64(budget/unit) {
			n += bar.Count
		}
	}
	return n
}

// A Bar counts what took from From up to Until.
type Bar struct {
	From, Until time.Duration
	Count       int64
}

// barsPerOctave is how finely Bars tells apart.
const barsPerOctave = 3

// Bars are the distribution of a phase on a logarithmic scale, without holes, from the quickest to the slowest.
func (l Latencies) Bars(p Phase) []Bar {
	if l[p] == nil {
		return nil
	}
	edge := func(i int) time.Duration {
		return time.Duration(math.Exp2(float64(i)/barsPerOctave) * float64(unit))
	}
	var bars []Bar
	var first int
	for _, b := range l[p].Distribution() {
		if b.Count == 0 {
			continue
		}
		i := int(math.Floor(barsPerOctave * math.Log2(float64(max(b.From, 1)))))
		if bars == nil {
			first = i
		}
		for n := len(bars); n <= i-first; n++ {
			bars = append(bars, Bar{From: edge(first + n), Until: edge(first + n + 1)})
		}
		bars[i-first].Count += b.Count
	}
	return bars
}
