package staging

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

const turnRetry = 50 * time.Millisecond

// Share blocks while a story of any process of this machine has the remote target for itself, and then
// keeps all from having it until release is called. Waiting counts to no budget and is noted. The
// embedded target belongs to its process, so there Share does nothing. The error is why ctx ended, or
// that of the lock file.
func (t *Target) Share(ctx context.Context) (release func(), err error) {
	return t.hold(ctx, (*flock.Flock).TryRLock, "a story that provokes refusals")
}

// Exclude blocks until no process of this machine shares the remote target, or has it for itself, and
// then has it for the calling story alone until release is called. Otherwise it is as Share.
func (t *Target) Exclude(ctx context.Context) (release func(), err error) {
	return t.hold(ctx, (*flock.Flock).TryLock, "all other stories at the target")
}

func (t *Target) hold(ctx context.Context, try func(*flock.Flock) (bool, error), whom string) (release func(), err error) {
	if t.config.Target != config.Remote {
		return func() {}, nil
	}
	turn, err := t.take(ctx, try, "stories-"+fingerprint(strings.ToLower(hostOf(t.config.APIURL))), whom)
	if err != nil {
		return nil, fmt.Errorf("wait for %s on this machine: %w", whom, err)
	}
	return func() { _ = turn.Close() }, nil // the system ends it with the process at the latest
}

// takeTurn blocks until no other story of this machine, in whatever process, uses the one e-mail and
// password: the platform sends a user's events to all of the user's sessions, so two stories would see
// each other's runs. The turn lasts until the story closes its target. Waiting counts to no budget and
// is noted. The error is why ctx ended, or that of the lock file.
func (t *Target) takeTurn(ctx context.Context) error {
	name := "user-" + fingerprint(strings.ToLower(hostOf(t.config.AuthURL)), strings.ToLower(t.config.Email))
	turn, err := t.take(ctx, (*flock.Flock).TryLock, name, "the turn at the one user")
	if err != nil {
		return fmt.Errorf("wait until no other story of this machine uses TEST_USER_EMAIL (set E2E_OAUTH_SIMULATION_KEY for users of their own): %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn = turn
	return nil
}

// take tries for a lock file until it has it or ctx ends, and notes for whom it waited.
func (t *Target) take(ctx context.Context, try func(*flock.Flock) (bool, error), name, whom string) (*flock.Flock, error) {
	dir, err := stateDir()
	if err != nil {
		return nil, err
	}
	turn := flock.New(filepath.Join(dir, name+".lock"))
	start, waited := time.Now(), false
	for {
		mine, err := try(turn)
		if err == nil && mine {
			if waited {
				t.waitedFor(whom, start)
			}
			return turn, nil
		}
		if err == nil {
			waited = true
			err = rest(ctx, turnRetry)
		}
		if err != nil {
			_ = turn.Close() // not held
			if waited {
				t.waitedFor(whom, start)
			}
			return nil, err
		}
	}
}

func (t *Target) waitedFor(whom string, start time.Time) {
	t.note(history.Record{}, history.TopicWaited, fmt.Sprintf("%v for %s", time.Since(start).Round(time.Millisecond), whom))
}

// endTurn lets the next story have the one user.
func (t *Target) endTurn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.turn != nil {
		_ = t.turn.Close() // the system ends it with the process at the latest
		t.turn = nil
	}
}
