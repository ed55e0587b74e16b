package replay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// Cleaned is what became of one thread that was left.
type Cleaned struct {
	User, Thread string // Thread is "" where nobody knows which there are
	Gone         bool   // the target did not know it any more
	Err          error  // why it could not be archived
}

// String says it on one line.
func (c Cleaned) String() string {
	what := "archived"
	switch {
	case c.Thread == "":
		return fmt.Sprintf("%s: what she left is not known: %v", c.User, c.Err)
	case c.Err != nil:
		what = "NOT archived: " + c.Err.Error()
	case c.Gone:
		what = "was gone already"
	}
	return fmt.Sprintf("%s %s %s", c.User, c.Thread, what)
}

// ErrEmbedded is the error of a clean-up at an embedded target.
var ErrEmbedded = errors.New("nothing to clean up: the embedded target of the recording ended with its process")

// Clean logs the users in again and archives what they left. Of a story that was cut short it also asks the target
// which threads they have. What it does is recorded to the history of the options. The error joins those of what could
// not be archived.
func Clean(ctx context.Context, left Leftovers, o Options) ([]Cleaned, error) {
	if err := sameTarget(left.Header.Target, o.Config); err != nil {
		return nil, err
	}
	v, err := venue.Open(ctx, o.Config, venue.Shared)
	if err != nil {
		return nil, err
	}
	cleaned, err := clean(ctx, left, o, v)
	return cleaned, errors.Join(err, v.Close())
}

// sameTarget tells whether the recording is of the target that is configured.
func sameTarget(recorded history.Target, c config.Config) error {
	same := func(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }
	configured := "the embedded target"
	if c.Target == config.Remote {
		configured = fmt.Sprintf("%s with the users of %s", c.APIURL, c.AuthURL)
	}
	switch {
	case recorded.Kind == string(config.Embedded):
		return ErrEmbedded
	case c.Target != config.Remote || !same(c.APIURL, recorded.API) || !same(c.AuthURL, recorded.Auth):
		return fmt.Errorf("the recording is of %s with the users of %s, and the configuration names %s: set STAGING_TARGET=remote, STAGING_API_URL, STAGING_AUTH_URL and the other URLs to the target of the recording",
			recorded.API, recorded.Auth, configured)
	}
	return nil
}

func clean(ctx context.Context, left Leftovers, o Options, v *venue.Venue) (all []Cleaned, err error) {
	recorded := left.Header
	header := history.Header{
		Suite: staging.Version, Package: recorded.Package, Story: recorded.Story, Attempt: recorded.Attempt,
		Start: time.Now().UTC().Round(0), Target: v.Target.Describe(), Budgets: v.Target.Budgets(), Agent: v.Target.Agent(),
		Replays: recorded.Start,
	}
	log, err := history.Create(o.History, header, nil)
	if err != nil {
		return nil, err
	}
	target := v.Target.Record(log)
	for _, l := range left.Users {
		all = append(all, l.clean(ctx, target)...)
	}
	target.Close()
	var failed []error
	for _, c := range all {
		failed = append(failed, c.Err)
	}
	return all, errors.Join(append(failed, log.Close())...)
}

// clean archives what one user left.
func (l Left) clean(ctx context.Context, target *staging.Target) (all []Cleaned) {
	u, err := target.LoginAs(ctx, l.User, l.Email)
	if err == nil && !strings.EqualFold(u.Email(), l.Email) {
		err = fmt.Errorf("the threads are those of %s, and without E2E_OAUTH_SIMULATION_KEY only %s can log in", l.Email, u.Email())
	}
	threads := l.Threads
	if err == nil && l.Unsure {
		more, err := u.Threads(ctx)
		if err != nil {
			all = append(all, Cleaned{User: l.User, Err: err})
		}
		for _, t := range more {
			if !slices.Contains(threads, t.ID) {
				threads = append(threads[:len(threads):len(threads)], t.ID)
			}
		}
	}
	if err != nil && len(threads) == 0 {
		return []Cleaned{{User: l.User, Err: err}}
	}
	for _, thread := range threads {
		c := Cleaned{User: l.User, Thread: thread, Err: err}
		if err == nil {
			c.Gone, c.Err = archive(ctx, target, u, thread)
		}
		all = append(all, c)
	}
	return all
}

// archive archives a thread, and tells whether it was gone.
func archive(ctx context.Context, t *staging.Target, u *staging.User, thread string) (gone bool, err error) {
	_, err = t.Again(ctx, u, staging.Request{Exchange: history.Exchange{
		Purpose: history.PurposeArchive, Method: http.MethodDelete, Bearer: true,
		URL: t.Describe().API + "/api/threads/" + url.PathEscape(thread),
	}})
	if status := (*staging.StatusError)(nil); errors.As(err, &status) && status.Status == http.StatusNotFound {
		return true, nil
	}
	return false, err
}
