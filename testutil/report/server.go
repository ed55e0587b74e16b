package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// A ServerSide is what the server's own log says of a finding.
type ServerSide struct {
	// Entries are what was found, in any order. Their secrets are replaced already, as in a record.
	Entries []gcp.Entry
	Traces  []string // of the requests that the finding is about: their entries are shown before others
	Left    bool     // the log has more than was read
	Unread  string   // why the log was not, or not wholly, read, with the role that is missing; empty: it was
	Query   string   // filter of the log; empty: not known
	Link    string   // to the same in the cloud's console; empty: not known
}

const (
	entriesShown = 10  // under one finding
	entryLimit   = 320 // runes of an entry's text
	entryHead    = 100 // of them from its beginning; a traceback says at its end what it is about
)

// A logbook writes the server's side of one finding after the other, every entry once.
type logbook struct{ shown map[entryKey]bool }

// An entryKey is what tells two entries apart.
type entryKey struct {
	id, log, text string
	at            int64
}

func keyOf(e gcp.Entry) entryKey { return entryKey{e.ID, e.Log, e.Text, e.Time.UnixNano()} }

func (l *logbook) write(b *strings.Builder, side *ServerSide) {
	if side == nil {
		return
	}
	if side.Unread != "" {
		fmt.Fprintf(b, "    the server's log was not read: %s\n", Clean(side.Unread))
	}
	l.entries(b, side)
	if side.Query != "" {
		fmt.Fprintf(b, "      query: %s\n", Clean(side.Query))
	}
	if side.Link != "" {
		fmt.Fprintf(b, "      link:  %s\n", Clean(side.Link))
	}
}

func (l *logbook) entries(b *strings.Builder, side *ServerSide) {
	if len(side.Entries) == 0 {
		if side.Unread == "" {
			b.WriteString("    the server's log has no entry of it, or none yet\n")
		}
		return
	}
	b.WriteString("    the server's log:\n")
	fresh, before := l.unseen(side)
	worst := fresh[:min(len(fresh), entriesShown)]
	slices.SortStableFunc(worst, func(x, y gcp.Entry) int { return x.Time.Compare(y.Time) })
	for _, e := range worst {
		fmt.Fprintf(b, "      %s\n", entry(e))
		l.shown[keyOf(e)] = true
	}
	if rest := omitted(len(fresh)-len(worst), before, side.Left); rest != "" {
		fmt.Fprintf(b, "      … %s\n", rest)
	}
}

// unseen are the entries that were not written yet, those of the finding's own requests first, and the most
// severe of each kind; before counts the others.
func (l *logbook) unseen(side *ServerSide) (fresh []gcp.Entry, before int) {
	own := func(e gcp.Entry) int {
		if e.Trace != "" && slices.Contains(side.Traces, e.Trace) {
			return 1
		}
		return 0
	}
	for _, e := range side.Entries {
		if l.shown[keyOf(e)] {
			before++
		} else {
			fresh = append(fresh, e)
		}
	}
	slices.SortStableFunc(fresh, func(x, y gcp.Entry) int {
		return cmp.Or(own(y)-own(x), int(y.Severity-x.Severity))
	})
	return fresh, before
}

// omitted says how many entries do not stand there, and why.
func omitted(more, before int, left bool) string {
	var parts []string
	if before > 0 {
		parts = append(parts, fmt.Sprintf("%d that stand above", before))
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("%d more, of less weight", more))
	}
	if left {
		parts = append(parts, "and more that were not read")
	}
	return strings.Join(parts, ", ")
}

// entry is an entry of a log on one line: UTC, severity, revision, instance, what it says.
func entry(e gcp.Entry) string {
	parts := []string{fmt.Sprintf("%s %-8s", e.Time.UTC().Format("15:04:05.000"), e.Severity)}
	for _, part := range []string{text(e.Revision), Clean(Short(e.Instance, 12)), request(e.Request), ends(e.Text)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Empty {
		parts = append(parts, "(empty)")
	}
	return strings.Join(parts, " ")
}

func request(r *gcp.Request) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%s %s %d in %s", text(r.Method), text(r.URL), r.Status, offset(r.Latency))
}

// ends is a text without its middle where it is too long.
func ends(s string) string {
	runes := []rune(s)
	if len(runes) <= entryLimit {
		return Clean(s)
	}
	return Clean(string(runes[:entryHead])) + " … " + Clean(string(runes[len(runes)-(entryLimit-entryHead):]))
}
