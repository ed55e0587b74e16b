package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A trace is what came of a story, without ids, texts and times: for each run, session, user and kind of
// request, what happened to it in a row. It leaves out what is chance: what other sessions of a user hear of her
// runs, and how much of a run comes before it is abandoned.
type trace map[string]*row

type row struct {
	first  uint64 // record
	steps  []string
	chance bool // what comes is chance
	mixed  bool // in which order it comes is chance
}

// longest bounds a row. What differs later than that hardly explains anything.
const longest = 1000

func (t trace) see(r *history.Record) {
	if r.Kind == history.Send && r.Run != "" {
		t.row(r.Run, r).chance = r.Intent != nil && r.Intent.Abandon
	}
	of, step := stepOf(r)
	if of == "" {
		return
	}
	line := t.row(of, r)
	line.mixed = line.mixed || r.Kind == history.HTTP && r.Intent != nil && r.Intent.Together
	if len(line.steps) < longest {
		line.steps = append(line.steps, step)
	}
}

func (t trace) row(of string, r *history.Record) *row {
	if t[of] == nil {
		t[of] = &row{first: r.Seq}
	}
	return t[of]
}

// without is the trace of what is not about the labels that are lost.
func (t trace) without(lost map[string]bool) trace {
	rest := maps.Clone(t)
	maps.DeleteFunc(rest, func(of string, _ *row) bool {
		label, _, _ := strings.Cut(of, " ")
		for ; label != ""; label = label[:max(0, strings.LastIndexByte(label, '.'))] {
			if lost[label] {
				return true
			}
		}
		return false
	})
	return rest
}

// stepOf is what happened, and to what.
func stepOf(r *history.Record) (of, step string) {
	switch r.Kind {
	case history.Recv:
		return eventStep(r)
	case history.Close:
		return r.Session, ending(r.Closed)
	case history.HTTP:
		if r.Exchange.Purpose == history.PurposeWarmUp {
			return "", ""
		}
		return strings.TrimSpace(r.User + " " + r.Exchange.Purpose), answered(r.Exchange)
	case history.Login:
		step = r.Login.Method
		if r.Login.Problem != "" {
			step += " without a token"
		}
		return r.User, step
	}
	return "", ""
}

func eventStep(r *history.Record) (of, step string) {
	switch {
	case r.Event == nil:
		return r.Session, "an unreadable frame"
	case r.Event.Type == wire.Heartbeat || r.Event.Type == wire.Ping:
		return "", "" // when they come is chance
	case r.Run == "":
		return r.Session, r.Event.Type
	case !strings.HasPrefix(r.Run, r.Session+"."):
		return "", ""
	}
	return r.Run, r.Event.Type
}

func ending(c *history.Closed) string {
	switch {
	case c.Status != 0:
		return fmt.Sprintf("upgrade answered %d", c.Status)
	case c.Code != 0:
		return fmt.Sprintf("close by %s with %d", c.By, c.Code)
	case c.Broken != nil:
		return fmt.Sprintf("end by %s at %s", c.By, c.Broken.Step)
	}
	return "end by " + c.By
}

func answered(x *history.Exchange) string {
	if x.Broken != nil {
		return "broken at " + string(x.Broken.Step)
	}
	return fmt.Sprint(x.Status)
}

// A Divergence is the first thing that became otherwise of a run, a session, a user or a kind of request.
type Divergence struct {
	Of      string // such as "u1.s2.r1"
	Nth     int    // from 1
	Was, Is string // empty: nothing more came
}

// String says it on one line of harmless text.
func (d Divergence) String() string {
	said := func(step string) string {
		if step == "" {
			return "nothing more"
		}
		return report.Clean(step)
	}
	return fmt.Sprintf("%s: number %d was %s, and is %s", report.Clean(d.Of), d.Nth, said(d.Was), said(d.Is))
}

// against tells where another trace first differs, in the order of the recording.
func (t trace) against(now trace) (all []Divergence) {
	of := slices.SortedFunc(maps.Keys(t), func(a, b string) int { return int(t[a].first) - int(t[b].first) })
	for _, of := range slices.Concat(of, slices.Sorted(maps.Keys(now))) {
		was, is := t.steps(of), now.steps(of)
		n := 0
		for n < len(was) && n < len(is) && was[n] == is[n] {
			n++
		}
		if n < max(len(was), len(is)) && !slices.ContainsFunc(all, func(d Divergence) bool { return d.Of == of }) {
			all = append(all, Divergence{of, n + 1, at(was, n), at(is, n)})
		}
	}
	return all
}

func (t trace) steps(of string) []string {
	line := t[of]
	switch {
	case line == nil || line.chance:
		return nil
	case line.mixed:
		return slices.Sorted(slices.Values(line.steps))
	}
	return line.steps
}

func at(steps []string, n int) string {
	if n < len(steps) {
		return steps[n]
	}
	return ""
}
