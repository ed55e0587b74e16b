package replay

import (
	"context"
	"errors"

	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// An UntoldError says what a replay cannot do although the story did it.
type UntoldError struct{ What string }

func (e *UntoldError) Error() string { return "cannot be told again: " + e.What }

// tolerable is the error of a wait that may be in vain, which the history says.
func tolerable(err error) error {
	if wait := (*staging.WaitError)(nil); errors.As(err, &wait) && wait.Cause == nil {
		return nil
	}
	return err
}

// controls are the messages that ask for a reply of their own, by their types.
var controls = map[string]func(thread string) onSession{
	"ping":           func(string) onSession { return plainly((*staging.Session).Ping) },
	"heartbeat":      func(string) onSession { return plainly((*staging.Session).Heartbeat) },
	"connect":        func(string) onSession { return plainly((*staging.Session).Announce) },
	"disconnect":     func(string) onSession { return plainly((*staging.Session).Disconnect) },
	"typing_started": func(thread string) onSession { return typing(thread, true) },
	"typing_stopped": func(thread string) onSession { return typing(thread, false) },
}

func plainly(do func(*staging.Session, context.Context) error) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return do(s, ctx) }
}

func typing(thread string, started bool) onSession {
	return func(ctx context.Context, s *staging.Session, p *player) error {
		return s.Typing(ctx, p.ids.in(thread), started)
	}
}

func provocation(wrong staging.Provocation) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return s.Provoke(ctx, wrong) }
}

func burst(n int) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error { return s.Burst(ctx, n) }
}

// leave closes a session, politely or not.
func leave(politely bool) onSession {
	return func(ctx context.Context, s *staging.Session, _ *player) error {
		if politely {
			return s.Close(ctx)
		}
		s.Abort()
		return nil
	}
}

// leaveUnbroken closes a session on which nothing failed.
func leaveUnbroken(session string) func(context.Context, *player) error {
	return func(ctx context.Context, p *player) error {
		if p.failed(func(a *Act) bool { return a.Session == session }) {
			return nil
		}
		return leave(true).at(session)(ctx, p)
	}
}

// idle waits for a sign of life. Whether there has to be one is for the judge.
func idle(session string) func(context.Context, *player) error {
	return onSession(func(ctx context.Context, s *staging.Session, _ *player) error { return tolerable(s.Idle(ctx)) }).at(session)
}
