package faults

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sample = `{"b":1.50,"a":{"z":1,"y":[2]},"c":"<\u00e9>"}`

func TestWhatAChangeLeavesAlone(t *testing.T) {
	for name, row := range map[string]struct {
		change func(all map[string]any)
		want   string
	}{
		"nothing":  {func(map[string]any) {}, sample},
		"one":      {func(all map[string]any) { all["b"] = 2 }, `{"b":2,"a":{"z":1,"y":[2]},"c":"<\u00e9>"}`},
		"inside":   {func(all map[string]any) { delete(all["a"].(map[string]any), "z") }, `{"b":1.50,"a":{"y":[2]},"c":"<\u00e9>"}`},
		"one less": {func(all map[string]any) { delete(all, "a") }, `{"b":1.50,"c":"<\u00e9>"}`},
		"two more": {func(all map[string]any) { all["y"], all["x"] = nil, true }, `{"b":1.50,"a":{"z":1,"y":[2]},"c":"<\u00e9>","x":true,"y":null}`},
	} {
		assert.Equal(t, row.want, string(with([]byte(sample), row.change)), name)
	}
	for _, other := range []string{"", "[1]", "null", "{", `{"a":}`} {
		assert.Equal(t, other, string(with([]byte(other), func(all map[string]any) { all["a"] = 1 })), "no object")
	}
	assert.Equal(t, `{"b":1.50}`, string(without([]byte(sample), "a", "c", "d")))
}

// Whatever is read is written as it was.
func TestMembersArePreserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written, _ := json.Marshal(rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "object"))
		all, ok := members(written)
		assert.True(t, ok)
		assert.Equal(t, string(written), string(object(all)))
	})
}
