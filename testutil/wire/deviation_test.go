package wire

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var shapeOfFile = map[string]DeclaredShape{
	"september_s1_main.jsonl": ShapeSeptember, "october.jsonl": ShapeOctober,
	"september_s0.jsonl": ShapeE1, "e1.jsonl": ShapeE1, "e2.jsonl": ShapeE2, "e3.jsonl": ShapeE3,
	"e4.jsonl": ShapeE4, "e5.jsonl": ShapeE5, "e6.jsonl": ShapeE6, "e7.jsonl": ShapeE7, "e8.jsonl": ShapeE8,
}

func TestSamplesHaveTheirOwnShape(t *testing.T) {
	for _, s := range samples(t) {
		file, _, _ := strings.Cut(s.name, ":")
		shape, declared := shapeOfFile[file]
		if s.Dir != "recv" || !declared {
			continue
		}
		e := decoded(t, string(s.Frame))
		got := shape.Deviations(&e)
		if e.WireType == "reasoning" { // E2's documented defect, V16
			require.Len(t, got, 1, s.name)
			assert.Equal(t, "V16", got[0].Source)
			continue
		}
		assert.Empty(t, got, s.name)
	}
}

// A frame of one variant is not taken for another's; the normative shape contains several.
func TestSamplesDeviateFromOtherShapes(t *testing.T) {
	of := map[string]int{}
	for _, s := range samples(t) {
		file, _, _ := strings.Cut(s.name, ":")
		own, declared := shapeOfFile[file]
		e, err := s.decode()
		require.NoError(t, err)
		if !declared || own == ShapeSeptember || e.Type != AgentCompleted {
			continue
		}
		for other := range demands {
			if len(other.Deviations(&e)) == 0 {
				of[string(own)+" as "+string(other)]++
			}
		}
	}
	for pair := range of {
		own, other, _ := strings.Cut(pair, " as ")
		assert.Equal(t, own, other, "every %s event passes for %s", own, other)
	}
}

func normative(tb testing.TB) map[string]string {
	frames := map[string]string{}
	for _, s := range samples(tb) {
		if strings.HasPrefix(s.name, "september_s1") && isOneOfTheFive(s.Canonical.Type) {
			frames[s.Canonical.Type] = string(s.Frame)
		}
	}
	require.Len(tb, frames, len(TheFive))
	return frames
}

func TestNormativeEventsDeviateFromNothingWithoutAllocating(t *testing.T) {
	for _, frame := range normative(t) {
		e := decoded(t, frame)
		for _, d := range []DeclaredShape{ShapeAuto, "", ShapeSeptember} {
			assert.Nil(t, d.Deviations(&e), "%s as %s", e.Type, d)
			assert.Zero(t, testing.AllocsPerRun(50, func() { d.Deviations(&e) }))
		}
	}
}

// Every member of the normative shape is mandatory: dropping any one is seen, and named.
func TestSeptemberMissesEveryDroppedMember(t *testing.T) {
	for kind, frame := range normative(t) {
		var root map[string]any
		require.NoError(t, json.Unmarshal([]byte(frame), &root))
		for _, level := range []string{"", "payload", "data"} {
			object := root
			if level != "" {
				object = root[level].(map[string]any)
			}
			for name := range maps.Clone(object) {
				m, known := memberNamed(name)
				if !known || m == MemberType {
					continue
				}
				for what, value := range map[string]any{"dropped": nil, "null": nil, "blank": ""} {
					kept := object[name]
					if object[name] = value; what == "dropped" {
						delete(object, name)
					}
					assert.Contains(t, deviating(t, ShapeSeptember, root), name, "%s: %s.%s %s", kind, level, name, what)
					object[name] = kept
				}
			}
		}
	}
}

// deviating returns the members that deviate in a frame.
func deviating(tb testing.TB, d DeclaredShape, frame map[string]any) []string {
	tb.Helper()
	text, err := json.Marshal(frame)
	require.NoError(tb, err)
	e := decoded(tb, string(text))
	var names []string
	for _, deviation := range d.Deviations(&e) {
		names = append(names, deviation.Member)
		assert.NotEmpty(tb, deviation.Want)
		assert.NotEmpty(tb, deviation.Got)
		assert.NotEmpty(tb, deviation.Source)
		assert.Contains(tb, deviation.String(), deviation.Member)
	}
	return names
}

