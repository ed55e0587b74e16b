package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// story reads a run from words: "+A" A started, "-A" A completed, "-A!" with success:false, "-A?"
// with success:true, "xA" A reported an error, "error", "death", "timeout", "cleanup". The nameless
// agent is "_".
func story(words string) []Event {
	var events []Event
	for i, word := range strings.Fields(words) {
		e := Event{Time: time.Unix(int64(i), 0), Agent: strings.Trim(word[1:], "!?_")}
		switch {
		case strings.HasSuffix(word, "!"):
			e.Success = False
		case strings.HasSuffix(word, "?"):
			e.Success = True
		}
		switch word[0] {
		case '+':
			e.Type = AgentStarted
		case '-':
			e.Type = AgentCompleted
		case 'x':
			e.Type = AgentError
		default:
			e.Agent = ""
			e.Type = map[string]string{
				"error": Error, "death": AgentDeath, "timeout": AgentTimeout, "cleanup": "cleanup_complete",
				"thinking": AgentThinking, "broken": SystemErr,
			}[word]
		}
		events = append(events, e)
	}
	return events
}

func track(events []Event) *Tracker {
	var t Tracker
	for i := range events {
		t.Observe(&events[i])
	}
	return &t
}

func TestTracker(t *testing.T) {
	const ended, quiet, waiting = "ended", "quiet", "waiting"
	tests := []struct {
		story    string
		outcome  Outcome
		state    string
		outcomes int
	}{
		{"", Open, waiting, 0},
		{"thinking", Open, waiting, 0},
		{"+Supervisor", Open, waiting, 0},
		{"+Supervisor thinking -Supervisor", Completed, ended, 1},
		{"+Supervisor -supervisor", Completed, ended, 1},
		{"+Supervisor -Supervisor!", Failed, ended, 1},

		// Nested agents, section 5.4.
		{"+Supervisor +Orchestrator +data -data", Open, waiting, 0},
		{"+Supervisor +Orchestrator +data -data -Orchestrator", Open, waiting, 0},
		{"+Supervisor +Orchestrator +data -data! -Orchestrator -Supervisor", Completed, ended, 1},
		{"+Supervisor +data +data -data -data -Supervisor", Completed, ended, 1},

		// The bridge's extra pair: around, before the end, after the end.
		{"+supervisor +Supervisor -Supervisor", Completed, quiet, 1},
		{"+supervisor +Supervisor -Supervisor -supervisor", Completed, ended, 1},
		{"+Supervisor -Supervisor +supervisor -supervisor", Completed, ended, 1},

		// More than one outcome.
		{"+Supervisor -Supervisor -Supervisor", Completed, ended, 2},
		{"+Supervisor -Supervisor xSupervisor", Failed, ended, 2},
		{"+Supervisor xSupervisor xSupervisor", Failed, quiet, 2},

		// Errors of the root.
		{"+Supervisor xSupervisor", Failed, quiet, 1},
		{"+Supervisor x_", Failed, quiet, 1},
		{"+Supervisor xSupervisor -Supervisor!", Failed, ended, 1},
		{"+Supervisor xSupervisor -Supervisor", Failed, ended, 1},
		{"+Supervisor x_ -_!", Failed, ended, 1},
		{"+Supervisor xSupervisor -Supervisor?", Failed, ended, 2},
		{"+Supervisor +supervisor xSupervisor -Supervisor! -supervisor!", Failed, ended, 1},
		{"x_", Failed, quiet, 1},
		{"xtriage -triage!", Failed, quiet, 1},
		{"error", Failed, ended, 1},
		{"+Supervisor error", Failed, quiet, 1},
		{"+Supervisor error -Supervisor!", Failed, ended, 1},
		{"+Supervisor -Supervisor error", Failed, ended, 2},
		{"+Supervisor broken", Open, waiting, 0},

		// Errors of nested agents.
		{"+Supervisor +triage xtriage", Failed, waiting, 0},
		{"+Supervisor +triage xtriage -triage!", Failed, waiting, 0},
		{"+Supervisor +triage xtriage -triage! -Supervisor", Completed, ended, 1},
		{"+Supervisor +triage xtriage -Supervisor", Completed, ended, 1},
		{"+Supervisor +triage xtriage -triage! -Supervisor!", Failed, ended, 1},
		{"+Supervisor xtriage +triage -triage -Supervisor", Completed, ended, 1},

		{"+Supervisor death", Failed, ended, 1},
		{"+Supervisor +triage timeout", Failed, ended, 1},

		// No root by name, or another one.
		{"-Supervisor", Completed, quiet, 1},
		{"+_ thinking", Open, waiting, 0},
		{"+_ -_", Completed, quiet, 1},
		{"+_ -_!", Failed, quiet, 1},
		{"+_ -_ -_", Completed, quiet, 2},
		{"+Supervisor -_", Completed, ended, 1},
		{"+Supervisor +data -_", Open, waiting, 0},
		{"+Supervisor +data -data -_", Completed, ended, 1},
		{"+Supervisor -supervisor_agent", Completed, quiet, 0},
		{"+Supervisor +data -data -supervisor_agent", Completed, quiet, 0},
		{"+Supervisor +data xdata -supervisor_agent", Failed, quiet, 0},
		{"-data -Orchestrator -Supervisor", Completed, quiet, 1},

		// October.
		{"+Supervisor cleanup", Open, waiting, 0},
		{"cleanup", Open, waiting, 0},
		{"+Supervisor -supervisor_agent cleanup", Completed, ended, 0},
		{"+Supervisor xSupervisor cleanup", Failed, ended, 1},
		{"+Supervisor +data xdata -supervisor_agent cleanup -Supervisor", Failed, ended, 1},
	}
	for _, test := range tests {
		t.Run(test.story, func(t *testing.T) {
			run := track(story(test.story))
			assert.Equal(t, test.outcome.String(), run.Outcome().String())
			assert.Equal(t, test.state == ended, run.Ended(), "ended")
			assert.Equal(t, test.state == quiet, run.Quiet(), "quiet")
			assert.Equal(t, test.outcomes, run.Outcomes(), "outcomes")
		})
	}
}

