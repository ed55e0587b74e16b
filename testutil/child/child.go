// Package child talks with a process that lives only for this one: JSON values go in and come out, and the
// process ends when its input does. So it ends with its parent, whatever becomes of that.
package child

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Graceful is how long a process has to end before it is killed.
const Graceful = 15 * time.Second

// A Process is a child of this one. It is not safe for concurrent use.
type Process struct {
	what  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	tell  *json.Encoder
	hear  *json.Decoder
	said  bytes.Buffer // on standard error; read after the end
	ended bool
}

// Start starts the command, whose standard streams must not be set. What names it in errors.
func Start(what string, cmd *exec.Cmd) (*Process, error) {
	p := &Process{what: what, cmd: cmd}
	cmd.Stderr = &p.said
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start the %s process: %w", what, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the %s process: %w", what, err)
	}
	p.tell, p.hear = json.NewEncoder(p.in), json.NewDecoder(out)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s process: %w", what, err)
	}
	return p, nil
}

// Tell sends a value. An error ends the process.
func (p *Process) Tell(value any) error {
	if err := p.tell.Encode(value); err != nil {
		return errors.Join(fmt.Errorf("tell the %s process: %w", p.what, err), p.End())
	}
	return nil
}

// Hear waits for the next value; it blocks until the process ends at the latest. An error ends the process.
func (p *Process) Hear(value any) error {
	if err := p.hear.Decode(value); err != nil {
		return fmt.Errorf("the %s process did not answer: %w", p.what, errors.Join(err, p.End()))
	}
	return nil
}

// End lets the process end and waits for it; after a grace period it is killed. A second call does
// nothing.
func (p *Process) End() error {
	if p.ended {
		return nil
	}
	p.ended = true
	_ = p.in.Close() // it may have ended already
	impatient := time.AfterFunc(Graceful, func() { _ = p.cmd.Process.Kill() })
	defer impatient.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("the %s process: %w\n%s", p.what, err, Tail(p.said.Bytes()))
	}
	return nil
}

// PID is the id of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// CPU is what the process used, once it has ended.
func (p *Process) CPU() time.Duration {
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// Tail is the end of an output, where a process says what failed.
func Tail(output []byte) string {
	const most = 2000
	if len(output) > most {
		output = output[len(output)-most:]
	}
	return string(output)
}

// Kill ends the process at once, from any goroutine; whoever waits for it hears an error.
func (p *Process) Kill() { _ = p.cmd.Process.Kill() }
