package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// two is a story of two users of whom a asks, and something reaches b.
func two(tell func(a *job, b *conn)) func(*story) {
	return func(s *story) {
		a, b := s.user().connect(), s.user().connect()
		j := a.ask()
		tell(j, b)
		a.shut()
		b.shut()
	}
}

// leakTo sends the last frame to b as well.
func leakTo(b *conn) { b.raw(b.records[len(b.records)-1].Frame, "") }

func intruding(in *history.Intent) { in.Expect, in.NeedsTool, in.Want = history.Failure, false, "" }

func underRun(in *history.Intent) { in.Want, in.NeedsTool = "", true }

// spoofed is a story of a user who asks under the ids of another, who got an answer before; ask makes the
// intent, tell says what comes of it.
func spoofed(ask func(*history.Intent), tell func(victim, thief *job)) func(*story) {
	return func(s *story) {
		victim := s.user().connect().ask().whole()
		c := s.user().connect()
		thief := c.ask(ask, func(in *history.Intent) { in.Spoofs, in.Why = victim.person.label, "ids of another user" })
		prompt := s.records[len(s.records)-1]
		prompt.Frame = strings.NewReplacer(thief.run, victim.run, thief.thread, victim.thread).Replace(prompt.Frame)
		decode(prompt)
		tell(victim, thief)
		victim.shut()
		c.shut()
	}
}

// denied is the error frame that refuses a thread (websocket.md 4.4).
func (j *job) denied() { j.recv(obj{"type": "error", "message": "Access denied to thread"}, j.label) }

// octoberSilence is a story of a user who asks in October on the thread of another, and hears nothing.
func octoberSilence(ask func(*history.Intent)) func(*story) {
	return func(s *story) {
		s.header.Target.Dialect = "october"
		a := s.user().connectOctober("thread_cli_31_0000000a")
		a.octoberJob("thread_cli_31_0000000a", a).whole()
		b := s.user().connectOctober("thread_cli_31_0000000b")
		claims := func(in *history.Intent) { in.Spoofs, in.Why = a.person.label, "thread of another user" }
		b.ask(ask, claims, onThread("thread_cli_31_0000000a")).gaveUp("the first event of the run")
		a.shut()
		b.shut()
	}
}

// spiedChat is a story in which a user asks for the chat of another's thread, with that answer.
func spiedChat(status int, body string) func(*story) {
	return two(func(a *job, b *conn) {
		a.whole()
		x := get("/api/chat/messages?thread_id="+a.thread, body)
		x.Purpose, x.Status = history.PurposeMessages, status
		b.http(x, &history.Intent{Spoofs: a.person.label, Why: "lists the chat of a thread"})
	})
}

var foreign = &history.Intent{Expect: "403", Spoofs: "u2", Why: "foreign thread"}

