package refstaging

import (
	"encoding/json"
	"errors"
	"time"
)

// simulation is a failure that whoever asks for a run asks for as well: over REST by the fields of
// http.md 5.4, over the WebSocket by members of the same names in an agent request's context. The zero
// value is an honest run.
type simulation struct {
	fails bool          // the first tool fails; without tools the agent does, when it would answer
	delay time.Duration // rested before the answer, within the run's limit
}

var errSimulated = errors.New("simulated failure")

// simulation is what a message asks for; members of a wrong type ask for nothing.
func (m Message) simulation() simulation {
	raw, ok := m.body["context"]
	if !ok {
		raw, ok = m.root["context"]
	}
	var asked simulation
	if !ok {
		return asked
	}
	context := object(raw)
	var number float64
	json.Unmarshal(context["force_failure"], &asked.fails)
	json.Unmarshal(context["simulate_delay"], &number)
	asked.delay = restOf(number)
	return asked
}

// restOf reads a number of seconds; what is beyond an hour is beyond every run's limit too.
func restOf(number float64) time.Duration {
	return time.Duration(max(0, min(number, 3600)) * float64(time.Second))
}
