package variants

import (
	"encoding/json"
	"strings"
	"time"
)

// times are the forms of a timestamp (websocket.md 5.1, 4). A declared shape has one form, so a target that uses
// another declares none.
var times = map[string]variant{
	"times-millis":     timed("integer milliseconds", func(t time.Time) any { return t.UnixMilli() }),
	"times-seconds":    timed("whole seconds, without a fraction", func(t time.Time) any { return t.Unix() }),
	"times-iso-zulu":   timed("ISO 8601 with Z", func(t time.Time) any { return t.UTC().Format("2006-01-02T15:04:05.000Z") }),
	"times-iso-offset": timed("ISO 8601 with an offset from UTC of half an hour too", func(t time.Time) any { return t.In(india).Format(zoneISO) }),
	"times-iso-micros": timed("naive ISO 8601 with microseconds", func(t time.Time) any { return t.UTC().Format("2006-01-02T15:04:05.000000") }),
}

var india = time.FixedZone("IST", int((5*time.Hour + 30*time.Minute).Seconds()))

// timed writes the time at the root of each WebSocket frame in another form.
func timed(form string, write func(time.Time) any) variant {
	return variant{
		says: "the root timestamp of every frame is " + form + " (websocket.md 5.1)", declares: Declaration{Shape: "auto"},
		apply: retold(func(o object) object {
			if at, ok := when(o["timestamp"]); ok {
				o["timestamp"] = write(at)
			}
			return o
		}),
	}
}

// when reads a time as the reference writes it.
func when(value any) (at time.Time, ok bool) {
	switch v := value.(type) {
	case json.Number:
		seconds, err := v.Float64()
		return time.UnixMicro(int64(seconds * 1e6)), err == nil && strings.Contains(v.String(), ".")
	case string:
		at, err := time.Parse(time.RFC3339, v)
		return at, err == nil
	}
	return at, false
}
