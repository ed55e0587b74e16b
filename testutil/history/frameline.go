package history

import (
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A framed record has its event beside it: one allocation for what nearly every line is.
type framed struct {
	Record
	event wire.Event
}

// parseFrame reads a line as Log writes it for a frame that is one JSON object and has nothing after it. It
// tells whether it could; any other line, a broken one included, is encoding/json's. To read a frame twice,
// once as a member and once as an event, is most of what reading a history would cost.
func parseFrame(text []byte) (*Record, bool) {
	l := frameLine{rest: string(text)}
	r := new(framed)
	l.member(`{"n":`)
	r.Seq = l.number()
	l.member(`,"at":`)
	r.At = l.offset()
	l.member(`,"wall":"`)
	l.fail(r.Wall.UnmarshalText([]byte(l.plain())) != nil)
	l.member(`,"kind":"`)
	r.Kind = Kind(l.plain())
	r.User = l.label(`,"user":"`)
	r.Session = l.label(`,"session":"`)
	r.Run = l.label(`,"run":"`)
	l.label(`,"type":"`)
	l.member(`,"frame":`)
	r.Frame = strings.TrimSuffix(l.rest, "}")
	if l.broken || r.Seq == 0 || len(r.Frame) == len(l.rest) || r.Frame == "" || !bare(r.Frame) {
		return nil, false
	}
	var err error
	switch r.Kind {
	case Recv:
		r.event, err = wire.Decode(r.Frame)
	case Send:
		r.event, err = wire.DecodeSent(r.Frame)
	default:
		return nil, false
	}
	r.Event = &r.event
	return &r.Record, err == nil
}

// A frameLine is a line that is being read from its beginning; broken once it is not what Log writes.
type frameLine struct {
	rest   string
	broken bool
}

func (l *frameLine) fail(broken bool) { l.broken = l.broken || broken }

// member goes past what must come next.
func (l *frameLine) member(begin string) {
	rest, ok := strings.CutPrefix(l.rest, begin)
	l.rest = rest
	l.fail(!ok)
}

// label reads a member that may be missing.
func (l *frameLine) label(begin string) string {
	rest, ok := strings.CutPrefix(l.rest, begin)
	if !ok {
		return ""
	}
	l.rest = rest
	return l.plain()
}

// plain reads a string to its closing quote; one with an escape, or beyond ASCII, is not plain.
func (l *frameLine) plain() string {
	for i := range len(l.rest) {
		switch c := l.rest[i]; {
		case c == '"':
			s := l.rest[:i]
			l.rest = l.rest[i+1:]
			return s
		case c == '\\' || c < ' ' || c > '~':
			l.fail(true)
			return ""
		}
	}
	l.fail(true)
	return ""
}

// number reads a JSON number without sign, fraction or exponent.
func (l *frameLine) number() uint64 {
	const digits = 18 // which fit
	n, i := uint64(0), 0
	for ; i < min(len(l.rest), digits) && '0' <= l.rest[i] && l.rest[i] <= '9'; i++ {
		n = 10*n + uint64(l.rest[i]-'0')
	}
	l.fail(i == 0 || i > 1 && l.rest[0] == '0')
	l.rest = l.rest[i:]
	return n
}

// offset reads seconds with nine decimals.
func (l *frameLine) offset() time.Duration {
	const decimals, most = len(".000000000"), 1 << 31
	seconds := l.number()
	if seconds >= most || len(l.rest) < decimals || l.rest[0] != '.' {
		l.fail(true)
		return 0
	}
	nanos := uint64(0)
	for _, c := range []byte(l.rest[1:decimals]) {
		l.fail(c < '0' || c > '9')
		nanos = 10*nanos + uint64(c-'0')
	}
	l.rest = l.rest[decimals:]
	return time.Duration(seconds)*time.Second + time.Duration(nanos)
}
