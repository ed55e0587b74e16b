package judge

import (
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// brokenAt is a story whose first request breaks at a step.
func brokenAt(step history.Step, timeout bool) func(*story) {
	return func(s *story) {
		s.http(history.Exchange{Purpose: history.PurposeWarmUp, Method: "GET", URL: "http://127.0.0.1:2/health",
			Broken: &history.Broken{Step: step, Timeout: timeout, Error: "it broke"}}, nil)
		s.note(history.TopicStory, "the target cannot be reached")
	}
}

// dialBrokenAt is a story whose dial breaks at a step.
func dialBrokenAt(step history.Step) func(*story) {
	return func(s *story) {
		s.user().dial(nil).ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: step, Error: "it broke"}})
	}
}

// answered is a story with one exchange that is answered with a status.
func answered(status int, body string, in *history.Intent) func(*story) {
	return func(s *story) {
		x := get("/api/threads", body)
		x.Status = status
		s.user().http(x, in)
	}
}

// refusedUpgrade is a story whose upgrade is answered with a status.
func refusedUpgrade(status int, header map[string]string, body string) func(*story) {
	return func(s *story) {
		s.user().dial(nil).ended(history.Closed{
			By: history.ByDial, Status: status, Header: header, Body: body,
			Broken: &history.Broken{Step: history.StepUpgrade, Error: "bad handshake"},
		})
	}
}

var html = map[string]string{"Content-Type": "text/html; charset=UTF-8", "Server": "Google Frontend"}

