package replay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// Cleaned is what became of one thread that was left.
type Cleaned struct {
	User, Thread string
	Gone         bool  // the target did not know it any more
	Err          error // why it could not be archived
}

// String says it on one line.
func (c Cleaned) String() string {
	what := "archived"
	switch {
	case c.Err != nil:
		what = "NOT archived: " + c.Err.Error()
	case c.Gone:
		what = "was gone already"
	}
	return fmt.Sprintf("%s %s %s", c.User, c.Thread, what)
}

// ErrEmbedded is the error of a clean-up at an embedded target.
var ErrEmbedded = errors.New("nothing to clean up: the embedded target of the recording ended with its process")

// Clean logs the users in again and archives what they left. What it does is recorded to the history of the
// options. The error joins those of what could not be archived.
func Clean(ctx context.Context, recorded history.Header, left []Left, o Options) ([]Cleaned, error) {
	switch here := strings.TrimSuffix(o.Config.APIURL, "/"); {
	case recorded.Target.Kind == string(config.Embedded):
		return nil, ErrEmbedded
	case o.Config.Target != config.Remote || here != strings.TrimSuffix(recorded.Target.API, "/"):
		return nil, fmt.Errorf("the recording is of %s, and the configuration is not: set STAGING_API_URL and the other URLs to that target", recorded.Target.API)
	}
	v, err := venue.Open(ctx, o.Config, venue.Shared)
	if err != nil {
		return nil, err
	}
	cleaned, err := clean(ctx, recorded, left, o, v)
	return cleaned, errors.Join(err, v.Close())
}

func clean(ctx context.Context, recorded history.Header, left []Left, o Options, v *venue.Venue) (all []Cleaned, err error) {
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
	var failed []error
	for _, l := range left {
		u, err := target.LoginAs(ctx, l.User, l.Email)
		if err == nil && !strings.EqualFold(u.Email(), l.Email) {
			err = fmt.Errorf("the threads are those of %s, and without E2E_OAUTH_SIMULATION_KEY only %s can log in", l.Email, u.Email())
		}
		for _, thread := range l.Threads {
			c := Cleaned{User: l.User, Thread: thread, Err: err}
			if err == nil {
				c.Gone, c.Err = archive(ctx, target, u, thread)
			}
			all = append(all, c)
			failed = append(failed, c.Err)
		}
	}
	target.Close()
	return all, errors.Join(append(failed, log.Close())...)
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
