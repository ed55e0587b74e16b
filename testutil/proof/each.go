package proof

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// each does something with all items, at most so many at a time, and returns what became of them in their order.
// Progress is told of every one, one at a time; nil is not. The first error ends it.
func each[T, R any](ctx context.Context, jobs int, items []T, do func(context.Context, T) (R, error), progress func(done, of int, r R)) ([]R, error) {
	results := make([]R, len(items))
	var telling sync.Mutex
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i, item := range items {
		group.Go(func() (err error) {
			if results[i], err = do(ctx, item); err != nil {
				return err
			}
			telling.Lock()
			defer telling.Unlock()
			done++
			if progress != nil {
				progress(done, len(items), results[i])
			}
			return nil
		})
	}
	return results, group.Wait()
}
