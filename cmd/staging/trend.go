package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/nights"
	"github.com/netra-systems/staging-e2e/testutil/nights/store"
	"github.com/netra-systems/staging-e2e/testutil/verdict"
)

// A trending is the trend command with its flags.
type trending struct {
	add   []string
	id    string
	begin bool
	last  int
	keep  int
	json  bool
}

func trendCommand() *cobra.Command {
	var t trending
	c := &cobra.Command{
		Use:   "trend STORE",
		Short: "Show latencies and failures over the nights, and add a night",
		Long: `Show latencies and failures over the nights, and add a night.

STORE is one SQLite file that keeps what remains of each night. Begin it once, and then add every night:

  staging trend nights.db --new --add artifacts
  staging trend nights.db --add artifacts --night $RUN

A store that is missing is an error, and --new does not touch one that is there. A night that was added already
is not added again; other results under the same id are an error. With a night that is added, all but the last 400
(--keep) at each target are forgotten, and the command says which.

The latest night is compared with the last 14 at the same target. A phase whose latencies are not those of the
nights before is advice, trend/shift, and fails nothing: docs/nights.md says what is compared and how. The command
fails if there is nothing to show or the store cannot be read or written.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return t.run(c, args[0]) },
	}
	f := c.Flags()
	f.StringSliceVar(&t.add, "add", nil, "add the night whose histories are in these files and folders")
	f.StringVar(&t.id, "night", "", "its id (default: when its first story began)")
	f.BoolVar(&t.begin, "new", false, "begin the store, which must not be there")
	f.IntVar(&t.last, "nights", 20, "show so many nights at most")
	f.IntVar(&t.keep, "keep", 400, "keep so many nights of each target when one is added")
	f.BoolVar(&t.json, "json", false, "print JSON instead")
	return c
}

func (t *trending) run(c *cobra.Command, path string) (err error) {
	switch {
	case t.last < 1:
		return errors.New("--nights must be 1 at least")
	case t.keep <= nights.Window:
		return fmt.Errorf("--keep must be %d at least: a night is compared with %d before it", nights.Window+1, nights.Window)
	case t.begin && len(t.add) == 0:
		return errors.New("--new begins a store with a night: give it one with --add DIR")
	}
	night, err := t.night(c.Context())
	if err != nil {
		return err
	}
	s, err := t.open(c.Context(), path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if night != nil {
		if err := t.remember(c, s, *night); err != nil {
			return err
		}
	}
	all, err := s.Nights(c.Context(), max(t.last, nights.Window+1))
	if err != nil {
		return err
	}
	return t.show(c, all)
}

// remember adds the night, and forgets the oldest ones.
func (t *trending) remember(c *cobra.Command, s *store.Store, night nights.Night) error {
	added, err := s.Add(c.Context(), night)
	if err != nil {
		return err
	}
	if !added {
		fmt.Fprintf(c.ErrOrStderr(), "night %s was added before\n", night.ID)
	}
	gone, err := s.Forget(c.Context(), t.keep)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%d of the oldest nights forgotten, so that %d remain of each target (--keep): %s\n", len(gone), t.keep, strings.Join(gone, ", "))
	}
	return nil
}

// night is the one to add, nil if there is none. It is read before the store is touched.
func (t *trending) night(ctx context.Context) (*nights.Night, error) {
	if len(t.add) == 0 {
		return nil, nil
	}
	e, err := evidence.Gather(ctx, t.add...)
	if err != nil {
		return nil, err
	}
	n, err := nights.Of(e, nights.About{ID: t.id, Decision: verdict.Of(e, everyStory()).Decision})
	return &n, err
}

func (t *trending) open(ctx context.Context, path string) (*store.Store, error) {
	if t.begin {
		return store.Create(ctx, path)
	}
	return store.Open(ctx, path)
}

func (t *trending) show(c *cobra.Command, all []nights.Night) error {
	trend, err := nights.Over(all, t.last)
	if err != nil {
		return err
	}
	if !t.json {
		return trend.WriteText(c.OutOrStdout())
	}
	encoder := json.NewEncoder(c.OutOrStdout())
	encoder.SetIndent("", "  ")
	return encoder.Encode(trend)
}