var infraTrials = []trial{
	{name: "request", tell: brokenAt(history.StepRequest, false), hard: []string{"infra/request"}},
	{name: "proxy", tell: brokenAt(history.StepProxy, false), hard: []string{"infra/proxy"}},
	{name: "dns", tell: brokenAt(history.StepDNS, false), hard: []string{"infra/dns"}},
	{name: "tcp", tell: brokenAt(history.StepTCP, false), hard: []string{"infra/tcp"}},
	{name: "tls", tell: brokenAt(history.StepTLS, false), hard: []string{"infra/tls"}},
	{name: "write", tell: brokenAt(history.StepWrite, false), hard: []string{"infra/write"}},
	{name: "accepts and stays silent", tell: brokenAt(history.StepAnswer, true), hard: []string{"infra/no-answer"}, about: "budget had run out"},
	{name: "half a body", tell: brokenAt(history.StepBody, false), hard: []string{"infra/half-answer"}},

	{name: "dial: dns", tell: dialBrokenAt(history.StepDNS), hard: []string{"infra/dns"}},
	{name: "dial: tcp", tell: dialBrokenAt(history.StepTCP), hard: []string{"infra/tcp"}},
	{name: "dial: tls", tell: dialBrokenAt(history.StepTLS), hard: []string{"infra/tls"}},
	{name: "dial: no answer", tell: dialBrokenAt(history.StepAnswer), hard: []string{"infra/no-answer"}},
	{name: "half a frame", hard: []string{"infra/half-answer", "lifecycle/no-outcome"}, tell: func(s *story) {
		s.user().connect().ask().started().ended(history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepFrame, Error: "unexpected EOF"}})
	}},

	{name: "nobody reads", hard: []string{"infra/write", "lifecycle/no-outcome"}, tell: func(s *story) {
		s.user().connect().ask().started().ended(history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepWrite, Timeout: true, Error: "i/o timeout"}})
	}},

	{name: "upgrade 503", tell: refusedUpgrade(503, nil, `{"error":"service_not_ready"}`), hard: []string{"infra/upgrade-refused"}, about: "503 Service Unavailable by the application"},
	{name: "upgrade 404", tell: refusedUpgrade(404, nil, `{"detail":"Not Found"}`), hard: []string{"infra/upgrade-refused"}},
	{name: "upgrade 403 of the edge", tell: refusedUpgrade(403, html, "<html>Forbidden"), hard: []string{"infra/upgrade-refused"}, about: "the edge"},
	{name: "upgrade redirected", tell: refusedUpgrade(307, map[string]string{"Location": "https://elsewhere/"}, ""), hard: []string{"infra/upgrade-refused"}, about: "https://elsewhere/"},
	{name: "upgrade 429", tell: refusedUpgrade(429, map[string]string{"Retry-After": "600"}, ""), hard: []string{"infra/rate-limited"}},

	{name: "429", tell: answered(429, "", nil), hard: []string{"infra/rate-limited"}},
	{name: "banned", tell: brokenAt(history.StepBanned, false), hard: []string{"infra/rate-limited"}, about: "it broke"},
	{name: "dial: banned", tell: dialBrokenAt(history.StepBanned), hard: []string{"infra/rate-limited"}},
	{name: "a bad token, banned", hard: []string{"infra/rate-limited"}, tell: func(s *story) {
		s.user().dial(refusal("expired")).ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepBanned, Error: "until 10:10"}})
	}},
	{name: "banned throughout", hard: []string{"infra/rate-limited"}, tell: func(s *story) {
		u := s.user()
		x := get("/api/threads", "")
		x.Status, x.Header, x.Broken = 0, nil, &history.Broken{Step: history.StepBanned, Error: "until 10:10"}
		u.http(x, nil)
		u.http(x, &history.Intent{Expect: "401", Token: "none"})
		s.note(history.TopicStory, "the edge bans this machine")
	}},
	{name: "429 as asked for", tell: answered(429, "{}", &history.Intent{Expect: "429", Why: "beyond the limit"})},
	{name: "502", tell: answered(502, "<html>", nil), hard: []string{"infra/unavailable"}},
	{name: "503", tell: answered(503, "<html>", nil), hard: []string{"infra/unavailable"}},
	{name: "504", tell: answered(504, "", nil), hard: []string{"infra/unavailable"}},
	{name: "a cold start", soft: []string{"infra/unavailable"}, tell: func(s *story) { warmUp(s, 503); warmUp(s, 200) }},
	{name: "never warm", hard: []string{"infra/unavailable"}, soft: []string{"infra/unavailable"}, tell: func(s *story) { warmUp(s, 503); warmUp(s, 503) }},
	{name: "500", tell: answered(500, `{"error":"session_middleware_error"}`, nil), hard: []string{"infra/server-error"}},
	{name: "500 as asked for", tell: answered(500, `{"error":true}`, &history.Intent{Expect: "500", Why: "force_failure"})},
	{name: "307", tell: answered(307, "", nil), hard: []string{"infra/redirected"}},
	{name: "404", tell: answered(404, `{"detail":"Not Found"}`, nil), hard: []string{"infra/component-missing"}},
	{name: "405", tell: answered(405, `{"detail":"Method Not Allowed"}`, nil), hard: []string{"infra/component-missing"}},
	{name: "404 as asked for", tell: answered(404, `{"detail":"Not Found"}`, &history.Intent{Expect: "404"})},
	{name: "another status than asked for", tell: answered(500, `{}`, &history.Intent{Expect: "404", Why: "unknown thread"}), hard: []string{"infra/server-error", "infra/unexpected-status"}},
	{name: "success where it is not due", tell: answered(200, `{}`, &history.Intent{Expect: "422", Why: "no message"}), hard: []string{"infra/unexpected-status"}},
	{name: "a thread that was archived before", tell: func(s *story) {
		x := get("/api/threads/thread_chat_1", `{"detail":"Not Found"}`)
		x.Purpose, x.Method, x.Status = history.PurposeArchive, "DELETE", 404
		s.user().http(x, nil)
	}},
	{name: "422", tell: answered(422, `{"detail":[{"msg":"Field required"}]}`, nil), hard: []string{"infra/not-accepted"}},
	{name: "200 HTML", tell: answered(200, "<!DOCTYPE html><html>", nil), hard: []string{"infra/not-the-platform"}},
	{name: "200 and no JSON", tell: answered(200, "welcome", nil), hard: []string{"infra/not-the-platform"}},
	{name: "200 and half of a JSON", tell: answered(200, `{"a":`, nil), hard: []string{"infra/not-the-platform"}},
	{name: "200 and a JSON that was cut by us", tell: func(s *story) {
		x := get("/api/threads", `[{"id":`)
		x.Cut = 1 << 20
		s.user().http(x, nil)
	}},
	{name: "a stream of events", tell: func(s *story) {
		x := get("/api/agents/stream", "data: {}\n\n")
		x.Header = map[string]string{"content-type": "text/event-stream"}
		s.user().http(x, nil)
	}},

	{name: "cut while idle", hard: []string{"infra/cut"}, about: "while it was idle", tell: func(s *story) {
		s.user().connect().ended(history.Closed{By: history.ByNetwork})
	}},
	{name: "cut at four minutes", hard: []string{"infra/cut"}, tell: func(s *story) {
		c := s.user().connect()
		c.wait(240e9)
		c.ended(history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepRead, Error: "connection reset by peer"}})
	}},
	{name: "cut during a run", hard: []string{"infra/cut", "lifecycle/no-outcome"}, about: "during run u1.s1.r1", tell: func(s *story) {
		s.user().connect().ask().started().ended(history.Closed{By: history.ByNetwork})
	}},

	{name: "an empty history", hard: []string{"infra/nothing-happened"}, tell: func(*story) {}},
	{name: "a killed process", killed: true, hard: []string{"infra/incomplete"}, tell: func(s *story) { s.user().connect().ask().whole().shut() }},
	{name: "not measured", hard: []string{"infra/not-measured"}, about: "D4 is not measured: no log access", tell: func(s *story) { s.note(history.TopicNotMeasured, "D4: no log access") }},
	{name: "not measured, as allowed", soft: []string{"infra/not-measured"}, tell: func(s *story) {
		s.header.AllowUnmeasured = []string{"P3", "D4"}
		s.note(history.TopicNotMeasured, "D4: no log access")
	}},
	{name: "another criterion may be left out", hard: []string{"infra/not-measured"}, tell: func(s *story) {
		s.header.AllowUnmeasured = []string{"D"}
		s.note(history.TopicNotMeasured, "D4: no log access")
	}},
	{name: "interrupted", hard: []string{"infra/stopped"}, tell: func(s *story) { s.user(); s.note(history.TopicInterrupted, "SIGINT") }},
	{name: "stopped, and nothing else is wrong", hard: []string{"infra/stopped"}, about: "(story): \"want 6 agents\"", tell: func(s *story) { s.user(); s.note(history.TopicStory, "want 6 agents") }},
	{name: "stopped for several reasons", hard: []string{"infra/stopped"}, about: "(interrupted): \"SIGINT\"", tell: func(s *story) {
		s.user()
		s.note(history.TopicInterrupted, "SIGINT")
		s.note(history.TopicStory, "context canceled")
	}},
	{name: "stopped, with advice", hard: []string{"infra/stopped"}, soft: []string{"auth/expires-in"}, tell: func(s *story) {
		s.user().login("simulation").Login.ExpiresIn = 15 * time.Minute
		s.note(history.TopicStory, "want 6 agents")
	}},
	{name: "stopped after a hundred other notes", hard: []string{"infra/not-measured", "infra/stopped"}, tell: func(s *story) {
		s.user()
		for range 100 {
			s.note(history.TopicNotMeasured, "D4: no log access")
		}
		s.note(history.TopicStory, "want 6 agents")
	}},
	{name: "stopped without a packet", hard: []string{"infra/stopped"}, tell: func(s *story) { s.note(history.TopicRefusal, "it calls itself production") }},
	{name: "interrupted while it waited for a run", hard: []string{"lifecycle/silence"}, tell: prompted(func(j *job) {
		j.gaveUp("first event")
		j.story.note(history.TopicInterrupted, "deadline")
	})},
	{name: "a warm-up in vain", hard: []string{"infra/tcp"}, tell: func(s *story) {
		s.http(history.Exchange{Purpose: history.PurposeWarmUp, Method: "GET", URL: "http://127.0.0.1:2/health",
			Broken: &history.Broken{Step: history.StepTCP, Error: "it broke"}}, nil)
		s.note(history.TopicGaveUp, "warm-up: an answer")
		s.note(history.TopicStory, "the target cannot be reached")
	}},
	{name: "a wait of a session", hard: []string{"infra/stopped"}, tell: func(s *story) { s.user().connect().gaveUp("the end of the session").shut() }},
	{name: "a wait of a session, after another failure there", hard: []string{"infra/stopped", "lifecycle/unasked-error"}, tell: func(s *story) {
		c := s.user().connect()
		c.recv(obj{"type": "error_message", "error_code": "INTERNAL_ERROR", "error_message": "x", "timestamp": c.now()}, "")
		c.gaveUp("the end of the session").shut()
	}},
	{name: "a wait for an error that did not come", hard: []string{"handshake/provoked"}, tell: func(s *story) {
		c := s.user().connect()
		c.send(obj{}, "", &history.Intent{Expect: history.Failure, Why: "no type"})
		c.wait(time.Minute)
		c.gaveUp("an error").shut()
	}},
	{name: "waits of two sessions, one of them explained", hard: []string{"handshake/provoked", "infra/stopped"}, tell: func(s *story) {
		u := s.user()
		c, other := u.connect(), u.connect()
		c.send(obj{}, "", &history.Intent{Expect: history.Failure, Why: "no type"})
		c.wait(time.Minute)
		c.gaveUp("an error").shut()
		other.gaveUp("the end of the session").shut()
	}},
	{name: "a wait of no run", hard: []string{"infra/stopped"}, tell: func(s *story) { s.user(); s.note(history.TopicGaveUp, "readiness") }},
}

func warmUp(s *story, status int) {
	x := get("/health", `{"status":"healthy"}`)
	x.Purpose, x.Status, x.Bearer = history.PurposeWarmUp, status, false
	s.http(x, nil)
}

// gaveUp is a wait of the session, of none of its runs, that was in vain.
func (c *conn) gaveUp(what string) *conn {
	r := c.story.note(history.TopicGaveUp, what)
	r.User, r.Session = c.person.label, c.label
	return c
}
