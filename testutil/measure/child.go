package measure

import (
	"context"
	"os/exec"

	"github.com/netra-systems/staging-e2e/testutil/child"
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

// spawn starts a part in a process of its own, which ends with ctx at the latest.
func (b *bench) spawn(ctx context.Context, part string, task any) (*child.Process, error) {
	command := exec.CommandContext(ctx, b.Staging, "measure", "child", part)
	command.Dir = b.root
	p, err := child.Start(part, command)
	if err != nil {
		return nil, err
	}
	return p, p.Tell(task)
}

// ask plays a part to its end and returns its answer.
func ask[A any](ctx context.Context, b *bench, part string, task any) (answer A, err error) {
	p, err := b.spawn(ctx, part, task)
	if err != nil {
		return answer, err
	}
	if err := p.Hear(&answer); err != nil {
		return answer, err
	}
	return answer, p.End()
}
