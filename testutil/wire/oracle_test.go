package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// object is a JSON object as encoding/json reads it: the slow and obvious way to decode a frame.
type object map[string]json.RawMessage

func parseObject(raw json.RawMessage) object {
	var o object
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &o) != nil {
		return nil
	}
	for key, value := range o {
		if string(value) == "null" {
			delete(o, key)
		}
	}
	return o
}

// isOneObject is the definition of a frame that can be decoded.
func isOneObject(frame string) bool {
	d := json.NewDecoder(strings.NewReader(frame))
	var raw json.RawMessage
	if d.Decode(&raw) != nil || raw[0] != '{' {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}

// merge lays objects over each other, the later winning.
func merge(objects ...object) object {
	merged := object{}
	for _, o := range objects {
		for key, value := range o {
			if !slices.Contains([]string{"type", "event", "timestamp", "payload", "data"}, key) {
				merged[key] = value
			}
		}
	}
	return merged
}

// hit is the lookup of section 5.1, step 3, among values of the accepted first bytes.
func (o object) hit(first string, names ...string) json.RawMessage {
	for _, name := range names {
		v := o[name]
		if len(v) == 0 || !strings.ContainsRune(first, rune(v[0])) {
			continue
		}
		var compact bytes.Buffer
		_ = json.Compact(&compact, v)
		if s := compact.String(); s != `""` && s != "{}" && s != "[]" {
			return v
		}
	}
	return nil
}

const (
	strings_ = `"`
	numbers  = `-0123456789`
	nested   = `{[`
	booleans = `tf`
)

func plainText(raw json.RawMessage) string {
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func (o object) id(names ...string) string { return plainText(o.hit(strings_+numbers, names...)) }

func (o object) str(name string) string { return plainText(o.hit(strings_, name)) }

func (o object) any(names ...string) string {
	if v := o.hit(strings_+numbers+nested+booleans, names...); v != nil {
		return string(v)
	}
	for _, name := range names {
		if v := o[name]; v != nil {
			return string(v)
		}
	}
	return ""
}

var (
	wrappers = []string{"system_message", "agent_progress", "agent_response_complete"}
	wrapped  = append([]string{"agent_error", "connection_established"}, TheFive...)
	failures = []string{"error", "agent_error", "agent_death", "connection_error", "system_error", "agent_timeout_failure"}
)

// oracle decodes a server frame with maps, after the text of section 5.1.
func oracle(frame string) Event {
	root := parseObject(json.RawMessage(strings.TrimLeft(frame, " \t\r\n")))
	payload, data := parseObject(root["payload"]), parseObject(root["data"])
	inner := parseObject(data["payload"])
	all := merge(root, payload, data, inner)

	e := Event{WireType: root.str("type")}
	e.Type = e.WireType
	if slices.Contains(wrappers, e.Type) {
		for _, o := range []object{root, data, payload} {
			if name := o.str("event"); slices.Contains(wrapped, name) {
				e.Type = name
				break
			}
		}
	}
	switch {
	case e.Type == "reasoning":
		e.Type = "agent_thinking"
	case e.Type == "agent_failed" || e.Type == "agent_fallback":
		e.Type = "agent_error"
	case e.Type == "error_message":
		e.Type = "error"
	case e.Type == "connection_established" || strings.HasSuffix(e.Type, "_connection_established"):
		e.Type = "welcome"
	}

	oracleIDs(all, &e)
	e.Agent = all.id("agent_name", "agent")
	e.Agents = string(all.hit("[", "agents_involved"))
	e.ErrorCode = all.id("error_code")
	e.Success = map[string]Truth{"true": True, "false": False}[string(all["success"])]
	attempt := all.hit(numbers, "attempt")
	if attempt == nil {
		attempt = parseObject(all["retry_info"])["attempt_number"]
	}
	e.Attempt, _ = strconv.Atoi(string(attempt))
	if strings.HasPrefix(string(attempt), `"`) || e.Attempt == math.MaxInt || e.Attempt == math.MinInt {
		e.Attempt = 0
	}
	e.Duration = oracleDuration(all)

	switch {
	case e.Type == "agent_thinking":
		e.Text = plainText(all.hit(strings_, "thought", "reasoning", "message", "thinking"))
	case e.Type == "tool_executing" || e.Type == "tool_completed":
		e.Tool = all.id("tool", "tool_name", "name")
		e.Input = all.any("input", "parameters", "params", "tool_args")
		e.Output = all.any("output", "results", "result")
	case e.Type == "agent_completed":
		e.Text = plainText(all.hit(strings_+numbers+nested+booleans,
			"result", "final_response", "response", "content", "message", "summary"))
	case slices.Contains(failures, e.Type):
		e.Text = plainText(all.hit(strings_+numbers+nested, "error_message", "error", "message"))
	case e.Type == "welcome":
		e.Mode = all.id("mode")
	case e.Type == "system_message":
		e.Status = all.id("status")
	}
	return e
}

func oracleIDs(all object, e *Event) {
	e.RunID, e.ThreadID, e.RequestID = all.id("run_id"), all.id("thread_id"), all.id("request_id")
	e.TurnID, e.EventID, e.ConnectionID = all.id("turn_id"), all.id("event_id"), all.id("connection_id")
	e.UserID = all.id("user_id")
	if e.UserID == "" {
		user := parseObject(all["user_context"])["user_id"]
		if len(user) > 0 && strings.ContainsRune(strings_+numbers, rune(user[0])) {
			e.UserID = plainText(user)
		}
	}
	if prefix, found := strings.CutSuffix(e.UserID, "..."); found {
		e.UserID, e.UserPrefix = "", prefix
	}
}

func oracleDuration(all object) time.Duration {
	for _, name := range []string{"duration", "duration_ms", "execution_time_ms", "execution_time", "elapsed_time"} {
		if v := all[name]; len(v) > 0 && strings.ContainsRune(numbers, rune(v[0])) {
			unit := time.Second
			if strings.HasSuffix(name, "_ms") {
				unit = time.Millisecond
			}
			n, err := strconv.ParseFloat(string(v), 64)
			if n *= float64(unit); err != nil || math.Abs(n) > 1<<62 {
				return 0
			}
			return time.Duration(n)
		}
	}
	return 0
}

// tester is what testing and rapid have in common.
type tester interface {
	require.TestingT
	Helper()
}

// agreesWithOracle holds Decode against the slow implementation. Time, dialect, variant and shape
// have tables of their own.
func agreesWithOracle(tb tester, frame string) {
	tb.Helper()
	got, err := Decode(frame)
	if !isOneObject(frame) {
		var broken *FrameError
		require.ErrorAs(tb, err, &broken)
		require.NotEmpty(tb, broken.Reason)
		require.LessOrEqual(tb, broken.Offset, len(frame))
		require.Equal(tb, Event{}, got)
		return
	}
	require.NoError(tb, err)
	want := oracle(frame)
	want.Time, want.TimeForm, want.Dialect, want.Variant, want.Shape = got.Time, got.TimeForm, got.Dialect, got.Variant, got.Shape
	assert.Equal(tb, want, got)
	agreesOnShape(tb, frame, got.Shape)
}

// agreesOnShape checks the members at each level against maps.
func agreesOnShape(tb tester, frame string, got Shape) {
	tb.Helper()
	root := parseObject(json.RawMessage(strings.TrimLeft(frame, " \t\r\n")))
	data := parseObject(root["data"])
	for i, o := range []object{root, parseObject(root["payload"]), data, parseObject(data["payload"])} {
		at := level(i)
		for m := range memberCount {
			_, want := o[m.String()]
			assert.Equal(tb, want, got.level(at).Has(m), "%s in %s", m, at)
		}
	}
}
