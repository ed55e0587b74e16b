package judge

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// answerRules judge answers alike, whether they came over a session or over REST.
var answerRules = []Rule{
	answering("answer/empty", true, "An answer says something.", "websocket.md V7", empty),
	answering("answer/echo", true, "An answer is not the prompt said back.", "DESIGN.md, The rules; websocket.md 2.3", echo),
	{
		ID: "answer/canned", Hard: true, Source: "http.md 5.4; websocket.md V18",
		Says:  "An answer is made by an agent for this prompt: no default, mock or fallback text, and not the words that another prompt was answered with.",
		State: canned,
	},
	answering("answer/error", true, "An answer is not an error in disguise.", "catalogue README, rule 6", disguised),
	answering("answer/nonce", false, "An answer quotes the reference that the prompt asks it to quote. Hard where agents compute.", "DESIGN.md, The rules", unquoted),
	answering("answer/figure", false, "An answer states the figure that the prompt asks for. Hard where agents compute.", "DESIGN.md, The rules", wrongFigure),
	{
		ID: "answer/status", Hard: true, Source: "http.md 5.4",
		Says:  "A REST execution succeeds, or names what it could not do. One that takes too long ends with status timeout; another failure is advice, unless the target declares its shape, and so is that another agent answered.",
		Hooks: Hooks{Exchange: executeStatus},
	},
}

// An answer is what a prompt led to.
type answer struct {
	text, prompt string
	by           string // the way it came, in words
	intent       *history.Intent
	asked, seq   uint64 // the prompt and what answered it; asked is 0 if they are one record
}

// answering makes a rule that looks at every answer of a prompt that can succeed. flaw says what is
// wrong with it, "" if nothing is, and whether the target may be forgiven: the finding is soft then.
func answering(id string, hard bool, says, source string, flaw func(v *View, a answer) (flaw string, soft bool)) Rule {
	judge := func(v *View, a answer) {
		if wrong, soft := flaw(v, a); wrong != "" {
			v.ReportAs(!soft, []uint64{a.asked, a.seq}, "%s: %s", wrong, quote(a.text))
		}
	}
	return Rule{ID: id, Says: says, Source: source, Hard: hard, Hooks: onAnswers(judge)}
}

// onAnswers are the hooks that see every answer of a prompt that can succeed.
func onAnswers(judge func(v *View, a answer)) Hooks {
	return Hooks{
		Outcome: func(v *View) {
			if st := v.Stream; v.Run.Ended == st && st.Outcome == wire.Completed && !v.Run.ExpectsFailure() {
				judge(v, answer{st.Answer, v.Run.Prompt, "over a session", &v.Run.Intent, v.Run.SentSeq, st.AnswerSeq})
			}
		},
		Exchange: func(v *View) {
			if a, ok := restAnswer(v); ok {
				judge(v, a)
			}
		},
	}
}

// restAnswer returns the answer of a REST agent that claims to have succeeded.
func restAnswer(v *View) (answer, bool) {
	x, in := v.Record.Exchange, v.Record.Intent
	if !isExecution(x) || !succeeded(x) || in != nil && in.Expect != "" {
		return answer{}, false
	}
	a := answer{by: "of an execution", intent: &history.Intent{}, seq: v.Record.Seq}
	if v.Feed != nil {
		at, _ := v.Feed.outcome()
		if at < 0 || v.Feed.Events[at].Name != wire.AgentCompleted {
			return answer{}, false // lifecycle/stream
		}
		a.by, a.text = "of a stream", v.Feed.Events[at].Text
	} else {
		fields := object(x)
		if fields == nil || text(fields, "status") != "success" {
			return answer{}, false
		}
		a.text = first(text(fields, "response"), text(fields, "result"))
	}
	var request struct {
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(x.Request), &request) == nil {
		a.prompt = request.Message
	}
	if in != nil {
		a.intent = in
	}
	return a, true
}

func executeStatus(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	if x.Purpose != history.PurposeExecute || !succeeded(x) || wanted(in) != 0 {
		return
	}
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	got, failure := text(fields, "status"), text(fields, "error")
	expectsFailure := in != nil && in.Expect == history.Failure
	switch {
	case !expectsFailure && got != "success":
		v.Report(v.Here(), "the execution ended with status %s: %s", quote(got), quote(failure))
	case !expectsFailure && failure != "":
		v.Report(v.Here(), "the execution succeeded with the error %s", quote(failure))
	case expectsFailure && got == "success":
		v.Report(v.Here(), "the execution succeeded although it cannot (%s): %s", in.Why, quote(x.Body))
	case expectsFailure && failure == "":
		v.Report(v.Here(), "the execution failed (%s) with status %s and no error", in.Why, quote(got))
	case expectsFailure && !isAdvertised(in.Agent) && !strings.Contains(failure, in.Agent):
		v.Report(v.Here(), "the error of the execution does not name agent %s: %s", quote(in.Agent), quote(failure))
	}
	var request struct{ Type string }
	if said := text(fields, "agent"); json.Unmarshal([]byte(x.Request), &request) == nil && request.Type != "" && said != "" && !sameAgent(said, request.Type) {
		v.ReportAs(v.Declared(), v.Here(), "agent %s was asked, and agent %s says that it answered", quote(request.Type), quote(said))
	}
	if expectsFailure && delays(x) && got != "success" && got != "timeout" {
		v.ReportAs(v.Declared(), v.Here(), "the execution was to take too long (%s) and ended with status %s, want timeout: %s", in.Why, quote(got), quote(failure))
	}
}

// delays tells whether an execution asks its agent to rest (http.md 5.4).
func delays(x *history.Exchange) bool {
	var request struct {
		Seconds float64 `json:"simulate_delay"`
	}
	return json.Unmarshal([]byte(x.Request), &request) == nil && request.Seconds > 0
}

// isAdvertised tells whether every platform has the agent, so that it is not for its name that it fails;
// without a name nothing is to be named either.
func isAdvertised(agent string) bool {
	return agent == "" || slices.Contains(fixtures.AgentNames, agent)
}

func empty(_ *View, a answer) (string, bool) {
	if !strings.ContainsFunc(a.text, isWord) {
		return "the answer is empty", false
	}
	return "", false
}

func unquoted(v *View, a answer) (string, bool) {
	if a.intent.Nonce == "" || strings.Contains(a.text, a.intent.Nonce) {
		return "", false
	}
	return "the answer does not quote reference " + a.intent.Nonce, !v.Exact()
}

func wrongFigure(v *View, a answer) (string, bool) {
	if a.intent.Want == "" || states(a.text, a.intent.Want) {
		return "", false
	}
	return "the answer does not state " + a.intent.Want, !v.Exact()
}

// states tells whether the answer states the figure. Nearly all do so between blanks, which is quick
// to see.
func states(text, figure string) bool {
	return strings.Contains(text, " "+figure+" ") || prompts.Contains(text, figure)
}
