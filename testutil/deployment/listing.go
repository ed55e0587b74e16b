package deployment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/api/logging/v2"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A listing reads pages until there are no more, or enough.
type listing[T any] struct {
	about history.Reading
	most  int // items after which no further page is read
	page  func(ctx context.Context, token string) error
	parse func(body string) (items []T, next string, err error)
	left  func(all []T) bool // whether more is left than the pages that were not read; nil: no
}

// read records each page. If it leaves pages out, or left says so, the last one is marked.
func (l listing[T]) read(ctx context.Context, c *Cloud) ([]T, error) {
	var all []T
	way := trail{patience: c.Patience, news: time.Now()}
	for token := ""; ; {
		l.about.Page++
		reading, err := c.ask(ctx, l.about, func(ctx context.Context) error { return l.page(ctx, token) })
		if err != nil {
			return nil, err
		}
		items, next, err := l.parse(reading.Body)
		so := append(all, items...)
		last := next == "" || len(so) >= l.most
		reading.Left = last && (next != "" || l.left != nil && l.left(so))
		c.record(reading)
		if err == nil { // again, now that its secrets are replaced
			items, _, err = l.parse(reading.Body)
		}
		all = append(all, items...)
		if err == nil && last {
			return all, nil
		}
		if err == nil {
			err = way.follow(next, len(items))
		}
		if err == nil && token == next { // it has not come further, and may yet
			err = c.wait(ctx, time.Now().Add(c.Poll))
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", l.about.Purpose, subject(&l.about), err)
		}
		token = next
	}
}

// A trail knows where the pages of a listing have led.
type trail struct {
	patience time.Duration
	seen     []string  // tokens
	news     time.Time // when a page last held something
}

// follow tells whether to go where a page leads. An empty page may lead to itself until there is more.
func (t *trail) follow(next string, items int) error {
	switch {
	case items == 0 && time.Since(t.news) > t.patience:
		return fmt.Errorf("nothing but empty pages for %v", t.patience)
	case items > 0 && slices.Contains(t.seen, next):
		return fmt.Errorf("page %d leads back to one before", len(t.seen)+1)
	case items > 0:
		t.news = time.Now()
	}
	t.seen = append(t.seen, next)
	return nil
}

// pageSize is the most that entries.list gives at once (deployment.md 4).
const pageSize = 1000

// The orders of log entries.
const (
	oldestFirst = "timestamp asc"
	newestFirst = "timestamp desc"
)

// entries lists log entries; fewer than most only if there are no more.
func (c *Cloud) entries(ctx context.Context, about history.Reading, filter gcp.Filter, order string, most int, left func([]gcp.Entry) bool) ([]gcp.Entry, error) {
	about.API = history.LoggingAPI
	return listing[gcp.Entry]{
		about: about, most: most, parse: gcp.ParseEntries, left: left,
		page: func(ctx context.Context, token string) error {
			_, err := c.logs.List(&logging.ListLogEntriesRequest{
				ResourceNames: []string{"projects/" + c.Project}, Filter: filter.String(), OrderBy: order,
				PageSize: int64(min(most, pageSize)), PageToken: token,
			}).Context(ctx).Do()
			return err
		},
	}.read(ctx, c)
}
