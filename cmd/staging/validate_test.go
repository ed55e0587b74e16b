package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/validate"
)

// Every criterion that stories show as a whole has one, and the others are measured by readings.
func TestPlanShowsTheCriteria(t *testing.T) {
	var shown []string
	for _, x := range everyStory().Expected {
		shown = append(shown, x.Shows...)
	}
	slices.Sort(shown)
	assert.Equal(t, []string{"F1", "F2", "F3", "F4", "F5", "P1", "P2"}, slices.Compact(shown))
}

func TestExitCode(t *testing.T) {
	assert.Equal(t, 1, exitCode(errors.New("whatever")))
	assert.Equal(t, 4, exitCode(fmt.Errorf("it ended: %w", codedError{errors.New("interrupted"), 4})))
}

// A configuration that nobody can mean is no verdict on anything.
func TestValidateRefusesAConfiguration(t *testing.T) {
	t.Setenv("STAGING_ENV_FILE", "none")
	t.Setenv("STAGING_TARGET", "remote")
	t.Setenv("STAGING_API_URL", "")
	t.Setenv("STAGING_AUTH_URL", "")
	c := command()
	c.SetArgs([]string{"validate", "--out", t.TempDir()})
	err := c.ExecuteContext(t.Context())
	require.ErrorContains(t, err, "STAGING_API_URL is empty although the target is remote")
	assert.Equal(t, couldNotRun, exitCode(err))
}

func TestValidateRefusesACommandLine(t *testing.T) {
	for _, arg := range []string{"--bogus", "results"} {
		_, code := run(t, nil, "validate", arg)
		assert.Equal(t, couldNotRun, code, arg)
	}
}

// Without a terminal there are plain lines, one for each thing that happens, harmless ones.
func TestValidateProgressInALog(t *testing.T) {
	var out bytes.Buffer
	p := newValidateProgress(&out)
	p.tell(validate.Moment{News: "compile the stories"})
	_, err := p.Write([]byte("building\n"))
	require.NoError(t, err)
	p.tell(validate.Moment{News: "fail x/Y, 1.0 s, 3 events: FINDING \x1b[31m::error", Bad: true, Done: 1, Of: 2, Red: 1})
	p.tell(validate.Moment{Done: 1, Of: 2, Now: []string{"Z"}})
	p.end()
	assert.Regexp(t, `^\d\d:\d\d:\d\d  compile the stories
building
\d\d:\d\d:\d\d  fail x/Y, 1.0 s, 3 events: FINDING \\u001b\[31m::?\\:error
$`, out.String())
}

func TestStatus(t *testing.T) {
	now := time.Now()
	s := status{since: now}
	s.take(validate.Moment{News: "compile the stories", Step: true}, now)
	s.take(validate.Moment{News: "it serves"}, now)
	assert.Equal(t, "| compile the stories, 0s", s.text(80))
	s.take(validate.Moment{Done: 12, Of: 48, Red: 3, Events: 1284, Now: []string{"IdleSessionStaysAlive", "TokenForms", "Other"}}, now)
	assert.Equal(t, "12 of 48 stories 0s, 3 red, 1284 events: IdleSessionStaysAlive, TokenForms, Other", s.text(0))
	for _, width := range []int{80, 100, 120, 200} {
		text := s.text(width)
		assert.LessOrEqual(t, len(text), width)
		assert.Contains(t, text, "(12/48) 0s, 3 red, 1284 events: IdleSessionStaysAlive")
	}
	assert.Regexp(t, `IdleSessionStaysAlive \+2$`, s.text(80))
	assert.Regexp(t, `TokenForms \+1$`, s.text(90))
	assert.Regexp(t, `TokenForms, Other$`, s.text(120))
	s.take(validate.Moment{News: "judge what was recorded", Step: true}, now)
	assert.Equal(t, "| judge what was recorded, 0s", s.text(80))
}

// On a terminal there is one line at the bottom, and nothing of it is left.
func TestValidateProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := newValidateProgress(&out)
	p.width = func() int { return 40 }
	p.tell(validate.Moment{News: "compile the stories", Step: true})
	_, err := p.Write([]byte("pushing 1\r"))
	require.NoError(t, err)
	p.tell(validate.Moment{Done: 1, Of: 2, Now: []string{"Z"}})
	_, err = p.Write([]byte("pushed\n"))
	require.NoError(t, err)
	p.tell(validate.Moment{News: "fail x/Y: " + strings.Repeat("word ", 60), Bad: true, Done: 2, Of: 2, Red: 1})
	p.tell(validate.Moment{News: "pass x/Z", Done: 2, Of: 2, Red: 1})
	p.end()
	said := out.String()
	assert.True(t, strings.HasSuffix(said, erase))
	assert.NotContains(t, said, "pass x/Z", "there the bar says it")
	assert.Contains(t, said, "pushing 1\rpushed\n", "a line that is not whole is left alone")
	for line := range strings.Lines(said) {
		line = line[strings.LastIndex(line, "\r")+1:]
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimPrefix(line, "\x1b[K")), 41, "%q", line)
	}
	assert.LessOrEqual(t, strings.Count(said, "\n"), 1+1+lines)
}
