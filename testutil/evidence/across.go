package evidence

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// across judges the stories together, once each was judged by itself: what belongs to a user of one must not
// reach a user of another, on whichever machine either was told. What it finds is added to the story whose user
// got what is another's, and says where else to look (judge.Elsewhere). The histories are read once more, since
// one may be heard of long before it is read.
func (e *Evidence) across(ctx context.Context) error {
	defer func() {
		for _, s := range e.Stories {
			s.names = judge.Names{} // which are large
		}
	}()
	if len(e.Stories) < 2 {
		return nil
	}
	holdings := judge.NewHoldings()
	for _, s := range e.Stories {
		holdings.Add(s.Path, s.Header.Target, s.names)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, s := range e.Stories {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return s.together(holdings)
		})
	}
	return group.Wait()
}

// together judges a story by what is held in the others. Damage ends it where it ended the story (Story.Cut).
func (s *Story) together(holdings *judge.Holdings) (err error) {
	r, err := history.ReadFile(s.Path)
	if err != nil {
		return fmt.Errorf("judge %s together with the others: %w", s.Path, err)
	}
	defer r.Close()
	j := judge.New(r.Header, holdings.Rules(s.Path, s.Header.Target)...)
	var found []judge.Finding
	for record, err := range r.All() {
		if err != nil {
			if err := undamaged(err, nil); err != nil {
				return fmt.Errorf("judge %s together with the others: %w", s.Path, err)
			}
			break
		}
		found = append(found, j.Observe(record)...)
	}
	found = append(found, j.Finish()...)
	for i := range found {
		if err := locate(&found[i].Elsewhere); err != nil {
			return fmt.Errorf("look for what is %s's: %w", found[i].Elsewhere.User, err)
		}
	}
	s.Findings = append(s.Findings, found...)
	return nil
}

// locate finds the first record in the other history that shows whose a thing is; it is read again, which only
// a leak costs.
func locate(e *judge.Elsewhere) error {
	if e.History == "" {
		return nil
	}
	r, err := history.ReadFile(e.History)
	if err != nil {
		return err
	}
	defer r.Close()
	for record, err := range r.All() {
		if err != nil {
			return undamaged(err, nil)
		}
		if record.User == e.User && shows(record, e.ID) {
			e.Record = record.Seq
			return nil
		}
	}
	return nil
}

func shows(r *history.Record, id string) bool {
	switch {
	case r.Login != nil:
		return strings.Contains(r.Login.Subject, id) || strings.Contains(r.Login.Email, id)
	case r.Exchange != nil:
		return strings.Contains(r.Exchange.Request, id) || strings.Contains(r.Exchange.Body, id)
	}
	return strings.Contains(r.Frame, id)
}
