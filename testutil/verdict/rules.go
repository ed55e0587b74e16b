package verdict

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// An accusation says which criteria a broken rule fails.
type accusation struct {
	rule string // "group/name", or "group/" for every other rule of the group
	// anywhere are those that it fails in whatever story it is broken, showing those that it fails where the story
	// shows them.
	anywhere, showing string
}

// accusations are the rules that speak of the platform's functions (deployment.md 7, column Fail). The criteria of
// health/, deployment/ and accumulation/ are the judge's own. What stands in none, such as hygiene/, makes its story
// red, and that alone keeps the decision from being PROCEED.
var accusations = []accusation{
	{"isolation/serialised", "", "F2"},
	{"isolation/", "F5", "F1 F2"},
	{"auth/identity", "F5", "F1 F2"},
	{"auth/one-identity", "F5", "F1 F2"},
	{"auth/one-user-only", "", ""}, // the configuration's fault
	{"auth/", "", "F1 F2 F3"},
	{"handshake/place-freed", "F2", ""},
	{"handshake/", "", "F1 F2 F3"},
	{"lifecycle/abandoned", "", ""}, // the story's own
	{"lifecycle/", "", "F1 F2 F3 F4"},
	{"events/", "F4", "F1 F3"},
	{"answer/", "", "F1 F2 F3"},
	{"threads/", "", "F1 F2"},
	{"latency/connect", "P1", ""},
	{"latency/answer", "P2", ""},
	{"infra/", "", "F1 F2 F3 F4"},
}

// unreached are the rules that say that the target could not be reached, or was not asked as it should be. They may
// be about the way to it, or about this machine, so that they fail nothing: what their story shows is not measured.
var unreached = []string{
	"infra/proxy", "infra/dns", "infra/tcp", "infra/tls", "infra/write", "infra/request", "infra/rate-limited", "infra/not-the-platform",
	"infra/incomplete", "infra/stopped", "infra/nothing-happened",
}

// neutral are infra/ rules that are about the evidence for other criteria.
var neutral = []string{judge.Unmeasured}

// fails tells whether a finding of a story that shows these criteria fails this one.
func fails(f judge.Finding, shows []string, criterion string) bool {
	if !f.Hard || slices.Contains(unreached, f.Rule) || slices.Contains(neutral, f.Rule) {
		return false
	}
	a := accusationBy(f.Rule)
	return listed(a.anywhere, criterion) || listed(a.showing, criterion) && slices.Contains(shows, criterion)
}

// accusationBy is the one of the rule or, if it has none, of its group.
func accusationBy(rule string) accusation {
	for _, a := range accusations {
		if a.rule == rule || strings.HasSuffix(a.rule, "/") && strings.HasPrefix(rule, a.rule) {
			return a
		}
	}
	return accusation{}
}

func listed(criteria, id string) bool { return slices.Contains(strings.Fields(criteria), id) }
