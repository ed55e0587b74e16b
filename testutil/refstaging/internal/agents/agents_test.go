package agents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
)

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct {
		prompt      string
		figures     string
		rate, price string
		reference   string
	}{
		"plain":                  {"412 188 97", "412 188 97", "", "", ""},
		"punctuation":            {"(412), 188; 97.", "412 188 97", "", "", ""},
		"decimals":               {"412.5 and 97.25!", "412.5 97.25", "", "", ""},
		"start and end":          {"1 x 2", "1 2", "", "", ""},
		"glued to letters":       {"QX7K3M9Q2X8P a1 2b _3 4_ v1", "", "", "", ""},
		"reference":              {"Quote my reference QX7K3M9Q2X8P, please: 5", "5", "", "", "QX7K3M9Q2X8P"},
		"capital reference":      {"Reference ABCDEFGH.", "", "", "", "ABCDEFGH"},
		"short is no reference":  {"reference ABCDEFG", "", "", "", ""},
		"lower is no reference":  {"reference abcdefgh", "", "", "", ""},
		"percent":                {"Save 15 percent of 200 and 300", "200 300", "15", "", ""},
		"percent sign":           {"Save 15% of 200, or 7.5 % of it", "200", "15", "", ""},
		"percentage is no rate":  {"15 percentage points", "15", "", "", ""},
		"price":                  {"3 and 4.5 hours at 85 USD an hour", "3 4.5", "", "85", ""},
		"USD alone is no price":  {"85 USD a month", "85", "", "", ""},
		"first role wins":        {"5 percent, 6 percent, 7", "7", "5", "", ""},
		"dollar and minus":       {"$412 and -5", "412 5", "", "", ""},
		"version":                {"release 1.2.3", "1.2", "", "", ""},
		"unit glued to fraction": {"3.5x", "3", "", "", ""},
		"not ASCII":              {"é5é", "5", "", "", ""},
		"too long to be one":     {strings.Repeat("9", 60) + " 7", "7", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := Read(tt.prompt)
			assert.Equal(t, tt.figures, strings.Join(texts(r.Figures), " "))
			assert.Equal(t, tt.rate, text(r.Rate))
			assert.Equal(t, tt.price, text(r.Price))
			assert.Equal(t, tt.reference, r.Reference)
		})
	}
}

func texts(numbers []*Number) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, n.String())
	}
	return all
}

func text(n *Number) string {
	if n == nil {
		return ""
	}
	return n.String()
}

func TestNumbersArePrintedShort(t *testing.T) {
	for in, want := range map[string]string{
		"697": "697", "697.00": "697", "103.250": "103.25", "0.1": "0.1", "0": "0", "0.004": "0", "0.005": "0.01",
		"100": "100", "2.125": "2.13", "1234567.8": "1234567.8", "007": "7",
	} {
		n, ok := ParseNumber(in)
		require.True(t, ok, in)
		assert.Equal(t, want, n.String(), in)
	}
	for _, bad := range []string{"", "x", strings.Repeat("1", 100)} {
		_, ok := ParseNumber(bad)
		assert.False(t, ok, bad)
	}
}

// recorder writes down what an agent reports, and ends the run at a step when failAt is not 0.
type recorder struct {
	steps  []string
	failAt int
}

var errEnough = errors.New("enough")

func (r *recorder) note(format string, args ...any) error {
	r.steps = append(r.steps, fmt.Sprintf(format, args...))
	if len(r.steps) == r.failAt {
		return errEnough
	}
	return nil
}

func (r *recorder) Started(agent, _ string) error { return r.note("%s started", agent) }
func (r *recorder) Thinking(agent, _ string, step int) error {
	return r.note("%s thinks %d", agent, step)
}
func (r *recorder) Completed(agent string, _ Answer) error { return r.note("%s completed", agent) }
func (r *recorder) ToolExecuting(agent, tool string, _ map[string]any) error {
	return r.note("%s runs %s", agent, tool)
}
func (r *recorder) ToolCompleted(agent, tool string, _ map[string]any) error {
	return r.note("%s ran %s", agent, tool)
}

func TestAnswers(t *testing.T) {
	for name, tt := range map[string]struct{ agent, prompt, tool, answer string }{
		"rank":              {"triage", "412, 188 and 97", "rank_by_size", "The largest of 412, 188 and 97 is 412."},
		"rank, last":        {"triage", "1, 2 and 3", "rank_by_size", "The largest of 1, 2 and 3 is 3."},
		"sum":               {"data", "412, 188 and 97.25", "sum_figures", "The sum of 412, 188 and 97.25 is 697.25."},
		"one figure":        {"data", "just 5", "sum_figures", "The sum of 5 is 5."},
		"saving":            {"optimization", "15 percent of 412 and 97", "estimate_saving", "Saving 15 percent of 412 is 61.8."},
		"saving by default": {"optimization", "412 and 97", "estimate_saving", "Saving 10 percent of 412 is 41.2."},
		"effort":            {"actions", "3 and 4.5 at 85 USD an hour", "plan_effort", "The effort of 7.5 hours at 85 USD an hour is 637.5 USD."},
		"effort by default": {"actions", "3 and 4", "plan_effort", "The effort of 7 hours at 1 USD an hour is 7 USD."},
		"mean":              {"reporting", "1, 2 and 2", "mean_of_figures", "The mean of 1, 2 and 2 is 1.67."},
		"largest":           {"supervisor", "the largest of 1 and 2", "rank_by_size", "The largest of 1 and 2 is 2."},
		"highest":           {"supervisor", "the HIGHEST: 1 2", "rank_by_size", "The largest of 1 and 2 is 2."},
		"add":               {"supervisor", "add 1 to 2", "sum_figures", "The sum of 1 and 2 is 3."},
		"cheaper":           {"supervisor", "is 50 cheaper?", "estimate_saving", "Saving 10 percent of 50 is 5."},
		"work":              {"supervisor", "the work is 3 and 4", "plan_effort", "The effort of 7 hours at 1 USD an hour is 7 USD."},
		"average":           {"supervisor", "average of 1 and 2", "mean_of_figures", "The mean of 1 and 2 is 1.5."},
		"words, not parts":  {"supervisor", "network address: 1 and 2", "sum_figures", "The sum of 1 and 2 is 3."},
		"default":           {"supervisor", "1 and 2", "sum_figures", "The sum of 1 and 2 is 3."},
		"case of the name":  {"TRIAGE", "1 and 2", "rank_by_size", "The largest of 1 and 2 is 2."},
	} {
		t.Run(name, func(t *testing.T) {
			agent, ok := Lookup(tt.agent)
			require.True(t, ok)
			heard := &recorder{}
			answer, err := agent.Run(t.Context(), Task{Prompt: tt.prompt + ", reference ABCD1234"}, heard)
			require.NoError(t, err)
			assert.Equal(t, tt.answer+" (reference ABCD1234)", answer.Text)
			assert.Contains(t, tt.answer, " "+answer.Result.String())
			n := agent.Name()
			assert.Equal(t, []string{n + " started", n + " thinks 1", n + " runs " + tt.tool, n + " ran " + tt.tool, n + " completed"}, heard.steps)
		})
	}
}