func TestTrackerFollowsTheSampleRuns(t *testing.T) {
	runs, order := map[string]*Tracker{}, []string{}
	var current string
	for _, s := range samples(t) {
		file, _, _ := strings.Cut(s.name, ":")
		if file == "errors.jsonl" {
			continue // frames of several sessions
		}
		e, err := s.decode()
		assert.NoError(t, err)
		if e.Type == Prompt {
			current = s.name
			runs[current] = &Tracker{}
			order = append(order, current)
		} else if current != "" && s.Dir == "recv" {
			runs[current].Observe(&e)
		}
	}
	for _, name := range order {
		run := runs[name]
		want := Completed
		if name == "demo.jsonl:10" {
			want = Failed
		}
		assert.Equal(t, want, run.Outcome(), name)
		assert.NotEqual(t, run.Ended(), run.Quiet(), name)
		assert.Equal(t, want == Completed && !strings.HasPrefix(name, "e3"), run.Ended(), name)
		assert.Equal(t, 1, run.Outcomes(), name)
	}
}

func TestTrackerKnowsRootAndAgents(t *testing.T) {
	run := track(story("+Supervisor +data xdata +data -DATA -supervisor"))
	assert.Equal(t, "Supervisor", run.Root())
	agents := run.Agents()
	assert.Len(t, agents, 2)
	assert.Equal(t, "data", agents[1].Name)
	assert.Equal(t, [4]int{2, 1, 1, 0}, [4]int{agents[1].Started, agents[1].Completed, agents[1].Errors, agents[1].Open()})
	assert.Empty(t, track(story("+_")).Root())
}

func TestTrackerIgnoresRetries(t *testing.T) {
	at := time.Unix(9, 0)
	tests := map[string]struct {
		first, second Event
		repeats       bool
	}{
		"the same event_id":               {Event{EventID: "e1"}, Event{EventID: "e1"}, true},
		"another event_id":                {Event{EventID: "e1"}, Event{EventID: "e2"}, false},
		"attempt 2 at the same time":      {Event{Time: at}, Event{Time: at, Attempt: 2}, true},
		"attempt 2 at another time":       {Event{Time: at}, Event{Time: at.Add(1), Attempt: 2}, false},
		"no attempt, at the same time":    {Event{Time: at}, Event{Time: at}, false},
		"attempt 2 without a time":        {Event{}, Event{Attempt: 2}, false},
		"attempt 2 with another event_id": {Event{EventID: "e1", Time: at}, Event{EventID: "e2", Time: at, Attempt: 2}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{AgentStarted, AgentCompleted, AgentError} {
				first, second := test.first, test.second
				first.Type, second.Type, first.Agent, second.Agent = kind, kind, "A", "A"
				once := track([]Event{first}).Agents()[0]
				twice := track([]Event{first, second}).Agents()[0]
				repeated := once.Started == twice.Started && once.Completed == twice.Completed && once.Errors == twice.Errors
				assert.Equal(t, test.repeats, repeated, kind)
			}
		})
	}
}

func TestTrackerStaysBounded(t *testing.T) {
	var run Tracker
	for i := range 10_000 {
		e := Event{Type: AgentStarted, Agent: fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000))}
		run.Observe(&e)
	}
	agents := run.Agents()
	assert.Len(t, agents, maxAgents)
	for _, a := range agents {
		assert.LessOrEqual(t, len(a.Name), maxAgentName)
	}
	assert.Equal(t, Open, run.Outcome())
}

// Whatever comes, an ended run stays ended, and its failure stays a failure.
func TestTrackerNeverReopens(t *testing.T) {
	words := []string{"+A", "-A", "-A!", "-A?", "xA", "+B", "-B", "-B!", "xB", "+_", "-_", "x_", "error", "death", "cleanup", "thinking"}
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "words")
		var run Tracker
		for _, e := range story(strings.Join(drawn, " ")) {
			ended, outcome, outcomes := run.Ended(), run.Outcome(), run.Outcomes()
			run.Observe(&e)
			assert.False(t, run.Ended() && run.Quiet())
			assert.GreaterOrEqual(t, run.Outcomes(), outcomes)
			if ended {
				assert.True(t, run.Ended())
				assert.NotEqual(t, Open, run.Outcome())
				if outcome == Failed {
					assert.Equal(t, Failed, run.Outcome())
				}
			}
			for _, a := range run.Agents() {
				assert.GreaterOrEqual(t, a.Open(), 0)
			}
		}
	})
}
