package staging

import (
	"context"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A cue is what a session counts of what it hears outside its runs, for those who wait for it.
type cue int

const (
	pong cue = iota
	heartbeatAcked
	connected
	disconnectAcked
	typingAcked
	acked
	refusedMessage
	alive
	cues
)

// cueEvents tell the cues apart and name them for who waits in vain: by the event's type, and by what
// a system_message acknowledges (websocket.md 4.3).
var cueEvents = [cues]struct {
	types  []string
	status string
	name   string
}{
	pong:            {[]string{wire.Pong}, "", "the pong"},
	heartbeatAcked:  {[]string{wire.HeartbeatAck}, "", "the heartbeat_ack"},
	connected:       {[]string{wire.SystemMessage}, "connected", `the system_message with status "connected"`},
	disconnectAcked: {[]string{wire.SystemMessage}, "disconnect_acknowledged", `the system_message with status "disconnect_acknowledged"`},
	typingAcked:     {[]string{wire.SystemMessage}, "typing_acknowledged", `the system_message with status "typing_acknowledged"`},
	acked:           {[]string{wire.Ack}, "", "the ack"},
	refusedMessage:  {[]string{wire.Error, wire.ConnectionErr, wire.SystemErr}, "", "the error frame"},
	alive:           {[]string{wire.Heartbeat, wire.Ping}, "", history.AwaitedHeartbeat},
}

// count takes an event that belongs to no run. Call with s.mu held.
func (s *Session) count(e *wire.Event) {
	for i := range cueEvents {
		if of := &cueEvents[i]; slices.Contains(of.types, e.Type) && (of.status == "" || of.status == e.Status) {
			s.heard[i]++
		}
	}
}

// listened returns how often each cue came so far.
func (s *Session) listened() [cues]uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// Ping asks for a pong and blocks until it comes, for the budget Reply at most. The error is a
// *WaitError or a *ClosedError. So it is with Heartbeat, Announce, Disconnect and Typing and the reply
// of each (websocket.md 4.3). An ack is no reply: it says that the target does not know the message.
func (s *Session) Ping(ctx context.Context) error {
	return s.request(ctx, wire.PingFrame(time.Now()), pong)
}

// Heartbeat asks for a heartbeat_ack.
func (s *Session) Heartbeat(ctx context.Context) error {
	return s.request(ctx, wire.HeartbeatFrame(time.Now()), heartbeatAcked)
}

// Announce says that the client is there, with a connect message.
func (s *Session) Announce(ctx context.Context) error {
	return s.request(ctx, wire.ConnectFrame(time.Now()), connected)
}

// Disconnect says that the client is about to leave. The session stays open: see Close.
func (s *Session) Disconnect(ctx context.Context) error {
	return s.request(ctx, wire.DisconnectFrame(time.Now()), disconnectAcked)
}

// Typing says that the user starts or stops typing on a thread.
func (s *Session) Typing(ctx context.Context, thread string, started bool) error {
	return s.request(ctx, wire.TypingFrame(thread, started, time.Now()), typingAcked)
}

// Idle sends nothing and blocks until the server shows that it is there, with a heartbeat or a ping of
// its own, for the budget Idle at most. The error is a *WaitError or a *ClosedError.
func (s *Session) Idle(ctx context.Context) error {
	return s.hear(ctx, alive, s.listened(), s.target.budgets.Idle)
}

// request sends a frame and waits for its reply.
func (s *Session) request(ctx context.Context, frame []byte, reply cue) error {
	before := s.listened()
	if err := s.write(&history.Record{}, frame); err != nil {
		return err
	}
	return s.hear(ctx, reply, before, s.target.budgets.Reply)
}

// hear waits for one more of a cue than there were before.
func (s *Session) hear(ctx context.Context, what cue, before [cues]uint32, budget time.Duration) error {
	err := s.within(ctx, budget, func() bool { return s.heard[what] > before[what] })
	return s.gaveUp(err, "", s.label, cueEvents[what].name, budget)
}
