package nights_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/nights"
)

func TestTheTrendOfManyNights(t *testing.T) {
	w := newWorld(1, 0.02)
	all := w.nights(15)
	slow := w.night(3)
	slow.Decision, slow.Stories[2].Red = "INVESTIGATE", true
	slow.Findings = []nights.Broken{{Rule: "answer/echo", Hard: true, Times: 2}}
	all[4].Findings = []nights.Broken{{Rule: "latency/report", Times: 1}}
	all[4].Stories[2].Red = true
	slow.Stories = slices.Delete(slow.Stories, 3, 4)
	trend, err := nights.Over(append(append([]nights.Night{slow}, elsewhere(all)[:3]...), all...), 14)
	require.NoError(t, err)
	require.Len(t, trend.Nights, 14)
	assert.Equal(t, slow.ID, trend.Nights[13].ID)
	assert.Equal(t, []nights.Told{
		{Package: "p", Name: "story2", Outcomes: outcomes(14, map[int]string{2: nights.Red, 13: nights.Red})},
		{Package: "p", Name: "story3", Outcomes: outcomes(14, map[int]string{13: nights.Absent})},
	}, trend.Stories)
	require.Len(t, trend.Rules, 2)
	assert.Equal(t, "answer/echo", trend.Rules[0].Rule)
	assert.Equal(t, 2, trend.Rules[0].Times[13])
	require.Len(t, trend.Findings, 1)
	assert.Equal(t, nights.ShiftRule, trend.Findings[0].Rule)
	assert.Contains(t, trend.Findings[0].Message, "answer is slower than in the last 14 nights")
	assert.Empty(t, trend.Notes)

	var text bytes.Buffer
	require.NoError(t, trend.WriteText(&text))
	for _, line := range []string{
		"remote https://api.example: 14 nights, 2026-01-04 to 2026-01-17\n",
		"SHIFTED × 3.", "p < 0.0001", "INVESTIGATE  1 of 3", "··x··········x              2 of 14\n", "·············-              0 of 13\n",
		"answer/echo (hard)", "\ntrend/shift (soft): answer is slower",
	} {
		assert.Contains(t, text.String(), line)
	}
}

func outcomes(n int, but map[int]string) []string {
	all := slices.Repeat([]string{nights.Green}, n)
	for at, outcome := range but {
		all[at] = outcome
	}
	return all
}

func TestATrendNeedsANight(t *testing.T) {
	_, err := nights.Over(nil, 10)
	require.ErrorContains(t, err, "--add DIR")
	trend, err := nights.Over(newWorld(1, 0).nights(1), 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"answer not compared: of the nights before, 0 met this target: at least 12 are needed"}, trend.Notes)
}

func TestATrendThatWasWrittenIsRead(t *testing.T) {
	trend, err := nights.Over(newWorld(1, 0).nights(12), 30)
	require.NoError(t, err)
	trend.Notes = append(trend.Notes, "a\x1b[2J note")
	text, err := json.Marshal(trend)
	require.NoError(t, err)
	again, err := nights.ReadTrend(bytes.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, trend.Phases, again.Phases)
	assert.Contains(t, again.Notes, `a\u001b[2J note`)
	for _, other := range []string{"", "{}", `{"version":2,"nights":[{}]}`, `{"version":1,"nights":[]}`, `{"version":1,"nights":[{}],"phases":[{"points":[]}]}`} {
		_, err := nights.ReadTrend(strings.NewReader(other))
		assert.ErrorContains(t, err, "read the trend", other)
	}
}

func FuzzReadTrend(f *testing.F) {
	f.Add(`{"version":1,"nights":[{"id":"1"}],"phases":[{"name":"http","points":[{"count":1}]}],"rules":[{"times":[1]}],"stories":[{"outcomes":["red"]}]}`)
	f.Add(`{"version":1,"nights":[{}],"rules":[{"times":[]}]}`)
	f.Add(`{"version":1,"nights":[{"began":"::error::x"}],"phases":[{"points":[{"count":-1,"p50_ns":-5}],"shift":{"p":-1}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		trend, err := nights.ReadTrend(strings.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		require.NoError(t, trend.WriteText(&out))
		assert.NotContains(t, out.String(), "::error")
		assert.NotContains(t, out.String(), "\x1b")
	})
}
