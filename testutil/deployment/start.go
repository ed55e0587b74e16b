package deployment

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	// maxMarkers is far more than the markers of as many instances as are looked at.
	maxMarkers = 2000
	// maxStart is how many entries are read of one start; a good one has some dozens.
	maxStart = 5000
	// moment is the precision with which the cloud shows times, that a limit may not cut off what it is from.
	moment = time.Microsecond
)

// Start reads how the instances of a revision started (deployment.md 4). It waits, at most rollout, until
// every instance of which a marker is seen, and at least the revision's MinInstances, said how its start
// ended; and then, until ingest has passed since the last of them said so, for what comes later than it was
// logged. Then it lists all that each instance logged up to its success marker, and apart from that what
// belongs to no instance or to one without a marker: again and again until two listings agree, or ingest
// has passed since it began to wait. Requests are in none of them, and nothing that an instance logged after
// it had started; of one that has not started all is listed.
//
// A start that fails, or does not end in time, is no error: the listings show it. Of more than
// fixtures.InstancesLooked instances the first are looked at; if others began while it was being deployed, the
// markers are marked as Left.
func (c *Cloud) Start(ctx context.Context, role string, r gcp.Revision, rollout, ingest time.Duration) error {
	words, err := markersFor(role)
	if err != nil {
		return err
	}
	var boots []boot
	for deadline := time.Now().Add(rollout); ; {
		if boots, _, err = c.markers(ctx, words, r, time.Time{}); err != nil {
			return err
		}
		if over(boots, r.MinInstances) || !time.Now().Before(deadline) {
			break
		}
		if err := c.wait(ctx, deadline); err != nil {
			return fmt.Errorf("await the start of %s: %w", r.Name, err)
		}
	}
	deadline := time.Now().Add(ingest)
	if err := c.rest(ctx, min(ingest, time.Until(lastOf(looked(boots)).Add(ingest)))); err != nil {
		return fmt.Errorf("await the log of %s: %w", r.Name, err)
	}
	return c.settled(ctx, words, r, deadline)
}

// PastStart reads the markers of the deployment of an earlier revision, as far as they still are in the
// log. It does not wait.
func (c *Cloud) PastStart(ctx context.Context, role string, r gcp.Revision) error {
	words, err := markersFor(role)
	if err != nil {
		return err
	}
	_, _, err = c.markers(ctx, words, r, r.Created.Add(fixtures.Deploying))
	return err
}

// settled reads markers and listings until nothing new has come in the time of a poll.
func (c *Cloud) settled(ctx context.Context, words markers, r gcp.Revision, deadline time.Time) error {
	var before map[entryID]int
	for {
		boots, entries, err := c.markers(ctx, words, r, time.Time{})
		if err != nil {
			return err
		}
		now := map[entryID]int{}
		count(now, entries)
		for _, listed := range listings(boots, r.MinInstances) {
			entries, err := c.start(ctx, r, listed)
			if err != nil {
				return err
			}
			count(now, entries)
		}
		if maps.Equal(before, now) || !time.Now().Before(deadline) {
			return nil
		}
		before = now
		if err := c.wait(ctx, deadline); err != nil {
			return fmt.Errorf("await the log of %s: %w", r.Name, err)
		}
	}
}

// An entryID is what makes an entry one.
type entryID struct {
	log, id string
	at      time.Time
}

func count(seen map[entryID]int, entries []gcp.Entry) {
	for _, e := range entries {
		seen[entryID{e.Log, e.ID, e.Time}]++
	}
}

// markers reads what says how far the starts of a revision came.
func (c *Cloud) markers(ctx context.Context, words markers, r gcp.Revision, until time.Time) ([]boot, []gcp.Entry, error) {
	about := history.Reading{Purpose: history.ReadMarkers, Service: r.Service, Revision: r.Name}
	filter := gcp.And(c.application(r, "", until), words.filter())
	entries, err := c.entries(ctx, about, filter, oldestFirst, maxMarkers, func(all []gcp.Entry) bool {
		boots := words.boots(all)
		return len(boots) > fixtures.InstancesLooked && !boots[fixtures.InstancesLooked].began.After(r.Created.Add(fixtures.Deploying))
	})
	return words.boots(entries), entries, err
}

// application matches what a revision logs, apart from requests.
func (c *Cloud) application(r gcp.Revision, instance string, until time.Time) gcp.Filter {
	scope := gcp.Scope{Region: c.Region, Service: r.Service, Revision: r.Name, Instance: instance, Since: r.Created, Until: until}
	return gcp.And(scope.Logs(), gcp.Not(gcp.OfLog(gcp.RequestLog)))
}

func (c *Cloud) start(ctx context.Context, r gcp.Revision, l startListing) ([]gcp.Entry, error) {
	about := history.Reading{Purpose: history.ReadStart, Service: r.Service, Revision: r.Name, Instance: l.instance}
	filter := c.application(r, l.instance, l.until)
	for _, b := range l.but {
		filter = gcp.And(filter, gcp.Not(gcp.Is("labels.instanceId", b.instance)))
	}
	return c.entries(ctx, about, filter, oldestFirst, maxStart, nil)
}
