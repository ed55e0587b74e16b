package terminal_test

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report/sample"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/report/terminal"
)

// told reads the one story in a folder.
func told(t *testing.T, dir string) (*summary.Story, *evidence.Picture) {
	t.Helper()
	e, err := evidence.Gather(t.Context(), dir)
	require.NoError(t, err)
	s, err := summary.Of(e, summary.Options{Made: sample.Start})
	require.NoError(t, err)
	require.Len(t, s.Stories, 1)
	p, err := e.Stories[0].Draw(evidence.Limits{})
	require.NoError(t, err)
	return s.Stories[0], p
}

func leak(t *testing.T, users int) (*summary.Story, *evidence.Picture) {
	dir := t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingLeak", users)
	return told(t, dir)
}

func shown(t require.TestingT, s *summary.Story, p *evidence.Picture, o terminal.Options) string {
	var out bytes.Buffer
	require.NoError(t, terminal.Show(&out, s, p, o))
	return out.String()
}

// lane is what is drawn beside a name.
func lane(t *testing.T, out, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` +(.*)$`).FindStringSubmatch(out)
	require.NotNil(t, m, "no lane %s in\n%s", name, out)
	return m[1]
}

func TestShowDrawsEverySession(t *testing.T) {
	s, p := leak(t, 3)
	out := shown(t, s, p, terminal.Options{Width: 120})
	assert.Contains(t, out, "RED, ")
	assert.Regexp(t, `^⇢─*o─*w─*→─*s─*t─*\(─*\)─*C─*x$`, lane(t, out, "u2.s1"), "a whole run")
	assert.Regexp(t, `^⇢─*o─*w─*s─*t─*\(─*\)─*C─*←─*x$`, lane(t, out, "u1.s1"), "events of somebody else")
	assert.Regexp(t, `^⇢─*o─*w─*x$`, lane(t, out, "u3.s1"))
	for i, f := range s.Findings {
		assert.Contains(t, out, fmt.Sprintf("\n%2d ", i+1), "%s", f.Rule)
	}
	assert.Contains(t, out, "looks like: 1.")
	assert.Contains(t, out, "replay:    go run ./cmd/staging replay")
}

// Whatever the width, no line of the picture is wider.
func TestThePictureFits(t *testing.T) {
	s, p := leak(t, 12)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(40, 250).Draw(t, "width")
		out := shown(t, s, p, terminal.Options{Width: width})
		_, picture, _ := strings.Cut(out, "\n\n")
		picture, _, _ = strings.Cut(picture, "one of them in full")
		for line := range strings.Lines(picture) {
			if strings.Contains(line, "below a sign") {
				continue
			}
			require.LessOrEqual(t, uniseg.StringWidth(strings.TrimSuffix(line, "\n")), width, "%q", line)
		}
	})
}

// What does not fit is not hidden: one sign says that it stands for several.
func TestACrowdIsSaid(t *testing.T) {
	s, p := leak(t, 60)
	assert.Regexp(t, `a sign: up to \d+ records`, shown(t, s, p, terminal.Options{Width: 40}))
	assert.NotContains(t, shown(t, s, p, terminal.Options{Width: 9000}), "a sign: up to")
}

// A target that attacks the terminal reaches it with nothing but printable text.
func TestAHostileTargetDoesNothingToTheTerminal(t *testing.T) {
	s, p := leak(t, 2)
	out := shown(t, s, p, terminal.Options{Width: 80, Frames: true})
	require.Contains(t, out, "document.title", "the frame is shown")
	for _, r := range out {
		require.True(t, r == '\n' || unicode.IsPrint(r), "%q", r)
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colours say nothing that is not said without them.
func TestColoursAreAnOrnament(t *testing.T) {
	s, p := leak(t, 3)
	o := terminal.Options{Width: 100, Frames: true}
	plain := shown(t, s, p, o)
	o.Colour = true
	coloured := shown(t, s, p, o)
	assert.NotEqual(t, plain, coloured)
	assert.Equal(t, plain, sgr.ReplaceAllString(coloured, ""))
}

func TestShowOfOneFindingIsAboutIt(t *testing.T) {
	s, p := leak(t, 3)
	part := p.About(s.Findings[0].Nth, s.Evidence.Findings[s.Findings[0].Nth], 4)
	out := shown(t, s, part, terminal.Options{Width: 100, Finding: 1})
	assert.Contains(t, out, s.Findings[0].Message)
	assert.NotContains(t, out, "\nu3.s1")
	assert.NotContains(t, out, "\n 2 FINDING")
	lane(t, out, "u1.s1")
}

func TestWhatTakesTooLongIsDrawn(t *testing.T) {
	dir := t.TempDir()
	sample.Silence(t, dir, "goldenpath", "TestStagingSilence")
	s, p := told(t, dir)
	out := shown(t, s, p, terminal.Options{Width: 100})
	assert.Contains(t, out, "answer has no end, budget 15s")
	assert.Contains(t, out, "╌╌╌")
}

func TestNothingToShowSaysSo(t *testing.T) {
	s, _ := leak(t, 2)
	assert.Contains(t, shown(t, s, &evidence.Picture{}, terminal.Options{Width: 80}), "nothing happened")
}

func TestFollowSaysWhatComes(t *testing.T) {
	dir := t.TempDir()
	sample.Leak(t, dir, "concurrentusers", "TestStagingLeak", 2)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl"))
	require.NoError(t, err)
	s, _ := told(t, dir)
	follow := func(w io.Writer, wants func(*history.Record) bool) error {
		r, err := history.Follow(t.Context(), files[0])
		require.NoError(t, err)
		defer r.Close()
		return terminal.Follow(w, r, wants, terminal.Options{})
	}
	var out bytes.Buffer
	require.NoError(t, follow(&out, func(*history.Record) bool { return true }))
	assert.Equal(t, s.Records+len(s.Findings)+2, strings.Count(out.String(), "\n"), "records, findings, the first line and the last")
	assert.Contains(t, out.String(), fmt.Sprintf("the history is closed: %d records, %d findings", s.Records, len(s.Hard())))
	var none bytes.Buffer
	require.NoError(t, follow(&none, func(*history.Record) bool { return false }))
	assert.Equal(t, len(s.Findings)+2, strings.Count(none.String(), "\n"), "findings are of everybody")
	assert.ErrorIs(t, follow(full{}, func(*history.Record) bool { return true }), io.ErrShortWrite)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
