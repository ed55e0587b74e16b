package suite

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// What looking at the server's log may cost a red story: for how many findings, which mostly have one cause,
// how many entries, and how long all of it takes. A story that was cut off has less time.
const (
	lookedUp    = 5
	serverLines = 50
	lookup      = 10 * time.Second
	hastyLookup = 2 * time.Second
)

// A serverLog shows the server's side of the findings of a story.
type serverLog struct {
	ctx    context.Context // ends when time is up
	cancel func()
	story  *Story
	seen   seen
	log    *history.Log // what was read, beside the story's own history; nil: nothing can be
	cloud  *cloud.Cloud // likewise
	none   bool         // there is no such log: the target's cloud is not known
	unread string       // why it cannot be read
	asked  int
}

// serverLog prepares to look at the server's log.
func (s *Story) serverLog(seen seen) *serverLog {
	limit := lookup
	if s.ctx.Err() != nil {
		limit = hastyLookup
	}
	l := &serverLog{story: s, seen: seen}
	l.ctx, l.cancel = context.WithTimeout(context.WithoutCancel(s.ctx), limit)
	if err := l.open(); err != nil {
		l.unread, l.none = err.Error(), errors.Is(err, cloud.ErrNoProject)
	}
	return l
}

func (l *serverLog) open() error {
	access, err := l.story.deployment.access.Cloud(l.ctx)
	if err != nil {
		return err
	}
	path := filepath.Join(l.story.dir, "server.jsonl")
	if l.log, err = l.story.log.Beside(path, l.story.header); err != nil {
		return err
	}
	l.cloud = access.Record(l.log)
	return nil
}

func (l *serverLog) close() error {
	l.cancel()
	if l.log == nil {
		return nil
	}
	return l.log.Close()
}

// side returns what the server's log says of a finding; nil where there is no such log, or nothing to look
// for in it.
func (l *serverLog) side(f judge.Finding) *report.ServerSide {
	since, until, traces := report.Correlate(f, l.seen.record, l.seen.dial)
	if !f.Hard || f.Rule == judge.Unmeasured || since.IsZero() || l.none {
		return nil
	}
	side := &report.ServerSide{Traces: traces}
	if l.cloud == nil {
		if l.unread == "" {
			return nil // said already
		}
		side.Unread, l.unread = l.unread, ""
		return side
	}
	if l.asked++; l.asked > lookedUp {
		return nil // they are too many to be read by anybody
	}
	if err := l.read(side, since, until, traces); err != nil {
		side.Unread = err.Error()
	}
	side.Query = gcp.And(l.cloud.ServerSideFilter("", since, until, traces), ofRevisions(side.Entries)).String()
	if c := l.story.deployment.Config; c.GCPEndpoint == "" {
		side.Link = gcp.LogsURL(c.GCPProject, side.Query, since, until)
	}
	return side
}

func (l *serverLog) read(side *report.ServerSide, since, until time.Time, traces []string) (err error) {
	side.Entries, err = l.cloud.ServerSide(l.ctx, "", since, until, traces, serverLines)
	side.Left = len(side.Entries) >= serverLines
	return err
}

// ofRevisions matches the entries of the revisions that were met.
func ofRevisions(met []gcp.Entry) gcp.Filter {
	var names []string
	for _, e := range met {
		if e.Revision != "" && !slices.Contains(names, e.Revision) {
			names = append(names, e.Revision)
		}
	}
	slices.Sort(names)
	var any []gcp.Filter
	for _, name := range names {
		any = append(any, gcp.Is("resource.labels.revision_name", name))
	}
	return gcp.Or(any...)
}
