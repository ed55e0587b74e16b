package judge

import "hash/maphash"

var agreeRules = []Rule{{
	ID: "answer/agree", Source: "issue #3, REST agents",
	Says:  "The same prompt of one user is answered alike over a session, by an execution and by a stream: all state its figure, or none. Hard where agents compute.",
	State: agree,
}}

// maxAgreed bounds the prompts whose answers are compared.
const maxAgreed = 4096

// A statement is what is kept of an answer.
type statement struct {
	by     string
	seq    uint64
	states bool // the prompt's figure
}

// agree compares every answer with the first one to the same prompt.
func agree() Hooks {
	firsts := map[uint64]statement{}
	return onAnswers(func(v *View, a answer) {
		want := a.intent.Want
		if want == "" || a.prompt == "" || v.User == nil {
			return
		}
		key := maphash.Comparable(seed, [2]string{v.User.Label, a.prompt})
		before, known := firsts[key]
		states := states(a.text, want)
		switch {
		case known && before.states != states:
			with, without := before.by, a.by
			if states {
				with, without = without, with
			}
			v.ReportAs(v.Exact(), []uint64{before.seq, a.seq}, "one prompt, two answers: the one %s states %s, the one %s does not; the later is %s",
				with, want, without, quote(a.text))
		case !known && len(firsts) < maxAgreed:
			firsts[key] = statement{a.by, a.seq, states}
		}
	})
}
