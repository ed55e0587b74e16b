package history

import (
	"errors"
	"io"
	"iter"
	"runtime"
	"sync"
)

// batchSize is about how many bytes of lines are read before they are decoded: enough that a hand-over costs
// nothing, and few enough that what lies ready is small.
const batchSize = 128 << 10

// A batch is some lines on their way to being records.
type batch struct {
	text  []byte // of its lines, one after the other
	lines []rawLine
	end   error // why no line follows; nil if one may

	decoded chan struct{} // closed when records is filled
	records []*Record
	err     error // of the line after the last record
}

type rawLine struct {
	place
	end int // in batch.text
}

// All yields the records in order, as Next returns them, and ends after the last; where Next would return an
// error that is not io.EOF, it yields that one and ends. It is for many records: while the caller looks at one,
// those to come are decoded on other processors. It may be ranged over once.
func (r *Reader) All() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		var reading sync.WaitGroup
		defer reading.Wait()
		left := make(chan struct{})
		defer close(left)
		queue := make(chan *batch, runtime.GOMAXPROCS(0))
		reading.Go(func() {
			defer close(queue)
			r.readAhead(queue, left, &reading)
		})
		for b := range queue {
			<-b.decoded
			if !r.hand(b, yield) {
				return
			}
		}
	}
}

// readAhead puts batches in the queue and has them decoded, until there are no more or nobody wants them.
func (r *Reader) readAhead(queue chan<- *batch, left <-chan struct{}, decoding *sync.WaitGroup) {
	for {
		b := r.batch()
		select {
		case queue <- b:
		case <-left:
			return
		}
		decoding.Go(b.decode)
		if b.end != nil {
			return
		}
	}
}

// texts are of batches whose records do not need them any more.
var texts = sync.Pool{New: func() any { return new([]byte) }}

func (r *Reader) batch() *batch {
	b := &batch{text: (*texts.Get().(*[]byte))[:0], decoded: make(chan struct{})}
	for len(b.text) < batchSize && b.end == nil {
		var text []byte
		if text, b.end = r.next(); b.end == nil {
			b.text = append(b.text, text...)
			b.lines = append(b.lines, rawLine{r.place(len(text)), len(b.text)})
		}
	}
	return b
}

func (b *batch) decode() {
	defer close(b.decoded)
	b.records = make([]*Record, 0, len(b.lines))
	begin := 0
	for _, l := range b.lines {
		record, err := parseRecord(b.text[begin:l.end])
		if err != nil {
			b.err = err
			break
		}
		b.records = append(b.records, record)
		begin = l.end
	}
	text := b.text
	b.text = nil
	texts.Put(&text)
}

// hand gives a batch to the caller and tells whether to go on.
func (r *Reader) hand(b *batch, yield func(*Record, error) bool) bool {
	for i, record := range b.records {
		record, err := r.admit(record, nil, b.lines[i].place)
		if !yield(record, err) || err != nil {
			return false
		}
	}
	switch {
	case b.err != nil:
		_, err := r.admit(nil, b.err, b.lines[len(b.records)].place)
		yield(nil, err)
		return false
	case b.end != nil && !errors.Is(b.end, io.EOF):
		yield(nil, b.end)
		return false
	}
	return true
}
