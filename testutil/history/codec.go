package history

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// decode fills Event or Unreadable from Frame.
func (r *Record) decode() {
	if r.Kind != Send && r.Kind != Recv {
		return
	}
	switch {
	case r.Binary:
		r.Unreadable = "binary frame"
		return
	case r.Cut != 0:
		r.Unreadable = "only its beginning was kept"
		return
	}
	decode := wire.Decode
	if r.Kind == Send {
		decode = wire.DecodeSent
	}
	event, err := decode(r.Frame)
	if err != nil {
		r.Unreadable = err.Error()
		return
	}
	r.Event = &event // of its own: a copy of the record may outlive it
}

func appendHeader(b []byte, h Header) []byte {
	return append(appendJSON(b, h), '\n')
}

// appendRecord appends the line of a record. The members that every frame has are written by hand: it
// is the hot path of a load of sessions.
func appendRecord(b []byte, r *Record) []byte {
	b = strconv.AppendUint(append(b, `{"n":`...), r.Seq, 10)
	b = appendSeconds(append(b, `,"at":`...), r.At)
	b = r.Wall.AppendFormat(append(b, `,"wall":"`...), time.RFC3339Nano)
	b = append(append(append(b, `","kind":"`...), r.Kind...), '"')
	b = appendLabel(b, "user", r.User)
	b = appendLabel(b, "session", r.Session)
	b = appendLabel(b, "run", r.Run)
	b = appendFrame(b, r)
	if r.Cut != 0 {
		b = strconv.AppendInt(append(b, `,"cut":`...), r.Cut, 10)
	}
	b = appendDetail(b, "intent", r.Intent)
	b = appendDetail(b, "login", r.Login)
	b = appendDetail(b, "http", r.Exchange)
	b = appendDetail(b, "dial", r.Dialled)
	b = appendDetail(b, "open", r.Opened)
	b = appendDetail(b, "close", r.Closed)
	b = appendDetail(b, "cloud", r.Cloud)
	b = appendDetail(b, "note", r.Note)
	return append(b, "}\n"...)
}

// appendSeconds writes a duration as decimal seconds, exactly.
func appendSeconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	b = append(b, '.')
	digits := strconv.AppendInt(make([]byte, 0, 10), int64(time.Second+d%time.Second), 10)
	return append(b, digits[1:]...)
}

func parseSeconds(s string) (time.Duration, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) != 9 {
		return 0, fmt.Errorf("offset %q is not in seconds with nine decimals", s)
	}
	sec, err := strconv.ParseInt(whole, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("offset %q: %w", s, err)
	}
	ns, err := strconv.ParseUint(fraction, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("offset %q: %w", s, err)
	}
	return time.Duration(sec)*time.Second + time.Duration(ns), nil
}

func appendLabel(b []byte, member, label string) []byte {
	if label == "" {
		return b
	}
	b = append(append(append(b, `,"`...), member...), `":`...)
	return appendString(b, label)
}

// appendString writes a JSON string. Labels and texts of ours need no escape and take the short way.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return appendJSON(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// appendFrame writes a frame so that jq can look into it and its bytes survive: as it is where it is a
// JSON object on one line, else as "text", else, where it is not text at all, as "bytes" in base64.
func appendFrame(b []byte, r *Record) []byte {
	if r.Kind != Send && r.Kind != Recv {
		return b
	}
	switch {
	case r.Event != nil && bare(r.Frame) && utf8.ValidString(r.Frame):
		b = appendLabel(b, "type", r.Event.Type)
		return append(append(b, `,"frame":`...), r.Frame...)
	case !r.Binary && utf8.ValidString(r.Frame):
		return appendJSON(append(b, `,"text":`...), r.Frame)
	default:
		if r.Binary {
			b = append(b, `,"binary":true`...)
		}
		b = append(b, `,"bytes":"`...)
		return append(base64.StdEncoding.AppendEncode(b, []byte(r.Frame)), '"')
	}
}

// bare tells whether an object survives as a member of a line: nothing around it, no newline within.
func bare(object string) bool {
	return object[0] == '{' && object[len(object)-1] == '}' &&
		strings.IndexByte(object, '\n') < 0 && strings.IndexByte(object, '\r') < 0
}

func appendDetail[T any](b []byte, member string, detail *T) []byte {
	if detail == nil {
		return b
	}
	b = append(append(append(b, `,"`...), member...), `":`...)
	return appendJSON(b, detail)
}

// appendJSON marshals values of this package: strings, and structs of strings, numbers and times in
// range. They cannot fail to marshal.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("history: marshal %T: %v", v, err))
	}
	return append(b, text...)
}

// A line is how a record lies in a file.
type line struct {
	Seq      uint64          `json:"n"`
	At       json.Number     `json:"at"`
	Wall     time.Time       `json:"wall"`
	Kind     Kind            `json:"kind"`
	User     string          `json:"user"`
	Session  string          `json:"session"`
	Run      string          `json:"run"`
	Frame    json.RawMessage `json:"frame"`
	Text     *string         `json:"text"`
	Binary   bool            `json:"binary"`
	Bytes    []byte          `json:"bytes"`
	Cut      int64           `json:"cut"`
	Intent   *Intent         `json:"intent"`
	Login    *Identity       `json:"login"`
	Exchange *Exchange       `json:"http"`
	Dialled  *Dialled        `json:"dial"`
	Opened   *Opened         `json:"open"`
	Closed   *Closed         `json:"close"`
	Cloud    *Reading        `json:"cloud"`
	Note     *Remark         `json:"note"`
}

var errNoKind = errors.New(`not a record: no "kind"`)

func parseRecord(text []byte) (*Record, error) {
	if r, ok := parseFrame(text); ok {
		return r, nil
	}
	return parseLine(text)
}

// parseLine reads a line of any kind, with its members in any order.
func parseLine(text []byte) (*Record, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, err
	}
	if l.Kind == "" {
		return nil, errNoKind
	}
	at, err := parseSeconds(l.At.String())
	if err != nil {
		return nil, err
	}
	r := &Record{
		Seq: l.Seq, At: at, Wall: l.Wall, Kind: l.Kind,
		User: l.User, Session: l.Session, Run: l.Run,
		Binary: l.Binary, Cut: l.Cut, Intent: l.Intent, Login: l.Login, Exchange: l.Exchange,
		Dialled: l.Dialled, Opened: l.Opened, Closed: l.Closed, Cloud: l.Cloud, Note: l.Note,
	}
	switch {
	case l.Frame != nil:
		r.Frame = string(l.Frame)
	case l.Text != nil:
		r.Frame = *l.Text
	default:
		r.Frame = string(l.Bytes)
	}
	r.decode()
	return r, nil
}