var isolationTrials = []trial{
	{name: "an event misrouted to another user", tell: two(func(a *job, b *conn) {
		a.started()
		leakTo(b)
		a.thinking().executing().executed().completed()
	}), hard: []string{"isolation/foreign-nonce", "isolation/foreign-run", "isolation/foreign-thread", "isolation/foreign-user", "isolation/stray"}},
	{name: "the nonce alone", hard: []string{"isolation/foreign-nonce"}, tell: two(func(a *job, b *conn) {
		a.whole()
		other := b.ask().started()
		other.thinking(set("metadata", "seen before: "+a.nonce)).executing().executed().completed()
	})},
	{name: "a nonce of nobody here", hard: []string{"isolation/foreign-nonce"}, tell: two(func(a *job, b *conn) {
		a.started().thinking(set("metadata", "QX7ZZZZZZZZZZ")).executing().executed().completed()
	})},
	{name: "a nonce of nobody here, from a language model", soft: []string{"isolation/foreign-nonce"}, tell: undeclared(two(func(a *job, b *conn) {
		a.started().thinking(set("metadata", "QX7ZZZZZZZZZZ")).executing().executed().completed()
	}))},
	{name: "a nonce that was cut", tell: two(func(a *job, b *conn) {
		a.started().thinking(set("metadata", a.nonce[:9]+"...")).executing().executed().completed()
	})},
	{name: "an event misrouted, and labelled with its own run", tell: two(func(a *job, b *conn) {
		a.started()
		b.raw(b.records[len(b.records)-1].Frame, a.label)
		a.thinking().executing().executed().completed()
	}), hard: []string{"isolation/foreign-nonce", "isolation/foreign-run", "isolation/foreign-thread", "isolation/foreign-user", "isolation/stray"}},
	{name: "a run that goes by the ids of another user's", hard: []string{"isolation/foreign-run", "isolation/foreign-thread"}, tell: two(func(a *job, b *conn) {
		a.whole()
		other := b.ask()
		prompt := b.records[len(b.records)-1]
		prompt.Frame = strings.NewReplacer(other.run, a.run, other.thread, a.thread).Replace(prompt.Frame)
		decode(prompt)
		other.run, other.thread = a.run, a.thread
		other.whole()
	})},
	{name: "the run id alone", hard: []string{"isolation/foreign-run"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.recv(obj{"type": "progress_update", "run_id": a.run, "timestamp": b.now()}, "")
	})},
	{name: "the thread alone", hard: []string{"isolation/foreign-thread"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.recv(obj{"type": "progress_update", "thread_id": a.thread, "timestamp": b.now()}, "")
	})},
	{name: "a user id under any key", hard: []string{"isolation/foreign-user"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.recv(obj{"type": "progress_update", "data": obj{"owner": a.subject}, "timestamp": b.now()}, "")
	})},
	{name: "an e-mail address", about: "who is u1", hard: []string{"isolation/foreign-user"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.recv(obj{"type": "progress_update", "data": obj{"message": "shared with " + a.email}, "timestamp": b.now()}, "")
	})},
	{name: "a user of another story", hard: []string{"isolation/foreign-user"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.recv(obj{"type": "progress_update", "data": obj{"message": "go-20250101-abcdefghjkmn@staging.netrasystems.ai"}, "timestamp": b.now()}, "")
	})},
	{name: "a user id without our mark", hard: []string{"isolation/foreign-user"}, tell: func(s *story) {
		a, b := s.user(), s.user()
		a.subject, b.subject = "3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611", "7a11c0de-52d4-4a07-9b1e-8c2d7f40a611"
		a.login("simulation")
		b.login("simulation")
		a.connect().shut()
		c := b.connect()
		c.recv(obj{"type": "progress_update", "data": obj{"owner": a.subject}, "timestamp": c.now()}, "")
		c.shut()
	}},
	{name: "a body with another user's thread", hard: []string{"isolation/foreign-thread", "isolation/foreign-user"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.http(get("/api/threads", `[{"id":"`+a.thread+`","metadata":{"user_id":"`+a.subject+`"}}]`), nil)
	})},
	{name: "a body with another user's message", hard: []string{"isolation/foreign-nonce"}, tell: two(func(a *job, b *conn) {
		a.whole()
		b.http(get("/api/chat/messages", `{"messages":[{"content":"quote `+a.nonce+`"}]}`), nil)
	})},
	{name: "a body with one's own, under a second login", tell: two(func(a *job, b *conn) {
		a.whole()
		b.person.email, b.person.subject = a.email, a.subject
		b.login("simulation")
		b.http(get("/api/threads", `[{"id":"`+a.thread+`","metadata":{"title":"`+a.nonce+`"}}]`), nil)
	})},
	{name: "a body with one's own", tell: two(func(a *job, b *conn) {
		a.whole()
		a.http(get("/api/threads", `[{"id":"`+a.thread+`","metadata":{"user_id":"`+a.subject+`","title":"`+a.nonce+`"}}]`), nil)
	})},
	{name: "an idle listener hears something", hard: []string{"isolation/idle-listener"}, tell: func(s *story) {
		c := s.user().dial(&history.Intent{Listens: true}).opened().welcomed()
		c.recv(obj{"type": "agent_thinking", "thought": "Comparing the buckets.", "timestamp": c.now()}, "")
		c.shut()
	}},
	{name: "an event of no run", hard: []string{"isolation/stray"}, tell: func(s *story) {
		c := s.user().connect()
		c.ask().whole()
		c.recv(obj{"type": "agent_thinking", "thought": "Comparing the buckets.", "timestamp": c.now()}, "")
		c.shut()
	}},
	{name: "a claimed id is believed", hard: []string{"isolation/claimed-id", "isolation/foreign-user"}, tell: func(s *story) {
		victim := s.user()
		thief := s.user().connect().ask(func(in *history.Intent) { in.Spoofs, in.Why = victim.label, "user_id in the message" })
		stolen := set("user_id", victim.subject)
		thief.started(stolen).thinking(stolen).executing(stolen).executed(stolen).completed(stolen).shut()
	}},
	{name: "a claimed id is ignored", tell: func(s *story) {
		victim := s.user()
		s.user().connect().ask(func(in *history.Intent) { in.Spoofs = victim.label }).whole().shut()
	}},
	{name: "a foreign thread is refused", tell: spoofed(failing, func(victim, thief *job) { thief.denied() })},
	{name: "a foreign thread is refused by its id", tell: spoofed(failing, func(victim, thief *job) {
		thief.recv(obj{"type": "error", "message": "Access denied to thread", "thread_id": victim.thread}, thief.label)
	})},
	{name: "a foreign thread is not found by its id", soft: []string{"isolation/claimed-id"}, tell: undeclared(two(func(a *job, b *conn) {
		a.whole()
		x := get("/api/threads/"+a.thread, `{"detail":"No thread `+a.thread+`"}`)
		x.Purpose, x.Status = history.PurposeThread, 404
		b.http(x, &history.Intent{Expect: "403", Spoofs: a.person.label, Why: "foreign thread"})
	}))},
	{name: "a refusal with another foreign thread", hard: []string{"isolation/foreign-thread"}, tell: two(func(a *job, b *conn) {
		a.whole()
		x := get("/api/threads/thread_of_nobody", `{"detail":"Try `+a.thread+`"}`)
		x.Purpose, x.Status = history.PurposeThread, 403
		b.http(x, &history.Intent{Expect: "403", Spoofs: a.person.label, Why: "foreign thread"})
	})},
	{name: "the chat of a foreign thread is empty", tell: spiedChat(200, `{"messages":[],"total_count":0}`)},
	{name: "the chat of a foreign thread is refused", tell: undeclared(spiedChat(403, `{}`))},
	{name: "there is no chat", tell: undeclared(spiedChat(404, `{"detail":"Not Found"}`))},
	{name: "a foreign thread runs an agent", hard: []string{"isolation/claimed-id"}, about: "asked for what is u1's", tell: spoofed(failing, func(victim, thief *job) {
		thief.started().thinking().failed()
	})},
	{name: "a foreign thread is answered", hard: []string{"isolation/claimed-id", "isolation/foreign-thread", "lifecycle/fails-once"}, tell: spoofed(failing, func(victim, thief *job) {
		thief.thread = victim.thread
		thief.started().thinking().completed()
	})},
	{name: "a foreign thread is ignored, nothing declared", soft: []string{"isolation/claimed-id", "lifecycle/fails-once"}, tell: undeclared(spoofed(failing, func(victim, thief *job) {
		thief.whole()
	}))},
	{name: "a foreign thread is ignored without a word of it, and its owner reads hers, nothing declared", soft: []string{"events/fields", "isolation/claimed-id", "lifecycle/fails-once"}, tell: undeclared(spoofed(intruding, func(victim, thief *job) {
		thief.started(del("thread_id")).thinking(del("thread_id")).completed(del("thread_id"))
		book{victim.person}.reads(victim.thread, "", keptRun(victim))
	}))},
	{name: "a foreign thread is answered, nothing declared", hard: []string{"isolation/foreign-thread"}, soft: []string{"isolation/claimed-id", "lifecycle/fails-once"}, tell: undeclared(spoofed(failing, func(victim, thief *job) {
		thief.thread = victim.thread
		thief.whole()
	}))},
	{name: "a foreign thread is ignored", hard: []string{"isolation/claimed-id", "lifecycle/fails-once"}, tell: spoofed(failing, func(victim, thief *job) {
		thief.whole()
	})},
	{name: "a foreign thread is met with silence in October, nothing declared", soft: []string{"lifecycle/silence"}, tell: undeclared(octoberSilence(failing))},
	{name: "a foreign thread is met with silence in October", hard: []string{"lifecycle/silence"}, tell: octoberSilence(failing)},
	{name: "a foreign thread is met with silence in September, nothing declared", hard: []string{"lifecycle/silence"}, tell: undeclared(spoofed(failing, func(victim, thief *job) {
		thief.gaveUp("the first event of the run")
	}))},
	{name: "a foreign run id is met with silence in October, nothing declared", hard: []string{"lifecycle/silence"}, tell: undeclared(octoberSilence(underRun))},
	{name: "a claim is refused", hard: []string{"lifecycle/failed"}, tell: spoofed(underRun, func(victim, thief *job) { thief.denied() })},
	{name: "a claim is refused, nothing declared", soft: []string{"lifecycle/failed"}, tell: undeclared(spoofed(underRun, func(victim, thief *job) { thief.denied() }))},
	{name: "a claim is refused twice, nothing declared", hard: []string{"lifecycle/one-outcome"}, soft: []string{"lifecycle/failed"}, tell: undeclared(spoofed(underRun, func(victim, thief *job) {
		thief.failed().failed()
	}))},
	{name: "a foreign run id is replaced", tell: spoofed(underRun, func(victim, thief *job) { thief.whole() })},
	{name: "a foreign run id is taken over", hard: []string{"isolation/foreign-run"}, tell: spoofed(underRun, func(victim, thief *job) {
		thief.run = victim.run
		thief.whole()
	})},
	{name: "a foreign run id sends the answer to its owner", hard: []string{"isolation/foreign-nonce", "isolation/foreign-run", "isolation/foreign-thread", "isolation/foreign-user", "isolation/stray"}, tell: spoofed(underRun, func(victim, thief *job) {
		thief.started()
		leakTo(victim.conn)
		thief.thinking().executing().executed().completed()
	})},
	{name: "a foreign run id sends the answer to its owner, as the owner's run", hard: []string{"events/thread", "isolation/foreign-nonce", "isolation/foreign-thread", "isolation/foreign-user", "lifecycle/one-outcome"}, tell: spoofed(underRun, func(victim, thief *job) {
		thief.started().thinking()
		frame := thief.records[len(thief.records)-1].Frame
		victim.conn.raw(strings.ReplaceAll(frame, thief.run, victim.run), victim.label)
		thief.executing().executed().completed()
	})},
	{name: "the extra pair of the bridge comes when the session is gone", tell: func(s *story) {
		u := s.user()
		j := u.connect().ask().whole()
		j.conn.shut()
		u.connect().settled()
		j.by("supervisor").started().completed()
		u.sessions[0].shut()
	}},
	{name: "another event comes when the session is gone", hard: []string{"isolation/stray"}, tell: func(s *story) {
		u := s.user()
		j := u.connect().ask().whole()
		j.conn.shut()
		u.connect()
		j.by("supervisor").thinking()
		u.sessions[0].shut()
	}},
	{name: "a session whose frames take longer hears the run when its own session is gone", tell: func(s *story) {
		u := s.user()
		c, slow := u.connect(), u.dial(nil).opened()
		j := c.ask().whole()
		c.shut()
		slow.welcomed()
		j.whole()
		slow.settled().shut()
	}},
	{name: "another user's thread is served", hard: []string{"isolation/claimed-id"},
		tell: answered(200, `{"messages":[]}`, &history.Intent{Expect: "403", Spoofs: "u2", Why: "foreign thread"})},
	{name: "another user's thread is refused otherwise", hard: []string{"infra/server-error", "isolation/claimed-id"},
		tell: answered(500, `{}`, &history.Intent{Expect: "403", Spoofs: "u2", Why: "foreign thread"})},
	{name: "another user's thread is refused", tell: answered(403, `{}`, foreign)},
	{name: "another user's thread is not found", hard: []string{"isolation/claimed-id"}, tell: answered(404, `{}`, foreign)},
	{name: "another user's thread is not found, nothing declared", soft: []string{"isolation/claimed-id"}, tell: undeclared(answered(404, `{}`, foreign))},
	{name: "another user's thread is refused by the edge, nothing declared", hard: []string{"isolation/claimed-id"}, tell: undeclared(answered(403, `<html>`, foreign))},
	{name: "two logins of one person", tell: func(s *story) {
		a := s.user()
		b := s.user()
		b.email, b.subject = a.email, a.subject
		b.login("simulation")
		c, d := a.connect(), b.connect()
		j := c.ask().started()
		leakTo(d)
		j.thinking().executing().executed().completed()
		leakTo(d)
		b.http(get("/api/threads", `[{"id":"`+j.thread+`","title":"`+j.nonce+`","metadata":{"user_id":"`+a.subject+`"}}]`), nil)
		c.shut()
		d.shut()
	}},
}
