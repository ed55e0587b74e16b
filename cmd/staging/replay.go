package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/replay"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// cannotReplay is the exit code of a replay that shows nothing.
const cannotReplay = 3

// A replaying is the replay command with its flags.
type replaying struct {
	fast, minimise bool
	out            string
	all, proof     string
	search         replay.Search
}

func replayCommand() *cobra.Command {
	var r replaying
	c := &cobra.Command{
		Use:   "replay FILE",
		Short: "Tell a recorded story again, at any target, and judge it",
		Long: `Tell a recorded story again, at any target, and judge it.

The same users, with fresh credentials, do what the history in FILE says that they did, in the same order and
at the same pace. What happens is recorded to a history of its own and judged by every standing rule, and what
became otherwise than in the recording is said. The target is that of the configuration: without any, the
embedded one, which shows a regression where STAGING_FAULT names one.

With --minimise it looks for the fewest sessions and messages that still break a rule which the whole story
breaks, in its recording too if that is red, and keeps what it finds as a history that can be replayed in its turn.
Interrupted, it keeps the smallest that it has found so far; a second interruption ends it at once.

With --all it tells every history below a folder again, green and red ones, several at a time at the embedded
target and one at a time elsewhere. Each has to break the same rules for the same users as when it was recorded;
a green one has to be green, the first time. With --proof the histories are those of staging prove --keep: each is
told at its fault, where that holds for it, and without the fault, where it has to be green; with --minimise besides
it looks for the smallest of each red one, and prints a table of them.

Exit codes: 0 all of it was told again and nothing is wrong; 1 a rule is broken hard, or a step failed; 3 it
could not be told again, or not all of it, and nothing was found: that is no evidence for the target; 4 the search
for the smallest was interrupted. With --all and --proof: 0 all hold, or hold but for what is chance; 1 one does not
hold; 3 there is none, or they could not be told again.`,
		Example: `  staging replay artifacts/goldenpath/TestStagingFollowUpKeepsThread-…/history.jsonl
  STAGING_FAULT=isolation-global-router staging replay --minimise --out smallest.jsonl history.jsonl
  STAGING_VARIANT=e3 staging replay --all artifacts`,
		Args: func(c *cobra.Command, files []string) error { return r.fits(c, files) },
		RunE: func(c *cobra.Command, files []string) error {
			switch {
			case r.proof != "" && r.minimise:
				return r.provenSmallest(c)
			case r.all != "" || r.proof != "":
				return r.tellAll(c)
			}
			err := r.run(c, files[0])
			if err == nil || errors.Is(err, replay.ErrRed) || errors.As(err, new(codedError)) {
				return err
			}
			return codedError{err, cannotReplay}
		},
	}
	f := c.Flags()
	f.BoolVar(&r.fast, "fast", false, "leave out the rests of the story, and keep its order")
	f.StringVar(&r.out, "out", "", "file for the history of the replay (default: a new one below STAGING_ARTIFACTS)")
	f.BoolVar(&r.minimise, "minimise", false, "look for the smallest part of the story that breaks the same rule")
	f.IntVar(&r.search.Trials, "trials", 3, "how often a part may succeed, with --minimise, before it is taken to be good; with --all and --proof, how often a red history is told that is not the same")
	f.StringVar(&r.search.Rule, "rule", "", "with --minimise: the rule to break (default: the first that the whole story breaks, of those that its recording breaks)")
	f.StringVar(&r.all, "all", "", "instead of a file, tell every history below this folder again, and compare what is broken with what was")
	f.StringVar(&r.proof, "proof", "", "the same for what staging prove --keep left in this folder, each history with its fault and without")
	misused(c, cannotReplay)
	return c
}

