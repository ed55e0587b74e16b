package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

var handshakeTrials = []trial{
	{name: "an error passes for a welcome", hard: []string{"handshake/first-frame", "handshake/refused"}, about: "1011 (server error)", tell: func(s *story) {
		c := s.user().dial(nil).opened()
		c.recv(obj{"type": "error_message", "data": obj{"error_code": "CONNECTION_ERROR", "error_message": "Connection error in main mode"}, "timestamp": c.now()}, "")
		c.ended(history.Closed{By: history.ByServer, Code: 1011, Reason: "main mode error"})
	}},
	{name: "closed right after 101", hard: []string{"handshake/refused"}, tell: func(s *story) {
		s.user().dial(nil).opened().ended(history.Closed{By: history.ByServer, Code: 1011})
	}},
	{name: "welcomed, then an error and 1011", hard: []string{"handshake/closed", "lifecycle/unasked-error"}, tell: func(s *story) {
		c := s.user().connect()
		c.recv(obj{"type": "error_message", "data": obj{"error_code": "CONNECTION_ERROR", "error_message": "x"}, "timestamp": c.now()}, "")
		c.ended(history.Closed{By: history.ByServer, Code: 1011, Reason: "main mode error"})
	}},
	{name: "closed with 1000 after the first message", hard: []string{"handshake/closed", "lifecycle/silence"}, tell: func(s *story) {
		s.user().connect().ask().ended(history.Closed{By: history.ByServer, Code: 1000, Reason: "main cleanup"})
	}},
	{name: "one session too many, refused as a server error", hard: []string{"handshake/refusal"}, tell: func(s *story) {
		s.user().dial(&history.Intent{Expect: history.Refused, Why: "session limit"}).opened().ended(history.Closed{By: history.ByServer, Code: 1011})
	}},
	{name: "one session too many, cut off without a word, nothing declared", soft: []string{"handshake/refusal"}, tell: func(s *story) {
		s.auto().user().dial(&history.Intent{Expect: history.Refused, Why: "session limit"}).opened().ended(history.Closed{By: history.ByServer, Code: 1013})
	}},
	{name: "no welcome, and the story gives up", hard: []string{"handshake/no-welcome"}, tell: func(s *story) {
		c := s.user().dial(nil).opened()
		r := s.note(history.TopicGaveUp, "the welcome")
		r.User, r.Session = c.person.label, c.label
		c.ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepWelcome, Timeout: true, Error: "no welcome"}})
	}},
	{name: "an event before the welcome", hard: []string{"handshake/order"}, tell: func(s *story) {
		u := s.user()
		one := u.connect()
		two := u.dial(nil).opened()
		j := one.ask(toolless).started()
		early := *s.records[len(s.records)-1]
		two.raw(early.Frame, early.Run)
		two.welcomed().shut()
		j.thinking().completed()
		one.shut()
	}},
	{name: "no welcome in time", hard: []string{"handshake/no-welcome"}, tell: func(s *story) {
		c := s.user().dial(nil).opened()
		c.wait(5e9)
		c.ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepWelcome, Timeout: true, Error: "no welcome"}})
	}},
	{name: "closed by the story before its welcome", hard: []string{"handshake/no-welcome"}, tell: func(s *story) { s.user().dial(nil).opened().shut() }},
	{name: "no welcome at the end", hard: []string{"handshake/no-welcome"}, tell: func(s *story) { s.user().dial(nil).opened() }},
	{name: "a subprotocol that was not offered", hard: []string{"handshake/subprotocol"}, tell: func(s *story) {
		c := s.user().dial(nil).opened()
		s.records[len(s.records)-1].Opened.Unoffered = true
		c.welcomed().shut()
	}},
	{name: "a connection id twice", hard: []string{"handshake/connection-id"}, tell: func(s *story) {
		for range 2 {
			s.user().dial(nil).opened().welcomed(set("data.connection_id", "main_06d1b7e2")).shut()
		}
	}},
}
