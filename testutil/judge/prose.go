package judge

import (
	"fmt"
	"time"
)

// prose is a message for people: its durations are rounded to what matters, in args too. Every message of the judge
// is made by it; nothing is judged by what it says.
func prose(format string, args ...any) string {
	for i, arg := range args {
		if d, is := arg.(time.Duration); is {
			args[i] = rounded(d)
		}
	}
	return fmt.Sprintf(format, args...)
}

// rounded is a duration to the millisecond, and below 10 ms to the microsecond. It is rounded away from zero, so
// that what is longer than its budget is also said to be.
func rounded(d time.Duration) time.Duration {
	unit := time.Millisecond
	if d.Abs() < 10*time.Millisecond {
		unit = time.Microsecond
	}
	whole := d.Truncate(unit)
	switch {
	case d > whole:
		return whole + unit
	case d < whole:
		return whole - unit
	}
	return whole
}
