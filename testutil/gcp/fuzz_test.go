package gcp_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// FuzzParse: what a server sends is read or refused, and never ends the suite.
func FuzzParse(f *testing.F) {
	f.Add(serviceBody)
	f.Add(`{"revisions":[{"name":"a/b","scaling":{"minInstanceCount":"2"}}]}`)
	f.Add(`{"entries":[` + entry(`,"severity":"INFO","jsonPayload":{"message":"x"},"httpRequest":{"latency":"1s"}`) + `],"nextPageToken":"n"}`)
	f.Add(`{"timeSeries":[{"points":[{"value":{"distributionValue":{"count":"1","mean":"NaN"}}},{"value":{"int64Value":"-1"}}]}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if s, err := gcp.ParseService(body); err == nil {
			assert.NotContains(t, s.Name+s.LatestReady+s.LatestCreated, "/")
			s.Percent(s.LatestReady)
			s.Terminal.Cause()
		}
		revisions, _, _ := gcp.ParseRevisions(body)
		for _, r := range revisions {
			r.Digest()
			r.Ready().Cause()
		}
		entries, _, _ := gcp.ParseEntries(body)
		for _, e := range entries {
			assert.False(t, e.Empty && (e.Text != "" || e.Request != nil))
			_ = e.Severity.String()
		}
		series, _, _ := gcp.ParseSeries(body)
		for _, s := range series {
			for _, p := range s.Points {
				assert.False(t, math.IsNaN(p.Value) || math.IsInf(p.Value, 0))
			}
		}
	})
}

// FuzzFilter: values stay inside their quotes.
func FuzzFilter(f *testing.F) {
	f.Add(`x" OR NOT a:"`)
	f.Add("\\\x00\xff\n")
	f.Fuzz(func(t *testing.T, value string) {
		text := gcp.Is("f", value).String()
		inside, escaped := 0, false
		for _, c := range text[len("f="):] {
			switch {
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				inside++
			default:
				assert.Equal(t, 1, inside, text)
			}
		}
		assert.Equal(t, 2, inside, text)
	})
}
