package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// odd are frames that broke decoders before, or would break a careless one.
var odd = []string{
	``, ` `, `{`, `}`, `{}`, `[]`, `"x"`, `1`, `null`, `true`, `nul`, `{}{}`, `{} x`, "{}\n", "\ufeff{}",
	`{"type":}`, `{"type"}`, `{,}`, `{"a":1,}`, `{"a":[1,]}`, `{'a':1}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`,
	`{"a":1e}`, `{"a":.5}`, `{"a":+1}`, `{"a":NaN}`, `{"a":-0.0e+10}`, `{"a":tru}`, `{"a":"\x"}`,
	`{"a":"\u12"}`, `{"a":"\u12G4"}`, "{\"a\":\"\x01\"}", "{\"a\":\"tab\t\"}", `{"a":"\`, `{"a":"\u`,
	`{"type":"error","message":"\ud800"}`, `{"type":"error","message":"\ud83d\ude00"}`,
	"{\"type\":\"error\",\"message\":\"\xff\xfe\"}", "{\"\xff\":1}",
	`{"type":"agent_started","type":"agent_completed","result":"a","result":null}`,
	`{"run_id":"a","run_id":null}`, `{"run_id":"a","data":{"run_id":null}}`, `{"run_id":"a","data":{"run_id":""}}`,
	`{"data":{"run_id":"a","payload":{"agent":"x"}},"data":{"thread_id":"b"}}`, `{"data":{"run_id":"a"},"data":7}`,
	`{"payload":{"run_id":"p"},"data":{"run_id":"d","payload":{"run_id":"i"}}}`,
	`{"payload":{"payload":{"run_id":"x"},"data":{"run_id":"y"}}}`,
	`{"t\u0079pe":"reasoning","th\u006fught":"x"}`, `{"type":7}`, `{"type":null,"event":"agent_started"}`,
	`{"type":"system_message","event":"x","data":{"event":"agent_completed"},"payload":{"event":"agent_error"}}`,
	`{"type":"agent_completed","result":{},"final_response":[ ],"message":false}`,
	`{"type":"error","error":true,"message":"m"}`, `{"type":"agent_completed","result":true,"message":"m"}`,
	`{"type":"agent_completed","result":{"a":[1,{"b":2}]},"agents_involved":["x"]}`,
	`{"type":"tool_completed","tool":{"name":"x"},"name":"y","results":[]}`, `{"type":"tool_completed","results":""}`,
	`{"type":"legacy_connection_established","mode":"legacy"}`, `{"user_id":123,"attempt":1e999,"duration":1e999}`,
	`{"attempt":"2"}`, `{"attempt":99999999999999999999}`, `{"retry_info":{"attempt_number":2}}`,
	`{"retry_info":{"attempt_number":"2"}}`, `{"attempt":[2],"retry_info":[]}`,
	`{"user_context":{"user_id":"u"}}`, `{"user_context":{"user_id":{}}}`, `{"user_id":"3f6b1c9e..."}`, `{"user_id":"..."}`,
	`{"duration":"x","duration_ms":12.5}`, `{"duration":-1.5}`, `{"duration":1e300}`, `{"elapsed_time":3}`, `{"timestamp":1e400}`,
	strings.Repeat(`[`, 20_000), `{"a":` + strings.Repeat(`[`, 9_999) + strings.Repeat(`]`, 9_999) + `}`,
	`{"a":` + strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000) + `}`,
	strings.Repeat(`{"data":`, 10_001) + `1` + strings.Repeat(`}`, 10_001),
	`{"a":` + strings.Repeat("9", 4_000) + `}`,
}

// Every byte, at every place within and around the eight that are looked at together.
func TestPlainStopsAtTheFirstSpecialByte(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for c := range 256 {
				s := strings.Repeat("\x7f", at) + string([]byte{byte(c)}) + strings.Repeat("\xff", length-at-1)
				want := length
				if c < ' ' || c == '"' || c == '\\' {
					want = at
				}
				require.Equal(t, want, plain(s), "%q", s)
			}
		}
	}
}

func TestDecodeAgreesWithTheOracle(t *testing.T) {
	for _, s := range samples(t) {
		agreesWithOracle(t, string(s.Frame))
	}
	for _, frame := range odd {
		agreesWithOracle(t, frame)
	}
}

// FuzzDecode holds Decode against encoding/json on any text.
func FuzzDecode(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(string(s.Frame))
	}
	for _, frame := range odd {
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame string) {
		agreesWithOracle(t, frame)
		e, err := Decode(frame)
		sent, sentErr := DecodeSent(frame)
		require.Equal(t, err == nil, sentErr == nil)
		for d := range demands {
			assert.LessOrEqual(t, len(d.Deviations(&e)), 4*int(memberCount))
		}
		var run Tracker
		run.Observe(&e)
		run.Observe(&sent)
	})
}

// values that members of a generated frame take.
var someValues = []string{
	`null`, `""`, `"a"`, `"b"`, `"3f6b..."`, `"agent_started"`, `"agent_completed"`, `"tool_completed"`,
	`"connection_established"`, `"\u0061"`, `"\n"`, `{}`, `[ ]`, `{"user_id":"c","attempt_number":3}`, `["x"]`,
	`0`, `1.5`, `12`, `-3`, `true`, `false`, `"2025-09-17T10:03:20.900"`,
}

// frames generates objects whose members have the names that mean something, at every level, with
// repetitions.
func frames() *rapid.Generator[string] {
	names := rapid.Custom(func(t *rapid.T) string {
		return Member(rapid.IntRange(0, int(memberCount)-1).Draw(t, "member")).String()
	})
	types := rapid.SampledFrom(append(append(slicesOf(wrappers, failures), TheFive...),
		"reasoning", "agent_failed", "error_message", "connection_established", "x_connection_established", "ack"))
	var draw func(t *rapid.T, depth int) string
	draw = func(t *rapid.T, depth int) string {
		var b strings.Builder
		b.WriteString("{")
		for i := range rapid.IntRange(0, 8).Draw(t, "members") {
			if i > 0 {
				b.WriteString(", ")
			}
			name := names.Draw(t, "name")
			value := rapid.SampledFrom(someValues).Draw(t, "value")
			if depth > 0 && rapid.Bool().Draw(t, "nest") {
				name, value = rapid.SampledFrom([]string{"data", "payload"}).Draw(t, "object"), draw(t, depth-1)
			}
			b.WriteString(`"` + name + `":` + value)
		}
		b.WriteString("}")
		return b.String()
	}
	return rapid.Custom(func(t *rapid.T) string {
		body := draw(t, 2)
		kind, err := json.Marshal(types.Draw(t, "type"))
		if err != nil || !rapid.Bool().Draw(t, "typed") {
			return body
		}
		if body == "{}" {
			return `{"type":` + string(kind) + `}`
		}
		return strings.TrimSuffix(body, "}") + `,"type":` + string(kind) + `}`
	})
}

func slicesOf(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func TestDecodeAgreesWithTheOracleOnMeaningfulFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agreesWithOracle(t, frames().Draw(t, "frame")) })
}
