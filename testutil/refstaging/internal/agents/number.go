package agents

import (
	"encoding/json"
	"math/big"
	"strings"
)

// Number is an exact decimal. It is printed with at most two decimals, rounded half away from zero,
// without trailing zeros and without thousands separators: "697", "103.25".
type Number struct{ rat big.Rat }

// maxLength bounds the text of a figure: longer ones are identifiers, and exact arithmetic on a
// megabyte of digits would take minutes.
const maxLength = 36

// ParseNumber reads digits with an optional fraction, such as "103.25".
func ParseNumber(text string) (*Number, bool) {
	if len(text) > maxLength {
		return nil, false
	}
	n := new(Number)
	_, ok := n.rat.SetString(text)
	return n, ok
}

func whole(n int64) *Number {
	v := new(Number)
	v.rat.SetInt64(n)
	return v
}

func (n *Number) plus(m *Number) *Number {
	v := new(Number)
	v.rat.Add(&n.rat, &m.rat)
	return v
}

func (n *Number) times(m *Number) *Number {
	v := new(Number)
	v.rat.Mul(&n.rat, &m.rat)
	return v
}

// over divides; m must not be zero.
func (n *Number) over(m *Number) *Number {
	v := new(Number)
	v.rat.Quo(&n.rat, &m.rat)
	return v
}

func (n *Number) less(m *Number) bool { return n.rat.Cmp(&m.rat) < 0 }

func (n *Number) String() string {
	text := n.rat.FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalJSON writes the number as a JSON number, as it is printed.
func (n *Number) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(n.String())) }
