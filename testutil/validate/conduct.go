package validate

import (
	"context"
	"errors"
	"os/exec"
)

// ErrAtOnce is the error of a validation that was not allowed to end in order.
var ErrAtOnce = errors.New("interrupted twice, and ended at once: nothing was judged")

// conduct runs a command to its end, or kills it and all that it started when there is no more patience. Nothing of
// its group is left when it returns.
func (v *validation) conduct(c *exec.Cmd) error {
	if err := c.Start(); err != nil {
		return err
	}
	release := context.AfterFunc(v.Patience, func() { sweep(c) })
	err := c.Wait()
	release()
	sweep(c)
	return err
}
