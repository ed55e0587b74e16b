package judge

import (
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// brokenRules tell the steps apart at which an exchange or a dial can break. They hold for every
// exchange, the expected refusals included: a refusal is an answer.
var brokenRules = []Rule{
	broken("infra/request", "Every request of the story can be made.", history.StepRequest),
	broken("infra/proxy", "The proxy of the environment lets requests pass.", history.StepProxy),
	broken("infra/dns", "The names of the target resolve.", history.StepDNS),
	broken("infra/tcp", "The target accepts connections.", history.StepTCP),
	broken("infra/tls", "The target proves its name with a certificate that verifies.", history.StepTLS),
	broken("infra/write", "The target reads what it is sent.", history.StepWrite),
	broken("infra/no-answer", "The target answers every request within its budget.", history.StepAnswer),
	broken("infra/half-answer", "An answer that begins is sent to its end, a frame like a body.", history.StepBody, history.StepFrame),
}

func broken(id, says string, steps ...history.Step) Rule {
	return Rule{
		ID: id, Says: says, Hard: true, Source: "issue #2, Must hold; http.md 1",
		Hooks: Hooks{
			Exchange: func(v *View) {
				if x := v.Record.Exchange; x != nil && x.Broken != nil && slices.Contains(steps, x.Broken.Step) {
					v.Report(v.Here(), "%s broke at step %q%s: %s", what(x), x.Broken.Step, late(x.Broken), quote(x.Broken.Error))
				}
			},
			SessionEnd: func(v *View) {
				s := v.Session
				if b := s.brokenBy(); b != nil && s.Restarted == 0 && slices.Contains(steps, b.Step) {
					v.Report(v.Here(s.DialSeq, s.LastSeq), "the session to %s broke at step %q%s: %s", bounded(s.URL), b.Step, late(b), quote(b.Error))
				}
			},
		},
	}
}

// brokenBy is how the target or the network broke the session or its dial; nil if they did not.
func (s *Session) brokenBy() *history.Broken {
	if s.Closed == nil || s.Closed.By == history.ByClient {
		return nil
	}
	return s.Closed.Broken
}

func late(b *history.Broken) string {
	if b.Timeout {
		return " when its budget had run out"
	}
	return ""
}
