package reworded

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHistory(t *testing.T) {
	header := `{"version":1,"story":"header stays"}`
	for name, row := range map[string]struct{ told, want string }{
		"a frame":            {`{"frame":{"type":"ack","text":"Abc","n":[1,"z"]},"kind":"recv"}`, `{"frame":{"n":[1,"g"],"text":"Hij","type":"ack"},"kind":"recv"}`},
		"a frame of no JSON": {`{"frame":"oops","kind":"recv"}`, `{"frame":"vvwz","kind":"recv"}`},
		"what was sent":      {`{"frame":{"type":"chat","content":"abc"},"kind":"send"}`, `{"frame":{"type":"chat","content":"abc"},"kind":"send"}`},
		"an exchange":        {`{"http":{"body":"{\"id\":\"abc\"}","status":200,"purpose":"me"},"kind":"http"}`, `{"http":{"body":"{\"id\":\"hij\"}","purpose":"me","status":200},"kind":"http"}`},
		"a close":            {`{"close":{"code":1011,"reason":"Internal"},"kind":"close"}`, `{"close":{"code":1011,"reason":"Pualyuhs"},"kind":"close"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := History([]byte(header + "\n" + row.told + "\n"))
			require.NoError(t, err)
			assert.Equal(t, header+"\n"+row.want+"\n", string(got))
		})
	}
}

func TestDamagedHistory(t *testing.T) {
	_, err := History([]byte("{}\n{\"n\":1"))
	require.ErrorContains(t, err, "line 2")
}
