package judge

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Unmeasured is the rule that finds criteria that were not measured.
const Unmeasured = "infra/not-measured"

// storyRules judge the history itself: what did not happen cannot be green.
var storyRules = []Rule{
	{
		ID: "infra/nothing-happened", Hard: true, Source: "DESIGN.md, Record; catalogue README, rule 2",
		Says:  "A story exchanges something with the target, or says why it could not.",
		Hooks: Hooks{End: nothingHappened},
	},
	{
		ID: "infra/incomplete", Hard: true, Source: "DESIGN.md, The history",
		Says:  "A history is closed in order, so that what is missing from it did not happen.",
		Hooks: Hooks{End: incomplete},
	},
	{
		ID: "infra/stopped", Hard: true, Source: "DESIGN.md, There is no skip",
		Says:  "A story runs to its end.",
		State: stopped,
	},
	{
		ID: Unmeasured, Hard: true, Source: "DESIGN.md, There is no skip",
		Says:  "A story measures every criterion that it is about; one that may stay unmeasured, because the configuration names it, is advice.",
		Hooks: Hooks{Last: notMeasured},
	},
}

func nothingHappened(v *View) {
	if !v.Exchanged && len(v.Reasons) == 0 && v.Stopped.Seq == 0 {
		v.Report(nil, "the history holds neither a network exchange nor a reason: the story did not touch the target")
	}
}

// notMeasured speaks last, when every rule has said what evidence it lacks, and once of each criterion.
func notMeasured(v *View) {
	for _, c := range v.verdicts() {
		if c.Verdict == NotMeasured {
			v.ReportAs(!slices.Contains(v.Header.AllowUnmeasured, c.ID), c.Records, "%s is not measured: %s", line(c.ID), c.Reason)
		}
	}
}

func incomplete(v *View) {
	if !v.Closing {
		v.Report(nil, "the history ends without being closed: the process was killed, or the file is damaged")
	}
}

// A wait is one that was in vain and that no run, welcome or ping is missing for.
type wait struct {
	Remark
	user    *User
	session *Session
	known   int // hard findings about its session before
}

// stopped speaks last, and only of what no hard finding says more exactly. Of a wait that is one about
// its session that came since or, without a session, any about none, such as the exchange that broke.
func stopped() Hooks {
	var waits []wait
	return Hooks{
		Note: func(v *View) {
			if n := v.Record.Note; n != nil && n.Topic == history.TopicGaveUp && unexplained(v) && len(waits) < maxReasons {
				known := 0
				if v.Session != nil {
					known = v.Failures(v.Session)
				}
				waits = append(waits, wait{Remark{v.Record.Seq, n.Topic, strings.Clone(n.Text)}, v.User, v.Session, known})
			}
		},
		Last: func(v *View) {
			for _, w := range waits {
				if v.Failures(w.session) == w.known {
					v.User, v.Session = w.user, w.session
					v.Report([]uint64{w.Seq}, "the story gave up waiting: %s", quote(w.Text))
				}
			}
			v.User, v.Session = nil, nil
			if s := v.Stopped; s.Seq != 0 && !v.docket.explains() {
				v.Report([]uint64{s.Seq}, "the story stopped (%s): %s", s.Topic, quote(s.Text))
			}
		},
	}
}

// unexplained tells whether a wait that was in vain is one for which no rule is: those for the outcome
// of a run, a welcome, a heartbeat and a direct reply have theirs.
func unexplained(v *View) bool {
	s := v.Session
	return v.Run == nil && (s == nil || s.Welcomed() && v.Missed == nil && !v.Unheard)
}
