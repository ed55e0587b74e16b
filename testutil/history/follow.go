package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Follow opens a history that may still be growing: its Reader waits for records to come where another would be
// at the end. Next blocks until there is one; after the note that ends a history in order it returns io.EOF,
// and an error that wraps that of ctx once ctx is done. The caller closes it.
func Follow(ctx context.Context, path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	r, err := Read(&growing{ctx: ctx, file: f})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	r.file, r.follows = f, true
	return r, nil
}

// lookAgain is the time between two looks at a file that has not grown: short enough for an eye.
const lookAgain = 100 * time.Millisecond

// A growing file has no end.
type growing struct {
	ctx  context.Context
	file *os.File
}

func (g *growing) Read(into []byte) (int, error) {
	for {
		n, err := g.file.Read(into)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		select {
		case <-g.ctx.Done():
			return 0, context.Cause(g.ctx)
		case <-time.After(lookAgain):
		}
	}
}
