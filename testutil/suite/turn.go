package suite

import (
	"context"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// A turn is how the stories of this process share the target with those of other processes.
type turn struct {
	mu    sync.Mutex
	leave func() // the target; nil: it is not shared
}

// take blocks until a story may be told, and returns what ends its turn. The process shares the target
// from its first ordinary story until all of them are done.
func (p *turn) take(ctx context.Context, target *staging.Target, alone bool) (release func(), err error) {
	if alone {
		p.end()
		return target.Exclude(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.leave == nil {
		p.leave, err = target.Share(ctx)
	}
	return func() {}, err
}

// end stops sharing.
func (p *turn) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.leave != nil {
		p.leave()
		p.leave = nil
	}
}
