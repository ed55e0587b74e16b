package nights_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	target = "NIGHT_TARGET=https://api.staging.example"
	marker = "<!-- nightly suite=staging-e2e target=https://api.staging.example -->"
)

// ends is what the script does after a night that ended so.
func (s *step) ends(result string) {
	s.t.Helper()
	out, err := s.run("issue", result)
	require.NoError(s.t, err, out)
}

func open(number int, login, body string) *issue {
	return &issue{Number: number, State: "open", Body: &body, User: account{login}, Labels: []string{"nightly"}}
}

func TestTheIssueOpensGoesOnAndIsClosed(t *testing.T) {
	s := newStep(t, target)
	s.ends("success")
	assert.Empty(t, s.hub().Issues, "a green night opens nothing")
	s.ends("failure")
	s.ends("cancelled")
	s.ends("failure")
	hub := s.hub()
	require.Len(t, hub.Issues, 1)
	first := hub.Issues[0]
	assert.Equal(t, "The nightly validation of https://api.staging.example is red", first.Title)
	assert.True(t, strings.HasPrefix(*first.Body, marker+"\n\nThe night: https://ci.example/1\n\n# The night has no report\n"), *first.Body)
	require.Len(t, first.Comments, 1, "a night that was cancelled says nothing")
	assert.Contains(t, first.Comments[0], "The night is red again.\n\nThe night: https://ci.example/1\n")
	s.ends("success")
	assert.Equal(t, "closed", s.hub().Issues[0].State)
	s.ends("success")
	assert.Len(t, s.hub().Issues[0].Comments, 2)
	s.ends("failure")
	hub = s.hub()
	require.Len(t, hub.Issues, 2, "what is closed is not opened again")
	assert.Len(t, hub.Issues[0].Comments, 2)
}

// Nothing but an issue of this suite about this target, which the workflow itself opened, is touched.
func TestIssuesOfOthersAreLeftAlone(t *testing.T) {
	none := &issue{State: "open", User: account{bot}, Labels: []string{"nightly"}}
	unlabelled := open(0, bot, marker)
	unlabelled.Labels = nil
	request := open(0, bot, marker)
	request.PullRequest = []byte(`{"url":"x"}`)
	others := []*issue{
		open(0, "somebody", "Tonight I saw this"), open(0, "somebody", marker+"\n"), open(0, "github-actions", marker), open(0, bot, "quoted:\n"+marker), open(0, bot, " "+marker),
		open(0, bot, strings.Replace(marker, "api.staging", "api.other", 1)), open(0, bot, strings.Replace(marker, "staging-e2e", "another", 1)), open(0, bot, marker+" and more"),
		none, unlabelled, request,
	}
	for i, other := range others {
		other.Number = i + 1
	}
	for _, result := range []string{"success", "failure"} {
		t.Run(result, func(t *testing.T) {
			s := newStep(t, target)
			s.is(github{Issues: others, Labels: []string{"nightly"}})
			before := s.hub().Issues
			s.ends(result)
			assert.Equal(t, before, s.hub().Issues[:len(others)])
			assert.Equal(t, result == "failure", len(s.hub().Issues) == len(others)+1)
		})
	}
}

// An issue whose body was edited in a browser has other ends of lines.
func TestOfTwoIssuesTheOldestGoesOn(t *testing.T) {
	three := github{Labels: []string{"nightly"}, Issues: []*issue{open(1, bot, marker+"\r\nedited"), open(2, "somebody", "x"), open(3, bot, marker+"\n\ny"), open(4, bot, marker)}}
	states := func(s *step) (all []string) {
		for _, i := range s.hub().Issues {
			all = append(all, i.State)
		}
		return all
	}
	s := newStep(t, target)
	s.is(three)
	s.ends("failure")
	assert.Equal(t, []string{"open", "open", "closed", "closed"}, states(s))
	assert.Equal(t, []string{"It goes on in #1."}, s.hub().Issues[3].Comments)
	s.is(three)
	s.ends("success")
	assert.Equal(t, []string{"closed", "open", "closed", "closed"}, states(s))
}

