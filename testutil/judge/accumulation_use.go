package judge

import (
	"net/url"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Use is what a story that looks for accumulation did, round by round, and what the target said of its
// process after each.
type Use struct {
	// Round counts from 1; it is 0 while no round has begun.
	Round int

	began   []time.Time // of each round
	opened  []int       // sessions of each round: one for each cycle
	samples []sample
	unsaid  map[string]Remark // by path: the first sample that says nothing, and why
}

// A sample is what one instance says of its process.
type sample struct {
	round   int
	trace   string
	seq     uint64
	figures map[string]float64 // by member
}

// Bounds of what a history without end costs.
const (
	maxRounds  = 1000
	maxSamples = 50_000
	maxUnsaid  = 16
)

// take takes in a record.
func (u *Use) take(r *history.Record) {
	switch {
	case r.Note != nil && r.Note.Topic == history.TopicRound && u.Round < maxRounds:
		u.Round++
		u.began, u.opened = append(u.began, r.Wall), append(u.opened, 0)
	case u.Round == 0:
	case r.Kind == history.Open:
		u.opened[u.Round-1]++
	case r.Exchange != nil && r.Exchange.Purpose == history.PurposeSample:
		u.sample(r)
	}
}

func (u *Use) sample(r *history.Record) {
	x := r.Exchange
	s := sample{round: u.Round, trace: strings.Clone(x.Trace), seq: r.Seq, figures: figuresOf(x)}
	if s.figures != nil && len(u.samples) < maxSamples {
		u.samples = append(u.samples, s)
	}
	path := samplePath(x)
	if s.figures != nil || u.unsaid[path].Seq != 0 || len(u.unsaid) >= maxUnsaid {
		return
	}
	if u.unsaid == nil {
		u.unsaid = map[string]Remark{}
	}
	u.unsaid[path] = Remark{Seq: r.Seq, Text: unsaidBy(x)}
}

func unsaidBy(x *history.Exchange) string {
	if x.Broken != nil {
		return what(x) + " broke at step " + string(x.Broken.Step)
	}
	return what(x) + " was answered " + status(x.Status) + ": " + quote(x.Body)
}

func samplePath(x *history.Exchange) string {
	at, err := url.Parse(x.URL)
	if err != nil {
		return ""
	}
	return strings.Clone(strings.TrimSuffix(at.Path, "/"))
}

// figuresOf reads the figures that an answer holds, nil if none.
func figuresOf(x *history.Exchange) (found map[string]float64) {
	body := object(x)
	if !succeeded(x) || body == nil {
		return nil
	}
	for _, f := range figures {
		in, name := body, f.member
		if group, member, nested := strings.Cut(f.member, "."); nested {
			in, _ = body[group].(map[string]any)
			name = member
		}
		if value, ok := in[name].(float64); ok {
			if found == nil {
				found = map[string]float64{}
			}
			found[f.member] = value
		}
	}
	return found
}

// cycles is how many sessions a round that counts had, on average; at least one.
func (u *Use) cycles() float64 {
	counted, all := u.opened[min(len(u.opened), uncounted):], 0
	for _, n := range counted {
		all += n
	}
	return max(1, float64(all)/float64(max(1, len(counted))))
}
