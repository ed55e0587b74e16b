package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func decoded(tb tester, frame string) Event {
	tb.Helper()
	e, err := Decode(frame)
	require.NoError(tb, err)
	return e
}

func TestFrameErrorsSayWhereAndWhy(t *testing.T) {
	tests := map[string]struct {
		frame  string
		offset int
	}{
		"empty":                {"", 0},
		"array":                {"[]", 0},
		"string":               {`"x"`, 0},
		"cut in a string":      {`{"a":"b`, 7},
		"trailing text":        {`{} {}`, 3},
		"missing comma":        {`{"a":1 "b":2}`, 7},
		"control character":    {"{\"a\":\"b\n\"}", 7},
		"nested too deeply":    {strings.Repeat(`{"a":`, 20_000), 50_000},
		"byte order mark":      {"\ufeff{}", 0},
		"a number, not JSON's": {`{"a":0x1}`, 6},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, decode := range []func(string) (Event, error){Decode, DecodeSent} {
				e, err := decode(test.frame)
				var broken *FrameError
				require.ErrorAs(t, err, &broken)
				assert.Equal(t, test.offset, broken.Offset)
				assert.Contains(t, broken.Error(), broken.Reason)
				assert.Equal(t, Event{}, e)
			}
		})
	}
}

func TestTimestamps(t *testing.T) {
	at := func(nanos int) time.Time { return time.Date(2025, 9, 17, 10, 0, 1, nanos, time.UTC) }
	tests := map[string]struct {
		json string
		time time.Time
		form TimeForm
	}{
		"float seconds":                   {`1758103201.12`, at(120_000_000), FloatSeconds},
		"float seconds, whole":            {`1758103201.0`, at(0), FloatSeconds},
		"float seconds, ten digits":       {`1758103201.1234567891`, at(123_456_789), FloatSeconds},
		"float seconds, with exponent":    {`1.758103201e9`, at(0), FloatSeconds},
		"float seconds, before the epoch": {`-1.5`, time.Unix(-2, 500_000_000).UTC(), FloatSeconds},
		"integer milliseconds":            {`1758103201120`, at(120_000_000), IntMilliseconds},
		"integer seconds":                 {`1758103201`, at(0), IntSeconds},
		"ISO with Z":                      {`"2025-09-17T10:00:01.120Z"`, at(120_000_000), ISOZone},
		"ISO with offset":                 {`"2025-09-17T10:00:01.120+00:00"`, at(120_000_000), ISOZone},
		"ISO with another offset":         {`"2025-09-17T12:00:01+02:00"`, at(0), ISOZone},
		"naive ISO is UTC":                {`"2025-09-17T10:00:01.120"`, at(120_000_000), ISONaive},
		"naive ISO, microseconds":         {`"2025-09-17T10:00:01.120456"`, at(120_456_000), ISONaive},
		"naive ISO, no fraction":          {`"2025-09-17T10:00:01"`, at(0), ISONaive},
		"null":                            {`null`, time.Time{}, NoTime},
		"words":                           {`"now"`, time.Time{}, BadTime},
		"empty":                           {`""`, time.Time{}, BadTime},
		"float milliseconds":              {`1758103201120.5`, time.Time{}, BadTime},
		"beyond every number":             {`1e999`, time.Time{}, BadTime},
		"too many digits":                 {`99999999999999999999`, time.Time{}, BadTime},
		"nanoseconds":                     {`1758103201120000000`, time.Time{}, BadTime},
		"an object":                       {`{}`, time.Time{}, BadTime},
		"a boolean":                       {`true`, time.Time{}, BadTime},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := decoded(t, `{"type":"ack","timestamp":`+test.json+`}`)
			assert.Equal(t, test.form, e.TimeForm)
			assert.Equal(t, test.time, e.Time)
		})
	}
}

func TestTheFramesOwnTimestampComesFirst(t *testing.T) {
	both := decoded(t, `{"data":{"timestamp":"2025-09-17T10:00:00"},"timestamp":1.5}`)
	assert.Equal(t, FloatSeconds, both.TimeForm)
	inner := decoded(t, `{"data":{"timestamp":"2025-09-17T10:00:00"}}`)
	assert.Equal(t, ISONaive, inner.TimeForm)
}

func TestWelcomeForms(t *testing.T) {
	tests := map[string]struct {
		frame   string
		dialect Dialect
		mode    string
	}{
		"S1 main":          {`{"type":"connection_established","data":{"mode":"main","user_id":"3f6b1c9e...","connection_id":"main_06d1b7e2"}}`, September, "main"},
		"S1 legacy":        {`{"type":"connection_established","data":{"mode":"legacy","connection_id":"legacy_06d1b7e2"}}`, September, "legacy"},
		"S1 prefixed type": {`{"type":"factory_connection_established","data":{"mode":"factory","connection_id":"factory_1"}}`, September, "factory"},
		"S0":               {`{"type":"system_message","data":{"event":"connection_established","connection_id":"ws_conn_1","user_id":"u"}}`, SeptemberS0, ""},
		"October":          {`{"type":"connection_established","data":{"connection_id":"ws_conn_3f6b1c9e_1_7_2f90ab16","user_id":"u"}}`, October, ""},
		"DEMO":             {`{"type":"connection_established","connection_id":"0c4f83ad-2e6b-4df1-8b09-6a71d5c3e920","message":"Welcome"}`, Demo, ""},
		"documented only":  {`{"type":"connection_established","connection_id":"conn_1758104100000","timestamp":1758104100.0,"system":true}`, UnknownDialect, ""},
		"not a UUID":       {`{"type":"connection_established","connection_id":"0c4f83ad-2e6b-4df1-8b09-6a71d5c3e92z"}`, UnknownDialect, ""},
		"a UUID in data":   {`{"type":"connection_established","data":{"connection_id":"0c4f83ad-2e6b-4df1-8b09-6a71d5c3e920"}}`, UnknownDialect, ""},
		"nothing else":     {`{"type":"connection_established"}`, UnknownDialect, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := decoded(t, test.frame)
			assert.Equal(t, Welcome, e.Type)
			assert.Equal(t, test.dialect, e.Dialect)
			assert.Equal(t, test.mode, e.Mode)
		})
	}
	degraded := decoded(t, `{"type":"system_message","data":{"event":"degraded_mode"}}`)
	assert.Equal(t, SystemMessage, degraded.Type)
}

