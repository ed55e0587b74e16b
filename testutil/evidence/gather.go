package evidence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Evidence is what one or many runs of the stories left.
type Evidence struct {
	// Stories are those of all histories, by package, name, start and attempt.
	Stories []*Story
	// Unread are files and folders that look like evidence and cannot be read: what they held is lost, and nothing
	// may be concluded from the rest as if they were not there.
	Unread []Unread
	// Tests is what go test said; nil if nobody kept it.
	Tests *Tests
}

// An Unread is a file that is not the evidence that its name promises, or a folder that cannot be looked into.
type Unread struct {
	Path string
	Err  error
}

// Gather reads every history in the files and below the folders, several at a time, and what go test said if its
// -json stream is among the files. Below a folder each file with .jsonl in its name counts, whatever else it is
// called, unless it is plainly something else. Each history is judged by itself, and all together for what must not
// pass between their users. It fails if a path is not there, if no history is found, or if it is interrupted; what
// is wrong with one history stands in the evidence.
func Gather(ctx context.Context, paths ...string) (*Evidence, error) {
	found, err := find(paths)
	if err != nil {
		return nil, err
	}
	e := &Evidence{Unread: found.unread}
	if err := e.read(ctx, found.files); err != nil {
		return nil, fmt.Errorf("read the evidence: %w", err)
	}
	if len(e.Stories) == 0 && len(e.Unread) == 0 {
		return nil, fmt.Errorf("no history is in %s: tell stories with -artifacts -outputdir DIR, or name the folder that STAGING_ARTIFACTS names", strings.Join(paths, ", "))
	}
	e.order()
	if err := e.across(ctx); err != nil {
		return nil, fmt.Errorf("read the evidence: %w", err)
	}
	e.Tests.attach(e.Stories)
	return e, nil
}

// read reads the files, several at a time.
func (e *Evidence) read(ctx context.Context, files []file) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range files {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			content, err := open(f.path)
			mu.Lock()
			defer mu.Unlock()
			e.add(f, content, err)
			return nil
		})
	}
	return group.Wait()
}

// content is what a file turned out to hold: at most one of them.
type content struct {
	story *Story
	tests *Tests
}

var errForeign = errors.New("it is neither a history nor what go test said")

// open reads one file. An error says that it is neither, which is errForeign if it is plainly something else, or
// that what it began as could not be read to its end: then the content is not empty.
func open(path string) (content, error) {
	in, err := os.Open(path)
	if err != nil {
		return content{}, err
	}
	defer in.Close()
	if tests, is, err := readTests(in); is {
		return content{tests: tests}, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return content{}, err
	}
	reader, err := history.Read(in)
	if err != nil {
		return content{}, unreadable(in, err)
	}
	story, err := read(reader, path)
	return content{story: story}, err
}

// unreadable says why a file that is no history is not.
func unreadable(in *os.File, damage error) error {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	switch {
	case foreign(in):
		return fmt.Errorf("%w: %w", errForeign, damage)
	case slices.Contains(packed, filepath.Ext(in.Name())):
		return fmt.Errorf("%w: %w", damage, errPacked)
	}
	return damage
}

// add takes in what a file held. What is not called a history may be somebody else's.
func (e *Evidence) add(f file, c content, err error) {
	switch {
	case err != nil && !f.named && errors.Is(err, errForeign):
		return
	case err != nil:
		e.Unread = append(e.Unread, Unread{f.path, err})
	case c.story != nil:
		e.Stories = append(e.Stories, c.story)
	case e.Tests == nil:
		e.Tests = c.tests
	default:
		e.Tests.join(c.tests)
	}
}

// order makes the evidence the same, whatever order the files were read in.
func (e *Evidence) order() {
	slices.SortFunc(e.Stories, func(a, b *Story) int {
		return cmp.Or(cmp.Compare(a.Header.Package, b.Header.Package), cmp.Compare(a.Header.Story, b.Header.Story),
			a.Header.Start.Compare(b.Header.Start), cmp.Compare(a.Header.Attempt, b.Header.Attempt), cmp.Compare(a.Path, b.Path))
	})
	slices.SortFunc(e.Unread, func(a, b Unread) int { return cmp.Compare(a.Path, b.Path) })
}

// Err joins what keeps the evidence from being whole, nil if it is: files that cannot be read, and histories
// that were not closed in order.
func (e *Evidence) Err() error {
	var wrong []error
	for _, u := range e.Unread {
		wrong = append(wrong, fmt.Errorf("%s: %w", u.Path, u.Err))
	}
	for _, s := range e.Stories {
		if s.Cut != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", s.Path, s.Cut))
		}
	}
	return errors.Join(wrong...)
}
