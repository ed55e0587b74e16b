package judge

import (
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// These stories are legal and break no rule, not even a soft one.
func TestHealthyStories(t *testing.T) {
	run(t, []trial{
		{name: "one run", tell: func(s *story) { s.user().connect().ask().whole().shut() }},
		{name: "no tool", tell: func(s *story) { s.user().connect().ask(toolless).started().thinking().completed().shut() }},
		{name: "nested agents", tell: func(s *story) { s.user().connect().ask().full().shut() }},
		{name: "repeated thinking and tools", tell: func(s *story) {
			s.user().connect().ask().started().thinking().thinking().executing().executed().thinking().executing().executed().thinking().completed().shut()
		}},
		{name: "heartbeats in between", tell: func(s *story) {
			c := s.user().connect()
			beat := func() {
				c.recv(obj{"type": "heartbeat", "data": obj{"connection_id": "main_1"}, "timestamp": c.now()}, "")
			}
			j := c.ask()
			beat()
			j.started()
			beat()
			j.thinking().executing()
			beat()
			j.executed().completed()
			beat()
			c.shut()
		}},
		{name: "the bridge's extra pair, inside", tell: func(s *story) {
			j := s.user().connect().ask()
			j.by("supervisor").started()
			j.started().thinking().executing().executed().completed()
			j.by("supervisor").completed()
			j.shut()
		}},
		{name: "the bridge's extra pair, afterwards", tell: func(s *story) {
			j := s.user().connect().ask().whole()
			j.by("supervisor").started().completed()
			j.shut()
		}},
		{name: "two sessions of one user", tell: func(s *story) {
			u := s.user()
			a, b := u.connect(), u.connect()
			a.ask().whole()
			b.ask().whole()
			a.settled().shut()
			b.settled().shut()
		}},
		{name: "a session is on its way in when another ends", tell: func(s *story) {
			u := s.user()
			a := u.connect()
			j := a.ask().started().thinking().executing().executed()
			b := u.dial(nil)
			j.completed()
			a.shut()
			b.opened().welcomed()
			j.events-- // the same event
			j.sessions = []*conn{b}
			j.completed()
			b.shut()
		}},
		{name: "two users whose runs overlap", tell: func(s *story) {
			a, b := s.user().connect(), s.user().connect()
			x := a.ask().started()
			y := b.ask().started()
			x.thinking().executing()
			y.thinking().executing().executed()
			x.executed().completed()
			y.completed()
			a.shut()
			b.shut()
		}},
		{name: "two runs of one session overlap", tell: func(s *story) {
			c := s.user().connect()
			x, y := c.ask(), c.ask()
			x.started()
			y.started()
			x.thinking()
			y.thinking().executing()
			x.executing().executed()
			y.executed().completed()
			x.completed()
			c.shut()
		}},
		{name: "a run that must fail", tell: func(s *story) { s.user().connect().ask(failing).failed().shut() }},
		{name: "an error followed by success:false", tell: func(s *story) {
			s.user().connect().ask(failing).started().failed().completed(unsuccessful).shut()
		}},
		{name: "a retry", tell: func(s *story) {
			c := s.user().connect()
			j := c.ask().started().thinking().executing().executed().completed()
			again := *c.records[len(c.records)-1]
			frame := again.Frame[:len(again.Frame)-1] + `,"attempt":2}`
			c.raw(frame, j.label)
			c.shut()
		}},
		{name: "an idle listener", tell: func(s *story) {
			listener := s.user().dial(&history.Intent{Listens: true}).opened().welcomed()
			s.user().connect().ask().whole().shut()
			listener.settled().shut()
		}},
		{name: "a refused token", tell: func(s *story) {
			c := s.user().dial(refusal("flipped signature byte")).opened()
			c.recv(obj{"type": "error_message", "error_code": "AUTH_FAILED", "error_message": "Invalid token", "details": obj{}, "timestamp": c.now(), "recovery_suggestions": nil}, "")
			c.ended(history.Closed{By: history.ByServer, Code: 1008, Reason: "Authentication failed"})
		}},
		{name: "a token refused at the upgrade", tell: func(s *story) {
			s.user().dial(&history.Intent{Expect: "403", Token: "unsupported subprotocol"}).ended(history.Closed{
				By: history.ByDial, Status: 403, Broken: &history.Broken{Step: history.StepUpgrade, Error: "bad handshake"},
			})
		}},
		{name: "a conversation", tell: func(s *story) {
			c := s.user().connect()
			first := c.ask().whole()
			c.ask(func(in *history.Intent) { in.Thread = first.thread }).whole()
			c.shut()
		}},
		{name: "ten runs in a row", tell: func(s *story) {
			c := s.user().connect()
			for range 10 {
				c.ask().whole()
			}
			c.shut()
		}},
		{name: "ping and pong", tell: func(s *story) {
			c := s.user().connect()
			c.send(obj{"type": "ping"}, "", nil)
			c.recv(obj{"type": "pong", "data": obj{"timestamp": c.now(), "user_id": c.subject}, "timestamp": c.now()}, "")
			c.shut()
		}},
		{name: "cut at the platform's age", tell: func(s *story) {
			c := s.user().connect()
			c.ask().whole()
			c.wait(600 * time.Second)
			c.ended(history.Closed{By: history.ByNetwork, Broken: &history.Broken{Step: history.StepRead, Error: "EOF"}})
		}},
		{name: "REST", tell: func(s *story) {
			u := s.user()
			u.http(execution("The sum of the figures is 697 (reference QX7K3M9Q2X8P).", "success", ""), &history.Intent{Want: "697", Nonce: "QX7K3M9Q2X8P"})
			u.http(execution("", "error", "Agent nobody not found"), &history.Intent{Expect: history.Failure, Agent: "nobody"})
			verify := get("/auth/verify", `{"valid":true,"user_id":"`+u.subject+`","email":"`+u.email+`"}`)
			verify.Purpose = history.PurposeVerify
			u.http(verify, nil)
		}},
		{name: "the logged-out are refused", tell: func(s *story) {
			u := s.user()
			out := get("/auth/logout", `{"message":"Successfully logged out","status":"success"}`)
			out.Purpose = history.PurposeLogout
			u.http(out, nil)
			verify := get("/auth/verify", `{"valid":false,"error":"revoked"}`)
			verify.Purpose = history.PurposeVerify
			u.http(verify, nil)
			threads := get("/api/threads", `{"error":true}`)
			threads.Status = 401
			u.http(threads, &history.Intent{Expect: "401", Token: "logged out"})
		}},
		{name: "a malformed frame and its error", tell: func(s *story) {
			c := s.user().connect()
			r := c.send(obj{}, "", &history.Intent{Expect: history.Failure, Why: "malformed JSON"})
			r.Frame, r.Event = "{", nil
			c.recv(obj{"type": "error_message", "error_code": "JSON_PARSE_ERROR", "error_message": "Invalid JSON format", "timestamp": c.now()}, "")
			c.ask().whole()
			c.shut()
		}},
		{name: "a session left for another in the middle of a run", tell: func(s *story) {
			u := s.user()
			one := u.connect()
			two := u.connect()
			j := one.ask().started().thinking()
			one.shut()
			j.executing().executed().completed()
			two.settled().shut()
		}},
	})
}

func refusal(token string) *history.Intent {
	return &history.Intent{Expect: history.Refused, Token: token, Why: token}
}

func execution(response, status, failure string) history.Exchange {
	x := get("/api/agents/execute", render(obj{"status": status, "agent": "data", "response": response, "error": failure, "circuit_breaker_state": "CLOSED"}))
	x.Method, x.Purpose = "POST", history.PurposeExecute
	x.Request = render(obj{"type": "data", "message": "Please add up 412, 188 and 97 and quote my reference QX7K3M9Q2X8P."})
	return x
}

// The same stories are legal for a target that declares nothing.
func TestHealthyStoriesOfAnUndeclaredTarget(t *testing.T) {
	run(t, []trial{
		{name: "one run", tell: func(s *story) { s.auto().user().connect().ask().whole().shut() }},
		{name: "nested agents", tell: func(s *story) { s.auto().user().connect().ask().full().shut() }},
		{name: "thread id echoed as default", soft: []string{"isolation/foreign-thread"}, tell: func(s *story) {
			s.auto()
			for range 2 {
				j := s.user().connect().ask()
				j.thread = "default"
				j.whole().shut()
			}
		}},
	})
}
