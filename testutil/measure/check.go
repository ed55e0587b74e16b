package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/child"
)

const (
	// checkLimit and checkMemory are the bars for judging checkEvents events of real size again (issue
	// "Evidence", staging check).
	checkLimit  = 10 * time.Second
	checkMemory = 200 << 20
	checkEvents = 1_000_000
)

// checked has the real client record a million events of its sessions at the reference, in one history and then
// in four of a quarter of the sessions each, and has staging check judge them.
func (b *bench) checked(ctx context.Context, g group) (rows []Row, err error) {
	for _, machines := range []int{1, 4} {
		row, err := b.checkedOn(ctx, g, machines)
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (b *bench) checkedOn(ctx context.Context, g group, machines int) (row Row, err error) {
	dir, err := os.MkdirTemp(b.dir, "check-")
	if err != nil {
		return row, fmt.Errorf("make a folder for the histories: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }() // a gigabyte
	bytes, err := b.record(ctx, dir, machines)
	if err != nil {
		return row, err
	}
	row = Row{
		What: fmt.Sprintf("staging check, %d sessions in %s", b.Sessions/machines*machines, histories(machines)),
		Bar:  fmt.Sprintf("at most %v and %d MiB, for %d events", checkLimit, checkMemory>>20, checkEvents),
		Met:  true,
	}
	var walls []time.Duration
	var peak int64
	for i := range g.runs {
		c, err := b.check(ctx, dir)
		if err != nil {
			return row, err
		}
		walls, peak = append(walls, c.wall), max(peak, c.memory)
		b.say("check: %s, run %d of %d: %s, %d MiB, %d events", histories(machines), i+1, g.runs, seconds(c.wall), c.memory>>20, c.events)
		if c.events < checkEvents || c.red > 0 {
			row.Met = false
			row.Notes = append(row.Notes, fmt.Sprintf("%d events and %d red stories: that is something else", c.events, c.red))
		}
	}
	row.Measured = fmt.Sprintf("%s; %d MiB", inSeconds(spreadOf(walls)), peak>>20)
	row.Met = row.Met && spreadOf(walls).max <= checkLimit && peak <= checkMemory
	row.Notes = append(row.Notes, fmt.Sprintf("%d bytes of history, which the real client recorded at the reference; wall from start to exit, peak resident memory by getrusage", bytes))
	return row, nil
}

func histories(n int) string {
	if n == 1 {
		return "one history"
	}
	return fmt.Sprintf("%d histories", n)
}

// record records the histories in the folder, at one reference, and returns their size.
func (b *bench) record(ctx context.Context, dir string, machines int) (size int64, err error) {
	server, err := b.spawn(ctx, partReference, struct{}{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.End()) }()
	j := job{Sessions: b.Sessions / machines, Long: true}
	j.Prompts = checkEvents/longFrames/(j.Sessions*machines) + 1
	if err := server.Hear(&j.Place); err != nil {
		return 0, err
	}
	for i := range machines {
		b.say("check: records %s, %d of %d", histories(machines), i+1, machines)
		j.History = filepath.Join(dir, fmt.Sprintf("history-%d.jsonl", i+1))
		used, err := ask[usage](ctx, b, partClient, j)
		if err != nil {
			return size, err
		}
		size += used.Recorded
	}
	return size, nil
}

// A checking is what one run of staging check took, and what it said.
type checking struct {
	wall        time.Duration
	memory      int64 // peak
	events, red int
}

func (b *bench) check(ctx context.Context, dir string) (c checking, err error) {
	command := exec.CommandContext(ctx, b.Staging, "check", "--json", dir)
	var said, failed bytes.Buffer
	command.Stdout, command.Stderr = &said, &failed
	start := time.Now()
	err = command.Run()
	c.wall = time.Since(start)
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || said.Len() == 0) {
		return c, fmt.Errorf("staging check: %w\n%s", err, child.Tail(failed.Bytes()))
	}
	if c.memory, err = peakMemory(command.ProcessState); err != nil {
		return c, err
	}
	var result struct {
		Stories []struct {
			Events int
			Red    bool
		}
	}
	if err := json.Unmarshal(said.Bytes(), &result); err != nil {
		return c, fmt.Errorf("understand staging check --json: %w", err)
	}
	for _, s := range result.Stories {
		c.events += s.Events
		if s.Red {
			c.red++
		}
	}
	return c, nil
}
