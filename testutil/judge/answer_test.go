package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

// saying is a run that is answered with a text. The text may use what the story knows of the run.
func saying(text func(*job) string) func(*story) {
	return prompted(func(j *job) { j.started().thinking().executing().executed().completedWith(text(j)) })
}

// said is a run whose prompt asks for nothing exact.
func said(text string) func(*story) {
	return func(s *story) {
		s.user().connect().ask(func(in *history.Intent) { in.Nonce, in.Want = "", "" }).
			started().thinking().executing().executed().completedWith(text).shut()
	}
}

func rest(response, status, failure string, in *history.Intent) func(*story) {
	return func(s *story) { s.user().http(execution(response, status, failure), in) }
}

var answerTrials = []trial{
	{name: "empty", hard: []string{"answer/empty", "events/fields"}, tell: said("")},
	{name: "blank", hard: []string{"answer/empty"}, tell: said(" … ")},
	{name: "the prompt itself", hard: []string{"answer/echo"}, tell: echoing("")},
	{name: "the prompt with a prefix", hard: []string{"answer/canned", "answer/echo"}, tell: echoing("Processed via factory pattern: ")},
	{name: "the prompt, then an answer", tell: echoing("You asked me this. I looked at all three buckets, compared their sizes with the March prices and found that media costs most: ")},
	{name: "the beginning of the prompt", hard: []string{"answer/echo"}, about: "the beginning", tell: said("Got it: \"Please add up the monthly storage figures and quote…\"")},
	{name: "the answer, and then the beginning of the prompt", tell: saying(func(j *job) string {
		return "The sum is " + j.want + " (reference " + j.nonce + "). You asked: \"Please add up the monthly storage figures and quote…\""
	})},
	{name: "the prompt taken up", tell: said("Please add up the monthly storage figures and you see that it is the sum of all three.")},
	{name: "mock", hard: []string{"answer/canned"}, tell: said("Mock triage agent response for: your figures")},
	{name: "fallback", hard: []string{"answer/canned"}, tell: said("Fallback data agent response: Successfully processed 'x' using recovery mechanism")},
	{name: "degraded", hard: []string{"answer/canned", "answer/error"}, tell: said("Degraded mode data response: Service unavailable, request acknowledged: x")},
	{name: "a default", hard: []string{"answer/canned"}, tell: said("Task completed")},
	{name: "a stub nobody catalogued", hard: []string{"answer/canned"}, tell: said("[stub] response of the agent")},
	{name: "one sentence for two prompts", hard: []string{"answer/canned", "answer/figure", "answer/nonce"}, about: "same words", tell: twice(being(courteous), being(courteous))},
	{name: "one sentence for two prompts, from a language model", hard: []string{"answer/canned"}, soft: []string{"answer/figure", "answer/nonce"}, tell: undeclared(twice(being(courteous), being(courteous)))},
	{name: "one sentence that quotes the reference, from a language model", soft: []string{"answer/figure"}, tell: undeclared(twice(quoting, quoting))},
	{name: "two sentences for two prompts, from a language model", soft: []string{"answer/figure", "answer/nonce"}, tell: undeclared(twice(being(courteous), being("I cannot see your bills.")))},
	{name: "one sentence for one prompt twice, from a language model", soft: []string{"answer/figure", "answer/nonce"}, tell: undeclared(func(s *story) {
		u := s.user()
		u.http(execution(courteous, "success", ""), exact())
		u.http(execution(courteous, "success", ""), exact())
	})},
	{name: "words that only look canned", tell: said("The default storage class is the cheapest of the three, and the fallback region costs 12 USD more.")},
	{name: "an exception", hard: []string{"answer/error"}, tell: said("AttributeError: 'coroutine' object has no attribute 'get'")},
	{name: "an error", hard: []string{"answer/error"}, tell: said("Error: Agent triage not found in registry")},
	{name: "a status", hard: []string{"answer/error"}, tell: said("403: Not authenticated")},
	{name: "an object with an error", hard: []string{"answer/error"}, tell: said(`{"error": "no such agent", "result": null}`)},
	{name: "an object with errors", hard: []string{"answer/error"}, tell: said(`{"errors": [{"message": "no such agent"}], "data": null}`)},
	{name: "problem details", hard: []string{"answer/error"}, tell: said(` {"type": "about:blank", "title": "Too Many Requests", "status": 429}`)},
	{name: "an object with no errors", tell: said(`{"errors": [], "status": "done", "data": {"sum": 697}}`)},
	{name: "an object with a status of success", tell: said(`{"status": 200, "sum": 697}`)},
	{name: "an object without an error", tell: said(`{"error": null, "result": "The sum is 697 USD."}`)},
	{name: "an answer about errors", tell: said("Of 503 requests, 12 had errors; the error rate is 2.4 percent, which is not a failure.")},
	{name: "no nonce", hard: []string{"answer/nonce"}, tell: saying(func(j *job) string { return "The sum of all the figures is " + j.want })},
	{name: "no figure", hard: []string{"answer/figure"}, tell: saying(func(j *job) string { return "The sum is 1 (reference " + j.nonce + ")" })},
	{name: "the figure inside another", hard: []string{"answer/figure"}, tell: saying(func(j *job) string { return "The sum is 7" + j.want + " (reference " + j.nonce + ")" })},
	{name: "neither, from a language model", soft: []string{"answer/figure", "answer/nonce"}, tell: undeclared(said2("I am glad to help you with that."))},

	{name: "REST: mock", hard: []string{"answer/canned"}, tell: rest("Mock data agent response for: x", "success", "", nil)},
	{name: "REST: empty", hard: []string{"answer/empty"}, tell: rest("", "success", "", nil)},
	{name: "REST: timeout", hard: []string{"answer/status"}, tell: rest("", "timeout", "too slow", nil)},
	{name: "REST: success with an error", hard: []string{"answer/status"}, tell: rest("The sum is 697 USD.", "success", "breaker open", nil)},
	{name: "REST: success of an unknown agent", hard: []string{"answer/status"}, tell: rest("The sum is 697 USD.", "success", "", &history.Intent{Expect: history.Failure, Agent: "nobody"})},
	{name: "REST: a failure that says nothing", hard: []string{"answer/status"}, tell: rest("", "error", "", &history.Intent{Expect: history.Failure, Agent: "nobody"})},
	{name: "REST: a failure that names another", hard: []string{"answer/status"}, tell: rest("", "error", "no agent", &history.Intent{Expect: history.Failure, Agent: "nobody"})},
	{name: "REST: of another agent", hard: []string{"answer/status"}, about: `agent "data" says`, tell: func(s *story) {
		s.user().http(changed(execution("The sum is 697 USD.", "success", ""), func(x *history.Exchange) {
			x.Request = render(obj{"type": "triage", "message": "Please add up 412, 188 and 97."})
		}), nil)
	}},
	{name: "REST: no figure", hard: []string{"answer/figure"}, tell: rest("The sum is 1 USD.", "success", "", &history.Intent{Want: "697"})},
}

func echoing(prefix string) func(*story) {
	return func(s *story) {
		j := s.user().connect().ask(func(in *history.Intent) { in.Nonce, in.Want = "", "" })
		prompt := s.records[len(s.records)-1].Event.Text
		j.started().thinking().executing().executed().completedWith(prefix + prompt).shut()
	}
}

// courteous says nothing of any prompt.
const courteous = "One of our specialists is going to look into this for you shortly."

func being(text string) func(*job) string { return func(*job) string { return text } }

func quoting(j *job) string { return courteous + " Your reference is " + j.nonce + "." }

// twice is two prompts and their answers.
func twice(first, second func(*job) string) func(*story) {
	return func(s *story) {
		c := s.user().connect()
		for _, text := range []func(*job) string{first, second} {
			j := c.ask()
			j.started().thinking().executing().executed().completedWith(text(j))
		}
		c.shut()
	}
}

// said2 is a run with an exact prompt that is answered with a text.
func said2(text string) func(*story) { return saying(func(*job) string { return text }) }
