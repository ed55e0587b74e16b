package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

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
		Hooks: Hooks{Note: stopped},
	},
}

func nothingHappened(v *View) {
	if !v.Exchanged && len(v.Reasons) == 0 {
		v.Report(nil, "the history holds neither a network exchange nor a reason: the story did not touch the target")
	}
}

func incomplete(v *View) {
	if !v.Closing {
		v.Report(nil, "the history ends without being closed: the process was killed, or the file is damaged")
	}
}

// stopped leaves out what other rules say more exactly: a run without an outcome, a session without a
// welcome, a ping without a reply, one user only, a criterion that was not measured.
func stopped(v *View) {
	n := v.Record.Note
	if n == nil {
		return
	}
	switch n.Topic {
	case history.TopicGaveUp:
		if s := v.Session; v.Run == nil && (s == nil || s.Welcomed() && s.Ping.Seq == 0) {
			v.Report(v.Here(), "the story gave up waiting: %s", quote(n.Text))
		}
	case history.TopicStory, history.TopicInterrupted, history.TopicRefusal:
		v.Report(v.Here(), "the story stopped (%s): %s", n.Topic, quote(n.Text))
	}
}
