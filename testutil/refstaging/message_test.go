package refstaging

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestContentLocations(t *testing.T) {
	for name, tt := range map[string]struct{ frame, want string }{
		"content":                {`{"content":"C"}`, "C"},
		"message":                {`{"message":"C"}`, "C"},
		"text":                   {`{"text":"C"}`, "C"},
		"user_request":           {`{"user_request":"C"}`, "C"},
		"request.query":          {`{"request":{"query":"C"}}`, "C"},
		"request.user_request":   {`{"request":{"user_request":"C"}}`, "C"},
		"query":                  {`{"query":"C"}`, "C"},
		"payload wins":           {`{"content":"no","payload":{"message":"C"}}`, "C"},
		"order":                  {`{"query":"no","text":"no","message":"no","content":"C"}`, "C"},
		"blank is skipped":       {`{"content":"  ","text":"C"}`, "C"},
		"no string is skipped":   {`{"content":1,"text":"C"}`, "C"},
		"data is not consulted":  {`{"data":{"content":"no"}}`, ""},
		"payload hides the root": {`{"content":"no","payload":{}}`, ""},
		"payload is no object":   {`{"content":"no","payload":"x"}`, ""},
		"request is no object":   {`{"request":"x","query":"C"}`, "C"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := decodeMessage([]byte(tt.frame))
			require.NoError(t, err)
			assert.Equal(t, tt.want, m.Content())
		})
	}
}

func TestIDsComeFromPayloadOrRoot(t *testing.T) {
	m, err := decodeMessage([]byte(`{"thread_id":"root","run_id":"r","payload":{"thread_id":"inner"}}`))
	require.NoError(t, err)
	assert.Equal(t, "inner", m.Text("thread_id"))
	assert.Equal(t, "r", m.Text("run_id"))
	assert.Empty(t, m.Text("other"))
}

func TestSimulationsAreAskedForInTheContext(t *testing.T) {
	for name, tt := range map[string]struct {
		frame string
		want  simulation
	}{
		"root":                 {`{"context":{"force_failure":true}}`, simulation{fails: true}},
		"payload":              {`{"payload":{"context":{"simulate_delay":1.5}}}`, simulation{delay: 1500 * time.Millisecond}},
		"root beside payload":  {`{"payload":{},"context":{"force_failure":true}}`, simulation{fails: true}},
		"payload wins":         {`{"payload":{"context":{}},"context":{"force_failure":true}}`, simulation{}},
		"an hour is enough":    {`{"context":{"simulate_delay":1e300}}`, simulation{delay: time.Hour}},
		"not in the open":      {`{"force_failure":true,"simulate_delay":1}`, simulation{}},
		"members of bad types": {`{"context":{"force_failure":"true","simulate_delay":"1"}}`, simulation{}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := decodeMessage([]byte(tt.frame))
			require.NoError(t, err)
			assert.Equal(t, tt.want, m.simulation())
		})
	}
}

func FuzzDecodeMessage(f *testing.F) {
	for _, seed := range []string{`{"type":"ping"}`, `[]`, `null`, `1`, `"x"`, `{`, `{"type":1}`, `{"payload":{"request":{"query":"x"}}}`, "\xff", `{"type":"a"}{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := decodeMessage(frame)
		if err == nil {
			m.Content()
			octoberContent(m)
			m.Text("thread_id")
			m.simulation()
		}
	})
}
