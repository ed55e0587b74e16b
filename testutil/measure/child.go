package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// The parts that processes of their own play. A part gets its task as one JSON value on its standard
// input and answers with one JSON value on its standard output; it lives until its input ends. So it ends
// with its parent, whatever becomes of that.
const (
	partBurn      = "burn"      // keeps one core busy; answers nothing
	partReference = "reference" // runs a reference deployment
	partBare      = "bare"      // drives it with bare sockets
	partClient    = "client"    // drives it with the suite's client
)

// graceful is how long a child has to end before it is killed.
const graceful = 15 * time.Second

// A child is a process that plays a part.
type child struct {
	part   string
	cmd    *exec.Cmd
	task   io.WriteCloser
	answer *json.Decoder
	said   bytes.Buffer // on standard error; read after the end
	ended  bool
}

// spawn starts a part in a process of its own, which ends with ctx at the latest.
func (b *bench) spawn(ctx context.Context, part string, task any) (*child, error) {
	c := &child{part: part, cmd: exec.CommandContext(ctx, b.Staging, "measure", "child", part)}
	c.cmd.Dir = b.root
	c.cmd.Stderr = &c.said
	var err error
	if c.task, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start the %s process: %w", part, err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the %s process: %w", part, err)
	}
	c.answer = json.NewDecoder(out)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s process: %w", part, err)
	}
	if err := json.NewEncoder(c.task).Encode(task); err != nil {
		return nil, errors.Join(fmt.Errorf("give the %s process its task: %w", part, err), c.end())
	}
	return c, nil
}

// hear waits for the answer; it blocks until the process ends at the latest.
func (c *child) hear(answer any) error {
	if err := c.answer.Decode(answer); err != nil {
		return fmt.Errorf("the %s process did not answer: %w", c.part, errors.Join(err, c.end()))
	}
	return nil
}

// end lets the process end and waits for it; after a grace period it is killed. A second call does
// nothing.
func (c *child) end() error {
	if c.ended {
		return nil
	}
	c.ended = true
	_ = c.task.Close() // it may have ended already
	impatient := time.AfterFunc(graceful, func() { _ = c.cmd.Process.Kill() })
	defer impatient.Stop()
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("the %s process: %w\n%s", c.part, err, tail(c.said.Bytes()))
	}
	return nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// cpu is what a process used that has ended.
func (c *child) cpu() time.Duration {
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// ask plays a part to its end and returns its answer.
func ask[A any](ctx context.Context, b *bench, part string, task any) (answer A, err error) {
	c, err := b.spawn(ctx, part, task)
	if err != nil {
		return answer, err
	}
	if err := c.hear(&answer); err != nil {
		return answer, err
	}
	return answer, c.end()
}