func TestATruncatedUserIsAPrefix(t *testing.T) {
	e := decoded(t, `{"type":"connection_established","data":{"mode":"main","user_id":"3f6b1c9e..."}}`)
	assert.Empty(t, e.UserID)
	assert.Equal(t, "3f6b1c9e", e.UserPrefix)
}

func TestErrorCodesAtBothPlaces(t *testing.T) {
	root := decoded(t, `{"type":"error_message","error_code":"AUTH_FAILED","error_message":"Authentication failed"}`)
	inner := decoded(t, `{"type":"error_message","data":{"error_code":"CONNECTION_ERROR"}}`)
	assert.Equal(t, []string{Error, "AUTH_FAILED", "Authentication failed"}, []string{root.Type, root.ErrorCode, root.Text})
	assert.Equal(t, []string{Error, "CONNECTION_ERROR", ""}, []string{inner.Type, inner.ErrorCode, inner.Text})
}

func TestAnAnswerMayBeAnyValueButNothing(t *testing.T) {
	tests := map[string]string{
		`{"result":"a","final_response":"b"}`:          "a",
		`{"result":"","final_response":"b"}`:           "b",
		`{"result":{},"message":"m"}`:                  "m",
		`{"result":{"usd": 412}}`:                      `{"usd": 412}`,
		`{"result":42}`:                                `42`,
		`{"result":[]}`:                                "",
		`{"data":{"result":"deep"},"result":"flat"}`:   "deep",
		`{"data":{"result":null},"result":"flat"}`:     "flat",
		`{"summary":"s","content":"caf\u00e9 \ud83d"}`: "café \ufffd",
	}
	for body, want := range tests {
		e := decoded(t, strings.Replace(body, "{", `{"type":"agent_completed",`, 1))
		assert.Equal(t, want, e.Text, body)
	}
}

// The strings of an event are not copies: a session keeps one string for each frame.
func TestDecodingANormativeEventAllocatesNothing(t *testing.T) {
	for _, s := range samples(t) {
		if frame := string(s.Frame); strings.HasPrefix(s.name, "september_s1") && s.Dir == "recv" {
			assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = Decode(frame) }), s.name)
		}
	}
}

func TestMembersAreNamedOnce(t *testing.T) {
	for m := range memberCount {
		found, known := memberNamed(m.String())
		assert.True(t, known, m.String())
		assert.Equal(t, m, found)
		assert.NotZero(t, members[m].want, m.String())
	}
	_, known := memberNamed("no_such_member")
	assert.False(t, known)
}

func TestShape(t *testing.T) {
	tests := map[string]struct {
		frame                     string
		blank, mistyped, disagree Members
	}{
		"blank":                      {`{"run_id":""}`, Of(MemberRunID), 0, 0},
		"blank, then given":          {`{"run_id":"","run_id":"x"}`, 0, 0, 0},
		"blank in a replaced object": {`{"data":{"run_id":""},"data":{}}`, 0, 0, 0},
		"mistyped":                   {`{"run_id":7,"success":"yes","payload":[]}`, 0, Of(MemberRunID, MemberSuccess, MemberPayload), 0},
		"mistyped, then right":       {`{"run_id":7,"run_id":"x"}`, 0, 0, 0},
		"null is no type":            {`{"run_id":null,"payload":null}`, 0, 0, 0},
		"levels disagree":            {`{"user_id":"a","payload":{"user_id":"b"}}`, 0, 0, Of(MemberUserID)},
		"the middle level disagrees": {`{"user_id":"a","payload":{"user_id":"b"},"data":{"user_id":"a"}}`, 0, 0, Of(MemberUserID)},
		"other spelling":             {`{"user_id":"a","data":{"user_id":"\u0061"}}`, 0, 0, 0},
		"messages may differ":        {`{"message":"a","data":{"message":"b","timestamp":1},"timestamp":2}`, 0, 0, 0},
		"numbers by value":           {`{"duration":1.50,"data":{"duration":1.5}}`, 0, 0, 0},
		"other types":                {`{"results":"1","data":{"results":1}}`, 0, 0, Of(MemberResults)},
		"agent and agent_name":       {`{"agent_name":"a","data":{"agent":"b"}}`, 0, 0, Of(MemberAgent)},
		"thought and reasoning":      {`{"type":"reasoning","thought":"a","reasoning":"b"}`, 0, 0, Of(MemberReasoning)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := decoded(t, test.frame).Shape
			assert.Equal(t, [3]Members{test.blank, test.mistyped, test.disagree}, [3]Members{got.Blank, got.Mistyped, got.Disagree})
		})
	}
}
