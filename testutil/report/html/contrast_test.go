package html

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var custom = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`)

// schemes are the colours of light, dark and paper; a later one has those of the first that it does not set.
func schemes(t *testing.T) []map[string]string {
	t.Helper()
	var all []map[string]string
	for _, root := range regexp.MustCompile(`(?s):root \{.*?\}`).FindAllString(style, -1) {
		colours := map[string]string{}
		if len(all) > 0 {
			for name, value := range all[0] {
				colours[name] = value
			}
		}
		for _, pair := range custom.FindAllStringSubmatch(root, -1) {
			colours[pair[1]] = pair[2]
		}
		all = append(all, colours)
	}
	require.Len(t, all, 3)
	return all
}

// What is written on what. WCAG 2 asks for 4.5 of text and 3 of graphics.
var pairs = []struct {
	ink, ground []string
	atLeast     float64
}{
	{[]string{"ink", "dim", "link", "good", "bad", "warn", "open"}, []string{"page", "card", "open-soft"}, 4.5},
	{[]string{"ink", "dim", "good"}, []string{"good-soft"}, 4.5},
	{[]string{"ink", "dim", "bad"}, []string{"bad-soft"}, 4.5},
	{[]string{"ink", "dim", "warn"}, []string{"warn-soft"}, 4.5},
	{[]string{"send", "run", "done", "recv", "http", "conn", "note", "bad"}, []string{"page", "run-band", "bad-soft"}, 3},
}

func TestContrastIsHighEnough(t *testing.T) {
	for i, colours := range schemes(t) {
		for _, p := range pairs {
			for _, ink := range p.ink {
				for _, ground := range p.ground {
					assert.GreaterOrEqual(t, contrast(t, colours[ink], colours[ground]), p.atLeast, "scheme %d: %s on %s", i, ink, ground)
				}
			}
		}
	}
}

// contrast is that of WCAG 2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	require.NotEmpty(t, colour)
	hex := colour[1:]
	if len(hex) == 3 {
		hex = fmt.Sprintf("%c%c%c%c%c%c", hex[0], hex[0], hex[1], hex[1], hex[2], hex[2])
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
