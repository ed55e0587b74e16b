package staging

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const turnRetry = 50 * time.Millisecond

// takeTurn blocks until no other story of this machine, in whatever process, uses the one e-mail and
// password: the platform sends a user's events to all of the user's sessions, so two stories would see
// each other's runs. The turn lasts until the story closes its target. Waiting counts to no budget and
// is noted. The error is why ctx ended, or that of the lock file.
func (t *Target) takeTurn(ctx context.Context) error {
	dir, err := stateDir()
	if err != nil {
		return err
	}
	turn := flock.New(filepath.Join(dir, "user-"+fingerprint(strings.ToLower(hostOf(t.config.AuthURL)), strings.ToLower(t.config.Email))+".lock"))
	free, err := turn.TryLock()
	if err == nil && !free {
		start := time.Now()
		_, err = turn.TryLockContext(ctx, turnRetry)
		t.note(history.Record{}, history.TopicWaited, fmt.Sprintf("%v for the turn at the one user", time.Since(start).Round(time.Millisecond)))
	}
	if err != nil {
		_ = turn.Close() // not held
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("wait until no other story of this machine uses TEST_USER_EMAIL (set E2E_OAUTH_SIMULATION_KEY for users of their own): %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn = turn
	return nil
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
