package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

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
	assert.Equal(t, "3 events, 1 red: Z, W", status(validate.Moment{Events: 3, Red: 1, Now: []string{"Z", "W"}}))
	assert.Equal(t, "0 events", status(validate.Moment{}))
}
