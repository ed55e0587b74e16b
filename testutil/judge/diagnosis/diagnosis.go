// Package diagnosis says of a red story which regressions of the catalogue look like it, and why.
//
// A Witness reads the history and collects signs: "upgrade:403", "run:no-completed", "connect:later".
// A sign is structural: it tells what was asked and what became of it, never an id or a text of the
// target, so that it is the same for a fault that nobody has catalogued. Rank compares the signs and
// the broken rules with what each entry of the catalogue says of itself. Both are pure, and nothing is
// trained: adding an entry to the catalogue is all that it takes to have it suspected.
package diagnosis

import (
	"errors"
	"io"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// Of reads a history to its end and returns whom its signs and findings make suspect, the most likely
// first; nil where nothing looks like it. What a damaged history held counts; the error is the reader's.
func Of(r *history.Reader, findings []judge.Finding) ([]Suspect, error) {
	w := NewWitness(r.Header)
	for {
		next, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			suspects, unknown := w.Suspects(findings)
			return suspects, errors.Join(err, unknown)
		}
		w.Observe(next)
	}
}

// Suspects are the entries of the catalogue that look like what was seen and found. The error is that
// of the catalogue.
func (w *Witness) Suspects(findings []judge.Finding) ([]Suspect, error) {
	entries, err := regressions.All()
	if err != nil {
		return nil, err
	}
	return Rank(entries, w.Signs(), findings), nil
}
