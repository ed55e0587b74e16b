package diagnosis

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// What stands in place of the status of an answer.
const (
	silent    = 0  // the target was asked, and no answer came
	unreached = -1 // the target was not asked
	none      = -2 // nothing was tried
)

// before are the steps at which nothing has come to the target yet.
var before = []history.Step{
	history.StepRequest, history.StepBanned, history.StepProxy, history.StepDNS, history.StepTCP, history.StepTLS,
}

// answered is the status of an answer, or what stands in its place.
func answered(status int, b *history.Broken) int {
	switch {
	case status != 0:
		return status
	case b != nil && slices.Contains(before, b.Step):
		return unreached
	}
	return silent
}

// A contact is whether a story reached its target, and whether it failed to.
type contact struct{ made, missed bool }

func (c *contact) take(r *history.Record) {
	status := none
	switch {
	case r.Kind == history.HTTP && r.Exchange != nil:
		status = answered(r.Exchange.Status, r.Exchange.Broken)
	case r.Kind == history.Close && r.Closed != nil && (r.Closed.Status != 0 || r.Closed.Broken != nil):
		status = answered(r.Closed.Status, r.Closed.Broken)
	case r.Kind == history.Open:
		status = silent
	}
	c.made = c.made || status >= silent
	c.missed = c.missed || status == unreached
}

// none tells whether something was tried, and all of it in vain.
func (c *contact) none() bool { return c.missed && !c.made }
