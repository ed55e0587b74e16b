package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A Log appends records to one history. It is safe for concurrent use; its records have one total
// order, which is the order of their Seq and of their lines.
//
// Every record reaches the operating system within about a millisecond, so that a killed process leaves
// what it saw. Memory does not grow with the number of records.
type Log struct {
	start   time.Time
	observe func(*Record)
	secrets *secrets

	mu     sync.Mutex
	seq    uint64
	line   []byte
	out    *bufio.Writer
	file   io.Closer
	err    error
	closed bool

	dirty   chan struct{} // wakes the flusher; closed by Close
	flushed chan struct{} // closed when the flusher has gone
}

// ErrClosed is what Close reports when something was appended to a Log that was closed already.
var ErrClosed = errors.New("record appended after the history was closed")

// Create makes a new file and writes the header to it. It fails if the file exists, since a history
// is never overwritten. See New for observe.
func Create(path string, h Header, observe func(*Record)) (*Log, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create history: %w", err)
	}
	l := New(f, h, observe)
	l.file = f
	return l, nil
}

// Beside makes a further file, as Create does, from which the same secrets are kept.
func (l *Log) Beside(path string, h Header) (*Log, error) {
	beside, err := Create(path, h, nil)
	if err != nil {
		return nil, err
	}
	beside.secrets = l.secrets
	return beside, nil
}

// New starts a history on w with the header, whose Version and, if zero, Start it fills in. The
// observer, which may be nil, sees every record in order before the next one is appended; it must not
// keep the record. A write error is kept and returned by Close.
func New(w io.Writer, h Header, observe func(*Record)) *Log {
	now := time.Now()
	if h.Start.IsZero() {
		h.Start = now.UTC().Round(0)
	}
	h.Version = Version
	l := &Log{
		start:   now,
		observe: observe,
		secrets: &secrets{},
		out:     bufio.NewWriterSize(w, 64<<10),
		dirty:   make(chan struct{}, 1),
		flushed: make(chan struct{}),
	}
	l.write(appendHeader(nil, h))
	go l.flusher()
	return l
}

// Now is the offset from the start of the history.
func (l *Log) Now() time.Duration { return time.Since(l.start) }

// Secret makes sure that the values never appear in a record from now on: not raw, not encoded as
// base64url, URL or JSON text, and not in pieces of 12 bytes or more. Call it before anything that
// holds them can be recorded. Values shorter than 6 bytes are ignored: they would redact plain text.
func (l *Log) Secret(values ...string) { l.secrets.add(values...) }

// Redact returns text as it would be recorded, for whatever else a story writes.
func (l *Log) Redact(text string) string { return l.secrets.redact(text) }

// Append completes a record, stores it and shows it to the observer: secrets are replaced, a frame is
// decoded, then label, which may be nil, names the run that a frame belongs to, then the record gets
// its place in the order. It never fails; see Close.
func (l *Log) Append(r *Record, label func(*wire.Event) string) {
	now := time.Now()
	l.redact(r)
	r.decode()
	if label != nil {
		if run := label(r.Event); run != "" {
			r.Run = run
		}
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.fail(ErrClosed)
		return
	}
	if r.At == 0 {
		r.At = now.Sub(l.start)
	}
	r.Wall = now.UTC().Round(0)
	l.seq++
	r.Seq = l.seq
	l.line = appendRecord(l.line[:0], r)
	l.write(l.line)
	if l.observe != nil {
		l.observe(r)
	}
}

// Remark appends a note.
func (l *Log) Remark(topic, text string) {
	l.Append(&Record{Kind: Note, Note: &Remark{Topic: topic, Text: text}}, nil)
}

// Close appends the note that ends a history in order, and returns the first error that writing met.
// Closing twice is an error only the first time.
func (l *Log) Close() error {
	l.Remark(TopicEnd, "")
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.dirty)
	l.mu.Unlock()

	<-l.flushed
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		l.fail(l.file.Close())
	}
	return l.err
}

func (l *Log) write(line []byte) {
	_, err := l.out.Write(line)
	l.fail(err)
	select {
	case l.dirty <- struct{}{}:
	default:
	}
}

// flushRest is the time between two flushes. It lets a load of sessions share a system call.
const flushRest = time.Millisecond

func (l *Log) flusher() {
	defer close(l.flushed)
	for range l.dirty {
		l.flush()
		<-time.After(flushRest)
	}
	l.flush()
}

func (l *Log) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail(l.out.Flush())
}

func (l *Log) fail(err error) {
	if l.err == nil && err != nil {
		l.err = fmt.Errorf("write history: %w", err)
	}
}