func TestFollowUps(t *testing.T) {
	previous, _ := ParseNumber("697")
	for prompt, want := range map[string]string{
		"Double it.": "Twice 697 is 1394.", "Now triple that": "Three times 697 is 2091.", "half": "Half of 697 is 348.5.", "please halve it": "Half of 697 is 348.5.",
	} {
		for _, name := range []string{"supervisor", "data"} {
			agent, _ := Lookup(name)
			answer, err := agent.Run(t.Context(), Task{Prompt: prompt, Previous: previous}, &recorder{})
			require.NoError(t, err)
			assert.Equal(t, want, answer.Text)
			none, err := agent.Run(t.Context(), Task{Prompt: prompt}, &recorder{})
			require.NoError(t, err)
			assert.Nil(t, none.Result)
			assert.Contains(t, none.Text, "no earlier result")
		}
	}
	agent, _ := Lookup("supervisor")
	answer, err := agent.Run(t.Context(), Task{Prompt: "Double 5", Previous: previous}, &recorder{})
	require.NoError(t, err)
	assert.Equal(t, "The sum of 5 is 5.", answer.Text, "figures go before the follow-up")
}

// Whatever step a run is ended at, nothing is reported after it.
func TestAnEndedRunStops(t *testing.T) {
	for _, prompt := range []string{"full analysis of 1 and 2", "hello"} {
		agent, _ := Lookup("supervisor")
		whole := &recorder{}
		_, err := agent.Run(t.Context(), Task{Prompt: prompt}, whole)
		require.NoError(t, err)
		for n := range whole.steps {
			cutShort := &recorder{failAt: n + 1}
			_, err := agent.Run(t.Context(), Task{Prompt: prompt}, cutShort)
			require.ErrorIs(t, err, errEnough)
			assert.Equal(t, whole.steps[:n+1], cutShort.steps)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	agent, _ := Lookup("data")
	_, err := agent.Run(ended, Task{Prompt: "1 and 2"}, &recorder{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestRegistryIsWhatIsAdvertised(t *testing.T) {
	for _, name := range fixtures.AgentNames {
		_, ok := Lookup(name)
		assert.True(t, ok, name)
	}
	assert.Len(t, registry, len(fixtures.AgentNames))
	_, ok := Lookup("WorkflowOrchestrator")
	assert.False(t, ok)
}

// Thoughts are sentences of their own: not short, not one for all prompts.
func TestThoughtsSpeakOfTheFigures(t *testing.T) {
	one, other := Read("412, 188 and 97"), Read("55 and 66")
	for _, member := range team {
		a, b := member.tool.thoughts(one), member.tool.thoughts(other)
		require.GreaterOrEqual(t, len(a), 4, member.name)
		assert.NotEqual(t, a[0], b[0])
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(a))), len(a), "no thought twice")
		for _, thought := range a {
			assert.Greater(t, len(thought), 20)
		}
	}
}

// For any figures the sum is what integer arithmetic says, however they are written into a sentence.
func TestSumOfAnyFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 30).Draw(t, "cents")
		separator := rapid.SampledFrom([]string{" ", ", ", " and ", "; ", "\n", "/"}).Draw(t, "separator")
		var total int64
		var written []string
		for _, c := range cents {
			total += c
			written = append(written, fmt.Sprintf("%d.%02d", c/100, c%100))
		}
		r := Read(strings.Join(written, separator))
		require.Len(t, r.Figures, len(cents))
		want, _ := ParseNumber(fmt.Sprintf("%d.%02d", total/100, total%100))
		assert.Equal(t, want.String(), sumFigures.run(r).result.String())
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"412, 188 and 97", "15% of 3.5x", "reference ABCD1234", "1.2.3 .5 5.", "\xff1\xff", "9 USD an hour"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, prompt string) {
		for _, name := range fixtures.AgentNames {
			agent, _ := Lookup(name)
			answer, err := agent.Run(t.Context(), Task{Prompt: prompt}, &recorder{})
			if err != nil || answer.Text == "" {
				t.Fatalf("%s: %v, %q", name, err, answer.Text)
			}
		}
	})
}
