package faults

import (
	"context"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// emitting treats the events of runs in another way; next sends one on its way.
func (s *seams) emitting(treat func(next func(refstaging.Event), e refstaging.Event)) {
	around(&s.Hooks.Emitter.Emit, func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			treat(func(e refstaging.Event) { next(ctx, e) }, e)
		}
	})
}

// loses drops the events of which something is true.
func loses(dropped func(refstaging.Event) bool) fault {
	return func(s *seams) {
		s.emitting(func(next func(refstaging.Event), e refstaging.Event) {
			if !dropped(e) {
				next(e)
			}
		})
	}
}

// typed is true of events of some types.
func typed(types ...string) func(refstaging.Event) bool {
	return func(e refstaging.Event) bool { return slices.Contains(types, e.Type) }
}

// encoding changes the frames of some events.
func (s *seams) encoding(which func(refstaging.Event) bool, change func(e refstaging.Event, frame []byte) ([]byte, error)) {
	around(&s.Hooks.Emitter.Encode, func(next refstaging.Encode) refstaging.Encode {
		return func(e refstaging.Event) ([]byte, error) {
			frame, err := next(e)
			if err != nil || !which(e) {
				return frame, err
			}
			return change(e, frame)
		}
	})
}

// routing treats some messages of clients in another way, but never those of the October handshake.
func (s *seams) routing(which func(refstaging.Message) bool, treat func(next refstaging.Route, s *refstaging.Session, m refstaging.Message)) {
	around(&s.Hooks.Router.Route, func(next refstaging.Route) refstaging.Route {
		return func(session *refstaging.Session, m refstaging.Message) {
			if slices.Contains(handshakes, m.Type) || !which(m) {
				next(session, m)
				return
			}
			treat(next, session, m)
		}
	})
}

// swallows leaves some messages without any answer.
func swallows(which func(refstaging.Message) bool) fault {
	return func(s *seams) {
		s.routing(which, func(refstaging.Route, *refstaging.Session, refstaging.Message) {})
	}
}

// handshakes are the messages of websocket.md 2.5.
var handshakes = []string{"handshake_acknowledged", "session_acknowledged", "handshake_request", "session_request"}

// prompts are the messages that start a run (websocket.md 4.1).
var prompts = []string{
	"user_message", "chat_message", "message", "user", "user_input", "chat",
	"agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT",
}

func isPrompt(m refstaging.Message) bool { return slices.Contains(prompts, m.Type) }

// of is true of messages of some types.
func of(types ...string) func(refstaging.Message) bool {
	return func(m refstaging.Message) bool { return slices.Contains(types, m.Type) }
}

func anyMessage(refstaging.Message) bool { return true }
