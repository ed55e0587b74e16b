package staging

import (
	"context"
	"errors"
	"net/http"
)

// Archive archives every thread that a run of the story's users was on, so that the target keeps
// nothing of it but the users, who cannot be deleted. A thread that the target does not know (404) is
// fine. It goes on after an error and returns all of them.
func (t *Target) Archive(ctx context.Context) error {
	t.mu.Lock()
	users := t.users
	t.mu.Unlock()
	var failed []error
	for _, u := range users {
		threads := u.correlation.takeThreads()
		if len(threads) == 0 {
			continue
		}
		if err := u.revive(ctx); err != nil {
			failed = append(failed, err)
			continue
		}
		for _, thread := range threads {
			var status *StatusError
			err := u.archive(ctx, thread)
			if errors.As(err, &status) && status.Status == http.StatusNotFound {
				err = nil
			}
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// revive gets a new token for a user whose token is dead.
func (u *User) revive(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.kept() {
		return nil
	}
	return u.renew(ctx)
}
