package replay

import (
	"context"
	"slices"
	"sync"
	"time"
)

// act does every act when those are done that it came after.
func (p *player) act(ctx context.Context) {
	var group sync.WaitGroup
	var going []underway
	var knew time.Duration // the end of the last act that was waited for
	since := time.Now()    // when that act ended now, or was to end
	for _, a := range p.script.Acts {
		going = slices.DeleteFunc(going, func(before underway) bool {
			if before.act.End > a.Start {
				return false
			}
			<-before.over
			if knew < before.act.End {
				knew, since = before.act.End, before.due()
			}
			return true
		})
		if !p.fast {
			p.rest(ctx, time.Until(since.Add(a.Start-knew)))
		}
		over := make(chan struct{})
		going = append(going, underway{a, time.Now(), over})
		group.Go(func() {
			defer close(over)
			if ctx.Err() == nil {
				p.stop(a, a.do(ctx, p))
			}
		})
		if a.What == whatAsk { // who asks first may matter to a target that mistakes one user for another
			select {
			case <-p.signal(a.Run + sent):
			case <-over:
			}
		}
	}
	group.Wait()
}

// An underway is an act that nobody has waited for yet.
type underway struct {
	act   *Act
	began time.Time
	over  chan struct{} // closed when it is done
}

// due is now, or when the act would have ended in the time that it took in the recording. What it takes longer is
// no rest of the story: also a client waits, after what a record shows.
func (u underway) due() time.Time {
	now, due := time.Now(), u.began.Add(u.act.End-u.act.Start)
	if due.Before(now) {
		return due
	}
	return now
}

// rest waits as long as the story did.
func (p *player) rest(ctx context.Context, d time.Duration) {
	rested := time.NewTimer(d)
	defer rested.Stop()
	select {
	case <-rested.C:
	case <-ctx.Done():
	}
}
