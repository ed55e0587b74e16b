package variants

import (
	"strings"
	"sync/atomic"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A long answer is rare, one in so many runs and the first among them: it costs time, and the reference keeps it in
// memory, which is to be no leak.
const (
	longEvery  = 50
	longAnswer = 1 << 20
)

// long lets agents give long answers.
func long() func(refstaging.Reporter) refstaging.Reporter {
	var runs atomic.Int64
	return func(r refstaging.Reporter) refstaging.Reporter {
		if runs.Add(1)%longEvery != 1 {
			return r
		}
		return &talkative{Reporter: r}
	}
}

// talkative says much at the end of a run.
type talkative struct {
	refstaging.Reporter
	root string
}

func (t *talkative) Started(agent, task string) error {
	if t.root == "" {
		t.root = agent
	}
	return t.Reporter.Started(agent, task)
}

func (t *talkative) Completed(agent string, answer refstaging.Answer) error {
	if agent == t.root {
		const sentence = " All of it was checked twice, and nothing else was found."
		answer.Text += strings.Repeat(sentence, (longAnswer-len(answer.Text))/len(sentence)+1)
	}
	return t.Reporter.Completed(agent, answer)
}
