package judge

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var startRules = []Rule{
	{
		ID: "lifecycle/rest-start", Hard: true, Source: "http.md 5.4",
		Says:  "An agent that is started over REST is really started, under an id of its own, or the answer says why not.",
		Hooks: Hooks{Exchange: start},
	},
	{
		ID: "lifecycle/started-agent", Hard: true, Source: "http.md 5.4",
		Says: "An agent that was started over REST stands in its user's status list and completes, and nothing else stands there. " +
			"Entries that the story did not start are advice where the target declares no shape.",
		State: startedAgents,
	},
}

// A start is what an agent's start was answered.
type startAnswer struct {
	Success bool   `json:"success"`
	AgentID string `json:"agent_id"`
	Message string `json:"message"`
}

// startOf reads the answer to a start, not ok if the exchange is none that was answered.
func startOf(x *history.Exchange) (a startAnswer, ok bool) {
	if x.Purpose != history.PurposeStart || !succeeded(x) || x.Cut != 0 {
		return a, false
	}
	return a, json.Unmarshal([]byte(x.Body), &a) == nil
}

func start(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	a, ok := startOf(x)
	if wanted(in) != 0 {
		return // infra rules
	}
	if !ok {
		if x.Purpose == history.PurposeStart && succeeded(x) && x.Cut == 0 && object(x) != nil {
			v.Report(v.Here(), "the answer to a start has members of another type than they must be: %s", quote(x.Body))
		}
		return // infra rules
	}
	fails := in != nil && in.Expect == history.Failure
	switch {
	case fails && a.Success:
		v.Report(v.Here(), "an agent was started although that cannot be (%s): %s", in.Why, quote(x.Body))
	case fails && a.Message == "":
		v.Report(v.Here(), "an agent was not started (%s), and the answer does not say why: %s", in.Why, quote(x.Body))
	case fails:
	case !a.Success:
		v.Report(v.Here(), "the agent was not started: %s", quote(x.Body))
	case a.AgentID == "":
		v.Report(v.Here(), "the started agent has no id: %s", quote(x.Body))
	case standsForNoStart(a.Message):
		v.Report(v.Here(), "nothing was started: %s", quote(a.Message))
	}
}

// standsForNoStart tells whether the message to a start is a canned one (http.md 5.4).
func standsForNoStart(message string) bool {
	word := openingWord(message)
	return strings.EqualFold(word, "mock") || strings.EqualFold(word, "fallback")
}

// A started agent and what the status list last said of it.
type started struct {
	user   *User
	id     string
	seq    uint64
	asked  uint64 // the last status list that should hold it
	status string // "" until it stood in one
	seen   uint64
	gaveUp uint64 // the note with which its user stopped waiting
}

// maxStarted bounds the agents that are followed.
const maxStarted = 4096

func startedAgents() Hooks {
	var agents []started
	return Hooks{
		Exchange: func(v *View) {
			if a, ok := startOf(v.Record.Exchange); ok && a.Success && a.AgentID != "" && v.User != nil && len(agents) < maxStarted {
				if slices.ContainsFunc(agents, func(s started) bool { return s.id == a.AgentID }) {
					v.Report(v.Here(), "agent id %s was given to two agents", quote(a.AgentID))
					return
				}
				agents = append(agents, started{user: v.User, id: a.AgentID, seq: v.Record.Seq})
			}
			listedAgents(v, agents)
		},
		Note: func(v *View) {
			if n := v.Record.Note; n == nil || n.Topic != history.TopicGaveUp || v.Session != nil {
				return
			}
			for i := range agents {
				if s := &agents[i]; s.user == v.User && s.asked != 0 {
					s.gaveUp = v.Record.Seq
				}
			}
		},
		End: func(v *View) {
			for _, s := range agents {
				v.User = s.user
				s.judge(v)
			}
			v.User = nil
		},
	}
}

// listedAgents takes in a status list.
func listedAgents(v *View, agents []started) {
	x := v.Record.Exchange
	if x.Purpose != history.PurposeStatus || !succeeded(x) || x.Cut != 0 || v.User == nil || wanted(v.Record.Intent) != 0 {
		return
	}
	var list []struct {
		AgentID string `json:"agent_id"`
		Status  string `json:"status"`
	}
	if json.Unmarshal([]byte(x.Body), &list) != nil {
		v.Report(v.Here(), "the status is not a list of agents: %s", quote(x.Body))
		return
	}
	only := askedAgent(x.URL)
	for i := range agents {
		if s := &agents[i]; s.user == v.User && (only == "" || only == s.id) {
			s.asked = v.Record.Seq
		}
	}
	for _, e := range list {
		i := slices.IndexFunc(agents, func(s started) bool { return s.user == v.User && s.id == e.AgentID })
		switch {
		case i >= 0:
			agents[i].status, agents[i].seen = strings.Clone(e.Status), v.Record.Seq
		case v.User.local != "" && v.names.runs[e.AgentID] == nil: // other stories of the one user start agents too
			v.ReportAs(v.Declared(), v.Here(), "the status lists agent %s, %s, which the story has not started", quote(e.AgentID), quote(e.Status))
		}
	}
}

// askedAgent is the agent that a status is asked about, "" if it is about all.
func askedAgent(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get("agent_id")
}

// judge judges how an agent ended. Of one whose status was never asked, and of a story that stopped for
// another reason than that it waited in vain, nothing is known.
func (s *started) judge(v *View) {
	switch {
	case s.asked == 0 || v.Stopped.Seq != 0 && s.gaveUp == 0:
	case s.seen == 0:
		v.Report([]uint64{s.seq, s.asked, s.gaveUp}, "agent %s was started and is in no status list", quote(s.id))
	case s.status != "completed":
		v.Report([]uint64{s.seq, s.seen, s.gaveUp}, "the last status of agent %s is %s", quote(s.id), quote(s.status))
	}
}
