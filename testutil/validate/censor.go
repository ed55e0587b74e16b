package validate

import (
	"bytes"
	"io"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A censor writes on, line by line, what a command says, without secrets: those that it is given, and what looks like
// one (history.Redactor).
type censor struct {
	out   io.Writer
	clean func(string) string
	held  []byte // the beginning of a line
}

func newCensor(out io.Writer, secrets []string) *censor {
	return &censor{out: out, clean: history.Redactor(secrets...)}
}

// longestLine is held at most. What is longer is written in parts, between which a secret may be cut.
const longestLine = 1 << 20

// Write keeps what is no whole line yet: a secret in it could not be known.
func (c *censor) Write(text []byte) (int, error) {
	c.held = append(c.held, text...)
	end := bytes.LastIndexAny(c.held, "\r\n") + 1
	if end == 0 && len(c.held) > longestLine {
		end = len(c.held)
	}
	if err := c.write(end); err != nil {
		return 0, err
	}
	return len(text), nil
}

// end writes a last line that has no end.
func (c *censor) end() error { return c.write(len(c.held)) }

func (c *censor) write(n int) error {
	if n == 0 {
		return nil
	}
	text := c.clean(string(c.held[:n]))
	c.held = append(c.held[:0], c.held[n:]...)
	_, err := io.WriteString(c.out, text)
	return err
}
