package report

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// textLimit bounds a piece of a server's text on a line of the time line.
const textLimit = 160

// Line is a record on one line of a time line: number, offset, whom it concerns, what happened.
func Line(r *history.Record) string {
	who := r.Run
	if who == "" {
		who = r.Session
	}
	if who == "" {
		who = r.User
	}
	return fmt.Sprintf("%4d %9s  %-10s %s", r.Seq, offset(r.At), who, what(r))
}

func offset(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

func what(r *history.Record) string {
	switch {
	case r.Exchange != nil:
		return exchange(r.Exchange)
	case r.Login != nil:
		return identity(r.Login)
	case r.Dialled != nil:
		return dial(r)
	case r.Opened != nil:
		return "  101 open after " + offset(r.Opened.Took) + subprotocol(r.Opened)
	case r.Closed != nil:
		return closed(r.Closed)
	case r.Cloud != nil:
		return reading(r.Cloud)
	case r.Note != nil:
		if r.Note.Text == "" {
			return "· " + r.Note.Topic
		}
		return "· " + r.Note.Topic + ": " + text(r.Note.Text)
	case r.Kind == history.Send:
		return "→ " + frame(r)
	case r.Kind == history.Recv:
		return "← " + frame(r)
	}
	return string(r.Kind)
}

func text(s string) string { return Clean(Short(s, textLimit)) }

func exchange(x *history.Exchange) string {
	line := fmt.Sprintf("↔ %s %s", x.Method, text(x.URL))
	if x.Broken != nil {
		return line + " ✗ " + broken(x.Broken) + " after " + offset(x.Took)
	}
	line += fmt.Sprintf(" %d in %s", x.Status, offset(x.Took))
	if x.Body != "" {
		line += " " + text(x.Body)
	}
	return line + cut(x.Cut)
}

// reading is what was asked of the cloud, and what came of it; a good answer is too long to stand here.
func reading(c *history.Reading) string {
	parts := []string{"☁", c.API, c.Purpose}
	for _, about := range []string{cmp.Or(c.Revision, c.Service), Short(c.Instance, 12)} {
		if about != "" {
			parts = append(parts, text(about))
		}
	}
	if c.Page > 1 {
		parts = append(parts, fmt.Sprintf("page %d", c.Page))
	}
	switch {
	case c.Broken != nil:
		parts = append(parts, "✗", broken(c.Broken), "after", offset(c.Took))
	case c.Status == http.StatusOK:
		parts = append(parts, "200 in", offset(c.Took))
	default:
		parts = append(parts, fmt.Sprint(c.Status), "in", offset(c.Took), text(c.Body))
	}
	if c.Role != "" {
		parts = append(parts, "(lacks "+text(c.Role)+")")
	}
	if c.Left {
		parts = append(parts, "(there is more)")
	}
	return strings.Join(parts, " ") + cut(c.Cut)
}

func identity(i *history.Identity) string {
	if i.Problem != "" {
		return "✗ login of " + i.Email + " (" + i.Method + "): " + text(i.Problem)
	}
	return fmt.Sprintf("· %s is %s (%s), token until %s", i.Email, text(i.Subject), i.Method, i.Expires.UTC().Format(time.TimeOnly))
}

func dial(r *history.Record) string {
	line := "⇢ dial " + text(r.Dialled.URL)
	if len(r.Dialled.Offered) > 0 {
		line += " offering " + text(strings.Join(r.Dialled.Offered, ", "))
	}
	if r.Intent != nil && r.Intent.Expect != "" {
		line += " (expected to be " + r.Intent.Expect + ")"
	}
	return line
}

func subprotocol(o *history.Opened) string {
	if o.Subprotocol == "" {
		return ""
	}
	return ", subprotocol " + text(o.Subprotocol)
}

func closed(c *history.Closed) string {
	var parts []string
	if c.Status != 0 {
		parts = append(parts, fmt.Sprintf("upgrade answered %d %s", c.Status, text(c.Body)+cut(c.Cut)))
	}
	if c.Code != 0 {
		parts = append(parts, fmt.Sprintf("close %d %s", c.Code, text(c.Reason)))
	}
	if c.Broken != nil {
		parts = append(parts, broken(c.Broken))
	}
	return "✗ ended by the " + c.By + ": " + strings.Join(parts, "; ")
}

func broken(b *history.Broken) string {
	why := text(b.Error)
	if b.Timeout {
		why = "budget ran out: " + why
	}
	return "at " + string(b.Step) + ": " + why
}

func cut(n int64) string {
	switch {
	case n < 0:
		return " [cut]"
	case n > 0:
		return fmt.Sprintf(" [%d bytes cut]", n)
	}
	return ""
}

func frame(r *history.Record) string {
	e := r.Event
	if e == nil {
		return text(r.Frame) + " (" + text(r.Unreadable) + ")"
	}
	line := text(e.Type)
	if e.WireType != e.Type && e.WireType != "" {
		line += " (as " + text(e.WireType) + ")"
	}
	for _, part := range []string{e.Agent, e.Tool, e.ErrorCode} {
		if part != "" {
			line += " " + text(part)
		}
	}
	if e.Success == wire.False {
		line += " success:false"
	}
	if e.Text != "" {
		line += ` "` + text(e.Text) + `"`
	}
	return line
}
