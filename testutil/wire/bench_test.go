package wire

import (
	"encoding/json"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"
)

// The candidates of docs/json-library.md. Each checks that the frame is JSON and reads the ids, agent,
// tool, text and time that every event needs, which is less than Decode does.
var candidates = []struct {
	name string
	read func(frame string) bool
}{
	{"wire", func(frame string) bool {
		_, err := Decode(frame)
		return err == nil
	}},
	{"wire-scan", func(frame string) bool {
		var x index
		return x.scan(frame) == nil
	}},
	{"gjson", readWithGJSON},
	{"jsontext", readWithTokens},
	{"json-v2-struct", func(frame string) bool {
		var e plainEvent
		return jsonv2.Unmarshal([]byte(frame), &e) == nil
	}},
	{"json-v2-map", func(frame string) bool {
		var e map[string]any
		return jsonv2.Unmarshal([]byte(frame), &e) == nil
	}},
	{"json-v1-struct", func(frame string) bool {
		var e plainEvent
		return json.Unmarshal([]byte(frame), &e) == nil
	}},
	{"json-v1-map", func(frame string) bool {
		var e map[string]any
		return json.Unmarshal([]byte(frame), &e) == nil
	}},
}

// plainFields are what a struct decoder needs at each level, as pointers to tell absent from empty.
type plainFields struct {
	RunID     *string         `json:"run_id"`
	ThreadID  *string         `json:"thread_id"`
	UserID    *string         `json:"user_id"`
	EventID   *string         `json:"event_id"`
	AgentName *string         `json:"agent_name"`
	Agent     *string         `json:"agent"`
	ToolName  *string         `json:"tool_name"`
	Thought   *string         `json:"thought"`
	Final     *string         `json:"final_response"`
	Results   json.RawMessage `json:"results"`
	Input     json.RawMessage `json:"parameters"`
}

type plainEvent struct {
	plainFields
	Type      string          `json:"type"`
	Timestamp json.RawMessage `json:"timestamp"`
	Payload   plainFields     `json:"payload"`
	Data      plainFields     `json:"data"`
}

// readWithGJSON needs a pass of its own to check the frame: gjson's parser accepts anything.
func readWithGJSON(frame string) bool {
	if !gjson.Valid(frame) {
		return false
	}
	var at [memberCount]gjson.Result
	var collect func(object gjson.Result, depth int)
	collect = func(object gjson.Result, depth int) {
		object.ForEach(func(key, value gjson.Result) bool {
			m, known := memberNamed(key.Str)
			if known {
				at[m] = value
			}
			if depth < 2 && (m == MemberPayload || m == MemberData) {
				collect(value, depth+1)
			}
			return true
		})
	}
	collect(gjson.Parse(frame), 0)
	return at[MemberType].Str != ""
}

func readWithTokens(frame string) bool {
	d := jsontext.NewDecoder(strings.NewReader(frame), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	known := 0
	for {
		token, err := d.ReadToken()
		if err != nil {
			return known > 0
		}
		if kind, length := d.StackIndex(d.StackDepth()); kind == '{' && length%2 == 1 {
			if _, ok := memberNamed(token.String()); ok {
				known++
			}
		}
	}
}

// BenchmarkDecode reads one normative tool_completed event of 951 bytes, the longest of the five.
func BenchmarkDecode(b *testing.B) {
	frame := normative(b)[ToolCompleted]
	for _, c := range candidates {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if !c.read(frame) {
					b.Fatal("not read")
				}
			}
		})
	}
}

// BenchmarkDecodeSamples reads every server frame of the samples once.
func BenchmarkDecodeSamples(b *testing.B) {
	var frames []string
	var size int64
	for _, s := range samples(b) {
		if s.Dir == "recv" {
			frames = append(frames, string(s.Frame))
			size += int64(len(s.Frame))
		}
	}
	for _, c := range candidates {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for b.Loop() {
				for _, frame := range frames {
					c.read(frame)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(frames)), "ns/frame")
		})
	}
}

// BenchmarkDeviations compares a healthy event with its shape.
func BenchmarkDeviations(b *testing.B) {
	e := decoded(b, normative(b)[ToolCompleted])
	b.ReportAllocs()
	for b.Loop() {
		if ShapeSeptember.Deviations(&e) != nil {
			b.Fatal("deviates")
		}
	}
}