func TestDeviationsOfOneMutation(t *testing.T) {
	frames := normative(t)
	type mutation = func(root, payload, data map[string]any)
	tests := map[string]struct {
		event  string
		mutate mutation
		shapes []DeclaredShape // in which the mutation shows
		quiet  []DeclaredShape // in which it does not
		member string
	}{
		"#1039: tool_name not at root": {ToolExecuting, func(r, _, _ map[string]any) { delete(r, "tool_name") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE2, ShapeE8}, []DeclaredShape{ShapeOctober}, "tool_name"},
		"#1039: tool_name not at root, completed": {ToolCompleted, func(r, _, _ map[string]any) { delete(r, "tool_name") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE2, ShapeE8}, nil, "tool_name"},
		"#935: results not at root": {ToolCompleted, func(r, _, _ map[string]any) { delete(r, "results") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE2, ShapeE4, ShapeE8}, nil, "results"},
		"agent_name not at root": {ToolExecuting, func(r, _, _ map[string]any) { delete(r, "agent_name") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE4}, nil, "agent_name"},
		"agent_name not at root, completed": {ToolCompleted, func(r, _, _ map[string]any) { delete(r, "agent_name") },
			[]DeclaredShape{ShapeSeptember, ShapeE4}, []DeclaredShape{ShapeAuto}, "agent_name"},
		"type is reasoning": {AgentThinking, func(r, _, _ map[string]any) { r["type"] = "reasoning" },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE2}, nil, "type"},
		"a generic thought": {AgentThinking, func(r, p, d map[string]any) {
			r["thought"], r["reasoning"], p["thought"], d["reasoning"] = "Thinking...", "Thinking...", "Thinking...", "Thinking..."
		}, []DeclaredShape{ShapeAuto, ShapeSeptember}, nil, "thought"},
		"a short thought": {AgentThinking, func(r, p, _ map[string]any) { r["thought"], p["thought"] = "äöüß", "äöüß" },
			[]DeclaredShape{ShapeAuto, ShapeSeptember}, nil, "thought"},
		"five letters are a thought": {AgentThinking, func(r, p, d map[string]any) {
			r["thought"], r["reasoning"], p["thought"], d["reasoning"] = "äöüßé", "äöüßé", "äöüßé", "äöüßé"
		}, nil, []DeclaredShape{ShapeAuto, ShapeSeptember}, "thought"},
		"payload is no object": {AgentStarted, func(r, _, _ map[string]any) { r["payload"] = "x" },
			[]DeclaredShape{ShapeAuto, ShapeSeptember}, nil, "payload"},
		"run_id is a number": {AgentStarted, func(r, _, _ map[string]any) { r["run_id"] = 7 },
			[]DeclaredShape{ShapeAuto, ShapeSeptember}, nil, "run_id"},
		"no thread on started": {AgentStarted, func(r, _, _ map[string]any) { delete(r, "thread_id") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE8}, nil, "thread_id"},
		"no thread on thinking": {AgentThinking, func(r, _, _ map[string]any) { delete(r, "thread_id") },
			[]DeclaredShape{ShapeSeptember, ShapeE8}, []DeclaredShape{ShapeAuto}, "thread_id"},
		"no run anywhere": {AgentCompleted, func(r, _, _ map[string]any) { delete(r, "run_id") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember, ShapeE4}, nil, "run_id"},
		"no timestamp": {AgentCompleted, func(r, _, _ map[string]any) { delete(r, "timestamp") },
			[]DeclaredShape{ShapeAuto, ShapeSeptember}, nil, "timestamp"},
		"an ISO timestamp": {AgentCompleted, func(r, _, _ map[string]any) { r["timestamp"] = "2025-09-17T10:00:00Z" },
			[]DeclaredShape{ShapeSeptember, ShapeE8}, []DeclaredShape{ShapeAuto, ShapeE2}, "timestamp"},
		"repeated values disagree": {ToolCompleted, func(_, _, d map[string]any) { d["tool_name"] = "other" },
			[]DeclaredShape{ShapeSeptember}, []DeclaredShape{ShapeAuto}, "tool_name"},
		"agent contradicts agent_name": {AgentStarted, func(_, _, d map[string]any) { d["agent"] = "other" },
			[]DeclaredShape{ShapeSeptember}, []DeclaredShape{ShapeAuto}, "agent"},
		"result contradicts final_response": {AgentCompleted, func(_, _, d map[string]any) { d["result"] = "other" },
			[]DeclaredShape{ShapeSeptember}, []DeclaredShape{ShapeAuto}, "result"},
		"a second spelling of the same value": {ToolCompleted, func(r, _, _ map[string]any) { r["results"] = json.RawMessage(respelled(r["results"])) },
			nil, []DeclaredShape{ShapeSeptember, ShapeAuto}, "results"},
		"a failed completion needs no answer": {AgentCompleted, func(r, p, d map[string]any) {
			r["success"] = false
			delete(r, "final_response")
			delete(p, "final_response")
			delete(d, "result")
		}, nil, []DeclaredShape{ShapeSeptember}, "final_response"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var root map[string]any
			require.NoError(t, json.Unmarshal([]byte(frames[test.event]), &root))
			test.mutate(root, root["payload"].(map[string]any), root["data"].(map[string]any))
			for _, d := range test.shapes {
				assert.Contains(t, deviating(t, d, root), test.member, "as %s", d)
			}
			for _, d := range test.quiet {
				assert.NotContains(t, deviating(t, d, root), test.member, "as %s", d)
			}
		})
	}
}

// respelled is the same JSON value with other white space and escapes.
func respelled(value any) string {
	text, _ := json.MarshalIndent(value, "", "  ")
	return strings.ReplaceAll(string(text), "media", `m\u0065dia`)
}

func TestOtherEventsHaveNoDeviations(t *testing.T) {
	for _, frame := range []string{`{"type":"pong"}`, `{"type":"connection_established"}`, `{"type":"progress_update"}`, `{}`} {
		e := decoded(t, frame)
		assert.Nil(t, ShapeSeptember.Deviations(&e))
		assert.Nil(t, ShapeAuto.Deviations(&e))
	}
}

func TestParseShape(t *testing.T) {
	for text, want := range map[string]DeclaredShape{"": ShapeAuto, "auto": ShapeAuto, "September": ShapeSeptember, "e8": ShapeE8, "E1": ShapeE1} {
		got, err := ParseShape(text)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, text := range []string{"e9", "s0", " auto"} {
		_, err := ParseShape(text)
		assert.ErrorContains(t, err, "e1 to e8", text)
	}
}
