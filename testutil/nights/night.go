package nights

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// A Night is one run of all stories at one target.
type Night struct {
	ID     string        `json:"id"`
	Began  time.Time     `json:"began"` // of the first story, UTC
	Took   time.Duration `json:"took_ns"`
	Target Target        `json:"target"`
	Suite  string        `json:"suite"` // version of the suite that told the stories
	// Revision is the backend's that served, empty if no story saw it.
	Revision string `json:"revision,omitempty"`
	Decision string `json:"decision"`
	// Gaps counts what keeps the evidence from being whole (evidence.Gaps).
	Gaps     int      `json:"gaps"`
	Stories  []Story  `json:"stories"`
	Phases   []Phase  `json:"phases"` // in the order of evidence.Phases; those that nobody saw are left out
	Findings []Broken `json:"findings"`
}

// A Target is a deployment, of which many nights tell. Each embedded one has ports of its own: it has no API.
type Target struct {
	Kind string `json:"kind"`
	API  string `json:"api,omitempty"`
}

func (t Target) String() string {
	if t.API == "" {
		return t.Kind
	}
	return t.Kind + " " + t.API
}

// A Story is what became of a story.
type Story struct {
	Package string        `json:"package"`
	Name    string        `json:"name"`
	Attempt int           `json:"attempt"`
	Red     bool          `json:"red"`
	Took    time.Duration `json:"took_ns"`
	// Samples are latencies by phase, at most SampleSize of each, in microseconds and ascending. They stand for
	// all of them: each for an equal share.
	Samples map[string][]int64 `json:"samples,omitempty"`
}

// SampleSize bounds the sample of a phase in a story.
const SampleSize = 16

// A Phase is how long something took, in all stories together.
type Phase struct {
	Name   string        `json:"name"`
	Budget time.Duration `json:"budget_ns"` // the lowest of the stories', 0 if there is none
	Count  int64         `json:"count"`
	P50    time.Duration `json:"p50_ns"`
	P95    time.Duration `json:"p95_ns"`
	P99    time.Duration `json:"p99_ns"`
	Max    time.Duration `json:"max_ns"`
	// Histogram is the whole distribution in microseconds, in HdrHistogram's own form (V2, compressed, base64).
	Histogram []byte `json:"-"`
}

// A Broken is a rule that stories broke.
type Broken struct {
	Rule  string `json:"rule"`
	Hard  bool   `json:"hard"`
	Times int    `json:"times"`
}

// Red counts the red stories.
func (n Night) Red() (red int) {
	for _, s := range n.Stories {
		if s.Red {
			red++
		}
	}
	return red
}

// Phase is the one with the name, with a Count of 0 if nobody saw it.
func (n Night) Phase(name string) Phase {
	for _, p := range n.Phases {
		if p.Name == name {
			return p
		}
	}
	return Phase{Name: name}
}

// Digest tells nights apart that have one id.
func (n Night) Digest() (string, error) {
	text, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("sum up night %s: %w", n.ID, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
