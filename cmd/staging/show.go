package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report/summary"
	"github.com/netra-systems/staging-e2e/testutil/report/terminal"
)

// A showing is the show command with its flags.
type showing struct {
	options     terminal.Options
	colour      string
	session     string
	from, until time.Duration
	follow      bool
}

func showCommand() *cobra.Command {
	var s showing
	c := &cobra.Command{
		Use:   "show FILE",
		Short: "Show a recorded story as a time line in the terminal",
		Long: `Show a recorded story as a time line in the terminal: what it is, its findings with the records that prove them,
and one lane for each session.

  staging show history.jsonl
  staging show history.jsonl --finding 1 --frames
  staging show history.jsonl --session u1.s1 --from 0.5s --until 2s
  staging show history.jsonl --color always | less -R
  staging show history.jsonl --follow

With --follow it prints each record when it is appended, and each finding when it is made, until the history is
closed or you press Ctrl-C.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.run(c, args[0]) },
	}
	f := c.Flags()
	f.BoolVar(&s.options.Frames, "frames", false, "list the records of the picture, with the frames and bodies")
	f.IntVar(&s.options.Finding, "finding", 0, "show only this finding, by its number, and the sessions that it is about")
	f.StringVar(&s.session, "session", "", `show only what concerns this session ("u1.s1") or user ("u1")`)
	f.DurationVar(&s.from, "from", 0, "show only what came after this time since the beginning")
	f.DurationVar(&s.until, "until", 0, "show only what came before this time")
	f.BoolVarP(&s.follow, "follow", "f", false, "print a story that is being told")
	f.IntVar(&s.options.Width, "width", 0, "columns to draw in (default: the terminal's, $COLUMNS, or 100)")
	f.StringVar(&s.colour, "color", "auto", "auto (on a terminal, unless NO_COLOR is set), always or never")
	c.MarkFlagsMutuallyExclusive("follow", "finding")
	c.MarkFlagsMutuallyExclusive("follow", "frames")
	return c
}

func (s *showing) run(c *cobra.Command, path string) error {
	if err := s.fit(c); err != nil {
		return err
	}
	if s.follow {
		return s.tail(c, path)
	}
	story, sum, err := one(c, path)
	if err != nil {
		return err
	}
	if s.options.Finding < 0 || s.options.Finding > len(sum.Findings) {
		return fmt.Errorf("there is no finding %d: the story has %d", s.options.Finding, len(sum.Findings))
	}
	picture, err := s.draw(story, sum)
	if err != nil {
		return err
	}
	return terminal.Show(c.OutOrStdout(), sum, picture, s.options)
}

// one reads the one story of the path.
func one(c *cobra.Command, path string) (*evidence.Story, *summary.Story, error) {
	e, err := evidence.Gather(c.Context(), path)
	switch {
	case err != nil:
		return nil, nil, err
	case len(e.Stories) == 0:
		return nil, nil, fmt.Errorf("show %s: %w", path, e.Err())
	case len(e.Stories) > 1:
		var all strings.Builder
		for _, s := range e.Stories {
			fmt.Fprintf(&all, "\n  %s  %s", s.Path, s.Name())
		}
		return nil, nil, fmt.Errorf("%s holds %d histories, show one of them:%s", path, len(e.Stories), all.String())
	}
	sum, err := summary.Of(e, summary.Options{Made: time.Now()})
	if err != nil {
		return nil, nil, err
	}
	for _, u := range e.Unread {
		c.PrintErrf("%s is not shown: it cannot be read: %v\n", u.Path, u.Err)
	}
	return e.Stories[0], sum.Stories[0], nil
}

// What is drawn at most: marks, those beside the proof of one finding, and bytes of each frame.
const (
	mostMarks = 20_000
	mostNear  = 40
	mostRaw   = 64 << 10
)

func (s *showing) draw(story *evidence.Story, sum *summary.Story) (*evidence.Picture, error) {
	limits := evidence.Limits{Marks: mostMarks, Raw: 1, Proof: 1, Keep: s.wants}
	if s.options.Frames {
		limits.Raw, limits.Proof = mostRaw, mostRaw
	}
	p, err := story.Draw(limits)
	if err != nil || s.options.Finding == 0 {
		return p, err
	}
	nth := sum.Findings[s.options.Finding-1].Nth
	return p.About(nth, story.Findings[nth], mostNear), nil
}

// wants tells whether a record is asked for.
func (s *showing) wants(r *history.Record) bool {
	isTheirs := s.session == "" || r.Session == s.session || r.User == s.session
	return isTheirs && r.At >= s.from && (s.until == 0 || r.At <= s.until)
}

// fit finds out what the terminal can show.
func (s *showing) fit(c *cobra.Command) error {
	out, isFile := c.OutOrStdout().(*os.File)
	tty := isFile && term.IsTerminal(int(out.Fd()))
	switch s.colour {
	case "always", "never":
		s.options.Colour = s.colour == "always"
	case "auto":
		s.options.Colour = tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	default:
		return fmt.Errorf("--color is auto, always or never, not %q", s.colour)
	}
	if s.options.Width > 0 {
		return nil
	}
	s.options.Width = 100
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		s.options.Width = columns
	}
	if tty {
		if width, _, err := term.GetSize(int(out.Fd())); err == nil && width > 0 {
			s.options.Width = width
		}
	}
	return nil
}