// fits tells which arguments and flags nobody can mean together.
func (r *replaying) fits(c *cobra.Command, files []string) error {
	given := c.Flags().Changed
	folder := ""
	for _, flag := range []string{"all", "proof"} {
		if given(flag) {
			folder = "--" + flag
		}
	}
	switch {
	case given("all") && given("proof"):
		return errors.New("--all and --proof each name a folder: leave one out")
	case given("all") && r.all == "":
		return errors.New("--all needs a folder with histories")
	case given("proof") && r.proof == "":
		return errors.New("--proof needs a folder that staging prove --keep has left")
	case folder != "" && len(files) > 0:
		return fmt.Errorf("%s tells the histories below its folder again: leave out %s", folder, files[0])
	case folder != "" && given("out"):
		return fmt.Errorf("%s tells many histories again and keeps none: leave out --out", folder)
	case folder != "" && r.fast && !r.minimise:
		return fmt.Errorf("%s tells histories again as they were, rests included: leave out --fast", folder)
	case given("all") && r.minimise:
		return errors.New("--minimise looks for the smallest of one history, or of those of a --proof: leave out --all")
	case len(files) != 1 && folder == "":
		return fmt.Errorf("replay needs one history, and %d are given", len(files))
	case given("out") && r.out == "":
		return errors.New("--out needs the name of a file")
	case given("rule") && !r.minimise:
		return errors.New("--rule says what --minimise looks for: give that too, or leave it out")
	case given("trials") && !r.minimise && folder == "":
		return errors.New("--trials is for --minimise, --all and --proof: a replay is told once")
	case r.search.Trials < 1:
		return fmt.Errorf("--trials %d tells nothing: give 1 or more", r.search.Trials)
	}
	return nil
}

func (r *replaying) run(c *cobra.Command, path string) error {
	script, err := replay.ReadFile(path)
	if err != nil {
		return err
	}
	o := replay.Options{Fast: r.fast}
	if o.Config, err = config.Load(); err != nil {
		return err
	}
	if o.History, err = r.history(o.Config, script); err != nil {
		return err
	}
	if r.minimise {
		if r.search.Recorded, err = replay.BrokenIn(path); err != nil {
			return err
		}
		return r.smallest(c, script, o)
	}
	result, err := replay.Play(c.Context(), script, o)
	if err != nil {
		return err
	}
	var threads error
	if result.Left {
		threads = left([]string{result.History})
	}
	return errors.Join(say(c, script, result, rerun(o.Config, os.Args[1:]...)), result.Err(), threads)
}

// rerun is the command line that does again what the words say, with the configuration of now.
func rerun(c config.Config, words ...string) string {
	line := strings.Join(append([]string{"staging"}, words...), " ")
	if c.Target == config.Remote || len(c.Fault)+len(c.Variant) > 0 {
		line += "\n           with the STAGING_*, E2E_* and TEST_USER_* variables of this run"
	}
	return line
}

// history is the file to write.
func (r *replaying) history(c config.Config, s *replay.Script) (string, error) {
	if r.out != "" {
		return r.out, nil
	}
	return historyFile(c, "replay", s.Header.Story)
}

// historyFile is a new one, of what a command does with a recorded story.
func historyFile(c config.Config, command, story string) (string, error) {
	parent := filepath.Join(c.Artifacts, command)
	err := os.MkdirAll(parent, 0o700)
	var dir string
	if err == nil {
		dir, err = os.MkdirTemp(parent, fmt.Sprintf("%s-%s-", strings.ReplaceAll(story, "/", "_"), time.Now().UTC().Format("20060102T150405")))
	}
	if err != nil {
		return "", fmt.Errorf("make a folder for the history (STAGING_ARTIFACTS): %w", err)
	}
	return filepath.Join(dir, "history.jsonl"), nil
}

// say tells what became of a replay.
func say(c *cobra.Command, s *replay.Script, r *replay.Result, rerun string) error {
	out := c.OutOrStdout()
	if _, err := fmt.Fprintf(out, "%s of %s: %s\n", cmp.Or(s.Header.Story, "a story"), s.Header.Start.Format(time.RFC3339), s.Size()); err != nil {
		return err
	}
	if err := r.Text(out, rerun); err != nil {
		return err
	}
	if r.Err() != nil {
		return nil // which main says
	}
	if s.Stopped != "" {
		if _, err := fmt.Fprintf(out, "the recorded story stopped before its end, and what would have followed is not shown: %s\n", report.Clean(s.Stopped)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out, "green: all of it was told again, and nothing is wrong")
	return err
}
