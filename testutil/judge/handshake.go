package judge

import "github.com/netra-systems/staging-e2e/testutil/history"

var handshakeRules = []Rule{
	{
		ID: "handshake/first-frame", Hard: true, Source: "websocket.md 2.3, 2.6",
		Says:  "What a session hears before its welcome is no error.",
		Hooks: Hooks{Frame: errorFirst},
	},
	{
		ID: "handshake/order", Hard: true, Source: "websocket.md 2.1, V1",
		Says:  "A session hears its welcome before any event of a run.",
		Hooks: Hooks{Frame: eventFirst},
	},
	{
		ID: "handshake/no-welcome", Hard: true, Source: "websocket.md V1",
		Says:  "A session that was opened is welcomed within the connect budget.",
		Hooks: Hooks{SessionEnd: noWelcome},
	},
	{
		ID: "handshake/refused", Hard: true, Source: "websocket.md 2.3, 3.8",
		Says:  "A session with a good token is not closed instead of being welcomed; 1011 straight away is a failure of the product.",
		Hooks: Hooks{SessionEnd: refused},
	},
	{
		ID: "handshake/closed", Hard: true, Source: "websocket.md 3.8, V8; 2.3",
		Says:  "The target does not close a session that nobody asked it to close.",
		Hooks: Hooks{SessionEnd: closed},
	},
	{
		ID: "handshake/provoked", Hard: true, Source: "websocket.md 4.4; issue #3, Bad frames",
		Says: "A message that is wrong on purpose gets what the reference says: an error and a session that stays, an ack, or a close frame " +
			"with one code; it starts no run. Another of these is advice where the target declares no shape; 1011, a cut and silence never are.",
		Hooks: Hooks{Reply: provoked, Note: provokedGivenUp, SessionEnd: provokedAtEnd},
	},
	{
		ID: "handshake/refusal", Hard: true, Source: "websocket.md 2.4, Server duties",
		Says:  "A session beyond the limit is refused as documented: an error frame, then close 1013.",
		Hooks: Hooks{SessionEnd: sessionRefusal(false)},
	},
	{
		ID: "handshake/subprotocol", Hard: true, Source: "websocket.md 3.3; RFC 6455, section 4.1",
		Says:  "The target chooses a subprotocol that was offered, or none.",
		Hooks: Hooks{Open: subprotocol},
	},
	{
		ID: "handshake/connection-id", Hard: true, Source: "websocket.md 7 (d)",
		Says:  "Every session has a connection id of its own.",
		Hooks: Hooks{Frame: connectionID},
	},
}

func errorFirst(v *View) {
	s := v.Session
	if s.Refusal != nil && s.Refusal.Seq == v.Record.Seq && !s.ExpectsRefusal() && !s.Intent.Recovers && !s.Intent.Freed && !isAuthCode(s.Refusal.Code) {
		v.Report(v.Here(s.OpenSeq), "error %s %s in place of a welcome", quote(s.Refusal.Code), quote(s.Refusal.Text))
	}
}

func eventFirst(v *View) {
	if s := v.Session; !s.Welcomed() && v.Event != nil && five(v.Event.Type) != 0 {
		v.Report(v.Here(s.OpenSeq), "%s arrived before the welcome", v.Event.Type)
	}
}

func noWelcome(v *View) {
	s := v.Session
	if s.Welcomed() || s.OpenSeq == 0 || s.ExpectsRefusal() || s.authRefused() {
		return
	}
	b := s.brokenBy()
	waited := b != nil && b.Step == history.StepWelcome
	if waited || s.Closed == nil || s.Closed.By == history.ByClient {
		v.Report(v.Here(s.DialSeq, s.OpenSeq, s.LastSeq), "no welcome %s after the upgrade, %d other frames", v.Now-s.OpenAt, s.Frames)
	}
}

func refused(v *View) {
	s := v.Session
	c := s.Closed
	if c == nil || s.Welcomed() || s.ExpectsRefusal() || s.authRefused() || s.stillFull() {
		return
	}
	if c.By == history.ByServer || c.By == history.ByDial && c.Code != 0 {
		v.Report(v.Here(s.DialSeq, s.OpenSeq, s.refusalSeq()), "instead of a welcome: %s", s.ending())
	}
}

func closed(v *View) {
	s := v.Session
	c := s.Closed
	if c == nil || c.By != history.ByServer || !s.Welcomed() || s.provokedEnd() != nil || s.Restarted != 0 || s.ExpectsRefusal() || s.OutOfAge() {
		return
	}
	v.Report(v.Here(s.WelcomeSeq, s.LastSeq), "the target closed the session after %s, %s: %s", s.ClosedAt-s.OpenAt, s.doing(), s.ending())
}

func subprotocol(v *View) {
	if o := v.Record.Opened; v.Session != nil && o != nil && o.Unoffered {
		v.Report(v.Here(v.Session.DialSeq), "the target chose subprotocol %s, which was not offered", quote(o.Subprotocol))
	}
}

func connectionID(v *View) {
	if s := v.Session; s.WelcomeSeq == v.Record.Seq && s.Twin != nil {
		v.Report(v.Here(s.Twin.WelcomeSeq), "sessions %s and %s both have connection id %s", s.Twin.Label, s.Label, quote(s.ConnectionID))
	}
}
