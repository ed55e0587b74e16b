package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxLine bounds one line: a frame of 5 MiB whose every byte is escaped, and its labels.
const maxLine = 32 << 20

// A Reader reads a history record by record.
type Reader struct {
	Header Header

	in       *bufio.Reader
	file     io.Closer
	line     int
	offset   int64
	seq      uint64
	complete bool
	follows  bool // nothing comes after the end
}

// A DamageError says where a history stops being readable, as after a killed process. Everything
// before it was read.
type DamageError struct {
	Line   int   // from 1; the header is line 1
	Offset int64 // of the line's first byte
	Reason string
}

func (e *DamageError) Error() string {
	before := "; everything before it was read"
	if e.Line == 1 {
		before = ""
	}
	return fmt.Sprintf("history damaged at line %d (byte %d): %s%s", e.Line, e.Offset, e.Reason, before)
}

// A VersionError says that a newer suite wrote the history.
type VersionError struct{ Version int }

func (e *VersionError) Error() string {
	return fmt.Sprintf("history has format version %d, and this suite reads up to %d: use the suite that wrote it, or a newer one", e.Version, Version)
}

// ReadFile opens the history in a file; the caller closes it.
func ReadFile(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	r, err := Read(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	r.file = f
	return r, nil
}

// Read reads the header. Its errors are *DamageError, *VersionError or those of in.
func Read(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	text, err := r.next()
	if errors.Is(err, io.EOF) {
		return nil, r.place(0).damage("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, r.place(len(text)).damage("not a history header: " + err.Error())
	}
	switch {
	case version.Version > Version:
		return nil, &VersionError{version.Version}
	case version.Version < 1:
		return nil, r.place(len(text)).damage(`not a history: the first line has no "version"`)
	}
	if err := json.Unmarshal(text, &r.Header); err != nil {
		return nil, r.place(len(text)).damage("not a history header: " + err.Error())
	}
	return r, nil
}

// Next returns the next record, io.EOF at the end, or a *DamageError from which there is no going on.
func (r *Reader) Next() (*Record, error) {
	if r.follows && r.complete {
		return nil, io.EOF
	}
	text, err := r.next()
	if err != nil {
		return nil, err
	}
	record, err := parseRecord(text)
	return r.admit(record, err, r.place(len(text)))
}

// admit lets a record in that is the next one.
func (r *Reader) admit(record *Record, err error, at place) (*Record, error) {
	if err != nil {
		return nil, at.damage(err.Error())
	}
	if record.Seq != r.seq+1 {
		return nil, at.damage(fmt.Sprintf("record %d follows record %d", record.Seq, r.seq))
	}
	r.seq = record.Seq
	if record.Kind == Note && record.Note != nil && record.Note.Topic == TopicEnd {
		r.complete = true
	}
	return record, nil
}

// Complete tells, once Next or All is at the end, whether the history was closed in order. If not, its
// process died, and the file may have lost its last records.
func (r *Reader) Complete() bool { return r.complete }

// Close closes the file of a Reader made by ReadFile.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// next returns the next line without its newline; a line without one is damage, since a Log ends every
// line.
func (r *Reader) next() ([]byte, error) {
	r.line++
	var whole []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if whole == nil && err == nil {
			r.offset += int64(len(part))
			return bytes.TrimSuffix(part, []byte("\n")), nil
		}
		whole = append(whole, part...)
		switch {
		case err == nil:
			r.offset += int64(len(whole))
			return bytes.TrimSuffix(whole, []byte("\n")), nil
		case errors.Is(err, io.EOF) && len(whole) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, &DamageError{r.line, r.offset, "the line is cut off"}
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("read history: %w", err)
		case len(whole) > maxLine:
			return nil, &DamageError{r.line, r.offset, fmt.Sprintf("the line is longer than %d bytes", maxLine)}
		}
	}
}

// A place is where a line is in the file.
type place struct {
	line   int
	offset int64
}

// place is that of the line of the given length that was read last.
func (r *Reader) place(length int) place {
	return place{r.line, max(0, r.offset-int64(length)-1)}
}

func (p place) damage(reason string) error { return &DamageError{p.line, p.offset, reason} }