func TestEachTargetHasItsIssue(t *testing.T) {
	s := newStep(t, target)
	s.ends("failure")
	s.env = []string{"NIGHT_TARGET=https://other.example"}
	s.ends("failure")
	s.ends("success")
	assert.Equal(t, "open", s.hub().Issues[0].State)
	assert.Equal(t, "closed", s.hub().Issues[1].State)
	s.env = []string{"NIGHT_TARGET=x -->\n@all <script>", "NIGHT_ACCOUNT=somebody"}
	s.ends("failure")
	hostile := s.hub().Issues[2]
	assert.Equal(t, "The nightly validation of x_--___all__script_ is red", hostile.Title)
	assert.True(t, strings.HasPrefix(*hostile.Body, "<!-- nightly suite=staging-e2e target=x_--___all__script_ -->\n"))
}

// What a server said mentions nobody, hides nothing and fits.
func TestTheIssueIsHarmless(t *testing.T) {
	s := newStep(t, target)
	s.leaves("validate/report.md", "# The report\n\n"+marker+"\n"+strings.Repeat("r", 63_900)+"\n")
	s.leaves("trend.log", "```\n@everyone <!-- <b>\r@all\n"+strings.Repeat("\n", 100)+strings.Repeat("é", 100_000))
	s.ends("failure")
	s.ends("failure")
	i := s.hub().Issues[0]
	for _, text := range []string{strings.TrimPrefix(*i.Body, marker), i.Comments[0]} {
		assert.NotContains(t, text, "<!")
		assert.Contains(t, text, "\n\n# The report\n\n< !-- nightly")
		assert.Contains(t, text, "\n## The trend lacks something\n\n    ```\n    @everyone < !-- <b> @all\n    \n")
		assert.Equal(t, strings.ToValidUTF8(text, ""), text)
		_, log, _ := strings.Cut(text, "lacks something\n\n")
		assert.LessOrEqual(t, strings.Count(log, "\n"), 20, "each line is four characters longer as code")
	}
	s.leaves("trend.log", strings.Repeat("é", 100_000))
	s.ends("failure")
	assert.Contains(t, s.hub().Issues[0].Comments[1], "\n    éé")
}

func TestALabelThatIsThereStaysAsItIs(t *testing.T) {
	s := newStep(t, target)
	s.ends("failure")
	assert.Equal(t, []string{"nightly"}, s.hub().Labels, "it is created where it is missing")
	s = newStep(t, target)
	s.is(github{Labels: []string{"nightly"}})
	s.ends("failure")
	assert.False(t, slices.ContainsFunc(s.hub().Calls, func(call string) bool { return strings.HasPrefix(call, "label") }))
}

// Whatever GitHub refuses, the night's own result is said, and the step is red.
func TestWhatGitHubRefusesLosesNoResult(t *testing.T) {
	ours := []*issue{open(1, bot, marker), open(2, bot, marker)}
	for broken, c := range map[string]struct {
		issues []*issue
		result string
		says   string
	}{
		"api --method": {nil, "failure", "its issues cannot be listed"},
		"api":          {nil, "success", "its issues cannot be listed"},
		"label":        {nil, "failure", "the label nightly cannot be created"},
		"issue create": {nil, "failure", "its issue cannot be opened"},
		"issue":        {ours, "failure", "issue 1 cannot be commented on"},
		"issue close":  {ours, "success", "issue 1 cannot be closed"},
		"issue close ": {ours, "failure", "issue 2, which is there twice, cannot be closed"},
	} {
		t.Run(broken+" "+c.result, func(t *testing.T) {
			s := newStep(t, target, "GITHUB_ACTIONS=true")
			s.is(github{Issues: c.issues, Broken: []string{broken}})
			out, err := s.run("issue", c.result)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, out)
			assert.Contains(t, out, "HTTP 403: Resource not accessible by integration")
			assert.Contains(t, out, "::error::nightly: the night ended as "+c.result+", which stands (https://ci.example/1), but "+c.says)
			assert.Contains(t, out, "issues: write")
		})
	}
}
