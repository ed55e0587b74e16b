package judge

import (
	"hash/maphash"
	"strings"
)

// maxAnswers bounds the answers that are remembered.
const maxAnswers = 4096

// A wording is what is kept of an answer: the prompt that it was given to first.
type wording struct{ prompt, seq uint64 }

// canned looks for the texts with which software says that no agent was at work; and as nobody knows them all,
// for answers that say nothing of their own prompt, neither its figure nor its reference, and that another
// prompt got too, word for word.
func canned() Hooks {
	firsts := map[uint64]wording{} // by text
	return onAnswers(func(v *View, a answer) {
		if found := cannedText.find(a.text); found != "" {
			v.Report([]uint64{a.asked, a.seq}, "the answer is canned (%s): %s", quote(found), quote(a.text))
			return
		}
		if !a.evades() {
			return
		}
		text, prompt := maphash.String(seed, a.text), maphash.String(seed, a.prompt)
		first, known := firsts[text]
		switch {
		case known && first.prompt != prompt:
			v.Report([]uint64{first.seq, a.asked, a.seq}, "two prompts were answered with the same words, which say nothing of either: %s", quote(a.text))
		case !known && len(firsts) < maxAnswers:
			firsts[text] = wording{prompt, a.seq}
		}
	})
}

// evades tells whether an answer says nothing of its prompt, though that asks for a figure and a reference. What
// is empty or an error is for other rules.
func (a answer) evades() bool {
	in := a.intent
	if in.Want == "" || in.Nonce == "" || a.prompt == "" || strings.Contains(a.text, in.Nonce) || states(a.text, in.Want) {
		return false
	}
	return strings.ContainsFunc(a.text, isWord) && errorText.find(a.text) == "" && !isErrorObject(a.text)
}
