package report

import (
	"fmt"
	"time"
)

// Many says how many there are: "1 story", "3 stories".
func Many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// Seconds says how long it took, to the millisecond: "1.500 s".
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// Short cuts text to at most n characters, and says so.
func Short(text string, n int) string {
	var last int // where the last rune that has its place begins
	for i := range text {
		switch n--; n {
		case 0:
			last = i
		case -1:
			return text[:last] + "…"
		}
	}
	return text
}
