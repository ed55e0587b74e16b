package wire

import (
	"strconv"
	"strings"
	"time"
)

// naiveISO is ISO 8601 without a zone, as Python's isoformat writes it; fractions are optional when
// parsing.
const naiveISO = "2006-01-02T15:04:05"

// lastSecond separates seconds from milliseconds: as seconds it is the year 5138, as milliseconds
// March 1973.
const lastSecond = 100_000_000_000

// stamp reads the time of the frame: its own timestamp, else the one of the message inside it.
func (x *index) stamp(e *Event) {
	for _, l := range []level{atRoot, inData, inPayload, inInner} {
		if raw := x.raw(l, MemberTimestamp); raw != "" {
			e.Time, e.TimeForm = readTime(raw)
			return
		}
	}
}

// readTime reads a timestamp of any form (section 5.1, step 4) from its JSON text. The result is UTC.
func readTime(raw string) (time.Time, TimeForm) {
	switch kindOf(raw[0]) {
	case aNumber:
		return readNumericTime(raw)
	case aString:
		return readISO(unquote(raw))
	}
	return time.Time{}, BadTime
}

func readISO(text string) (time.Time, TimeForm) {
	layout, form := naiveISO, ISONaive
	if hasZone(text) {
		layout, form = time.RFC3339, ISOZone
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}, BadTime
	}
	return t.UTC(), form
}

// hasZone says whether a timestamp ends in Z or an offset. To try one layout after the other would
// make an error for every naive timestamp.
func hasZone(text string) bool {
	if text == "" {
		return false
	}
	sign := text[max(0, len(text)-len("+00:00"))]
	return text[len(text)-1] == 'Z' || sign == '+' || sign == '-'
}

// readNumericTime reads the digits themselves: a float64 keeps no nanoseconds since 1970.
func readNumericTime(raw string) (time.Time, TimeForm) {
	whole, fraction, isFloat := strings.Cut(raw, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	switch {
	case err != nil || strings.ContainsAny(fraction, "eE"):
		return readExponentTime(raw)
	case isFloat && -lastSecond < n && n < lastSecond:
		nanos := nanosOf(fraction)
		if raw[0] == '-' {
			nanos = -nanos
		}
		return time.Unix(n, nanos).UTC(), FloatSeconds
	case isFloat:
		return time.Time{}, BadTime
	case -lastSecond < n && n < lastSecond:
		return time.Unix(n, 0).UTC(), IntSeconds
	case -lastSecond*1000 < n && n < lastSecond*1000:
		return time.UnixMilli(n).UTC(), IntMilliseconds
	}
	return time.Time{}, BadTime
}

// nanosOf reads the digits behind the decimal point of a number of seconds.
func nanosOf(digits string) (nanos int64) {
	for i := range 9 {
		nanos *= 10
		if i < len(digits) {
			nanos += int64(digits[i] - '0')
		}
	}
	return nanos
}

func readExponentTime(raw string) (time.Time, TimeForm) {
	seconds, err := strconv.ParseFloat(raw, 64)
	if err != nil || seconds <= -lastSecond || seconds >= lastSecond {
		return time.Time{}, BadTime
	}
	return time.UnixMicro(int64(seconds * 1e6)).UTC(), FloatSeconds
}

// duration reads the first duration: names ending in _ms are milliseconds, others seconds (section
// 5.1, step 3). One that no time.Duration can hold is left out.
func (x *index) duration() time.Duration {
	for _, m := range []Member{MemberDuration, MemberDurationMS, MemberExecutionTimeMS, MemberExecutionTime, MemberElapsedTime} {
		raw := x.merged(m)
		if raw == "" || kindOf(raw[0]) != aNumber {
			continue
		}
		unit := float64(time.Second)
		if m == MemberDurationMS || m == MemberExecutionTimeMS {
			unit = float64(time.Millisecond)
		}
		n, err := strconv.ParseFloat(raw, 64)
		if n *= unit; err != nil || n < -1<<62 || n > 1<<62 {
			return 0
		}
		return time.Duration(n)
	}
	return 0
}

// attempt is the number of the retry, after E1 and E2's attempt or October's retry_info.
func (x *index) attempt() int {
	raw := x.find(aNumber, MemberAttempt)
	if raw == "" {
		raw = within(x.merged(MemberRetryInfo), MemberAttemptNumber)
	}
	if raw == "" {
		return 0
	}
	n, err := strconv.Atoi(raw)
	if err != nil {
		return 0
	}
	return n
}

func (x *index) success() Truth {
	switch x.merged(MemberSuccess) {
	case "true":
		return True
	case "false":
		return False
	}
	return Absent
}
