package gcp

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// An integer is a number that stands as a JSON string if it has 64 bits, and else as a JSON number. Either
// is taken for either, as Google's own clients do.
type integer int64

func (i *integer) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(unquoted(raw), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is no whole number: %w", raw, err)
	}
	*i = integer(n)
	return nil
}

// A double may be "NaN", "Infinity" or "-Infinity", which are strings.
type double float64

func (d *double) UnmarshalJSON(raw []byte) error {
	x, err := strconv.ParseFloat(unquoted(raw), 64)
	if err != nil {
		return fmt.Errorf("%s is no number: %w", raw, err)
	}
	*d = double(x)
	return nil
}

// finite tells whether it says anything.
func (d double) finite() bool { return !math.IsNaN(float64(d)) && !math.IsInf(float64(d), 0) }

// A span is a duration on the wire, "0.012s"; zero is absent.
type span time.Duration

func (s *span) UnmarshalJSON(raw []byte) error {
	d, err := time.ParseDuration(unquoted(raw))
	if err != nil {
		return fmt.Errorf("%s is no duration: %w", raw, err)
	}
	*s = span(d)
	return nil
}

// unquoted is the text of a JSON string or number; null is zero, as what is absent.
func unquoted(raw []byte) string {
	var text string
	switch {
	case string(raw) == "null":
		return "0"
	case json.Unmarshal(raw, &text) == nil:
		return text
	}
	return string(raw)
}
