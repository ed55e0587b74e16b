package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

// A window is the part of a log that is a start's.
type window struct {
	whose string
	log   *Listing[gcp.Entry]
	// until is when the start was over, zero if nothing says that it was: then what the suite provoked may
	// lie in it.
	until time.Time
}

// clocks is how far the clocks of suite and cloud are trusted to differ.
const clocks = 10 * time.Second

// windows are those of each instance, and of what belongs to none.
func (s startup) windows(v *View) []window {
	common := window{whose: s.revision.Name, log: v.Cloud.Start(s.Name, s.revision.Name, "")}
	var all []window
	over := len(s.starts) > 0
	for _, one := range s.starts {
		w := window{whose: fmt.Sprintf("instance %s of %s", one, s.revision.Name), log: one.Log}
		w.until = one.Done.Time
		common.until = latest(common.until, w.until)
		over = over && !w.until.IsZero()
		all = append(all, w)
	}
	switch {
	case s.older:
		return all
	case !over:
		common.until = time.Time{}
	}
	return append(all, common)
}

// entries calls judge with every entry of the start that is the start's own, and says where some are missing.
func (s startup) entries(v *View, judge func(window, gcp.Entry)) {
	for _, w := range s.windows(v) {
		if !w.log.Whole() && (w.log.Asked() || s.markers.Whole()) { // else the markers say why
			v.Unmeasured("D2", w.log.Readings, "%s", w.log.Lacks)
		}
		until, blurred := w.until, false
		if until.IsZero() && !v.Provoked.IsZero() && v.Provoked.Add(-clocks).Before(w.log.Read) {
			until, blurred = v.Provoked.Add(-clocks), true
		}
		for _, e := range w.log.Items {
			switch {
			case e.Log == gcp.RequestLog:
			case until.IsZero() || !e.Time.After(until):
				judge(w, e)
			case blurred && e.Severity >= gcp.Error:
				v.Unmeasured("D2", w.log.Readings, "negative tests ran before %s said that it started, and their entries cannot be told from its own: run them later", w.whose)
			}
		}
	}
}

func startupLogs(v *View, s startup) {
	allowed, read, highest, forgiven := v.allowances(), 0, gcp.Default, 0
	s.entries(v, func(w window, e gcp.Entry) {
		read, highest = read+1, max(highest, e.Severity)
		if e.Severity < gcp.Error {
			return
		}
		excused, but := allowed.excuse(e)
		if excused {
			forgiven++
		} else {
			v.Report(w.log.Readings, "%s logged %s %s: %s%s", w.whose, e.Severity, s.after(e), payload(e), but)
		}
	})
	fact := fmt.Sprintf("%d entries of the start of %s (instances: %d)", read, s.revision.Name, len(s.starts))
	if read > 0 {
		fact += fmt.Sprintf(", the highest of severity %s", highest)
	}
	if forgiven > 0 {
		fact += fmt.Sprintf(", %d of them excused by the allowlist", forgiven)
	}
	v.Shows("D2", "%s", fact)
}

// startupText leaves what is an error by its severity to startupLogs.
func startupText(v *View, s startup) {
	allowed := v.allowances()
	s.entries(v, func(w window, e gcp.Entry) {
		found := saysItFailed(e)
		if e.Severity >= gcp.Error || found == "" {
			return
		}
		if excused, but := allowed.excuse(e); !excused {
			v.Report(w.log.Readings, "%s printed this %s, at severity %s: %s%s", w.whose, s.after(e), e.Severity, quote(found), but)
		}
	})
}

// saysItFailed is the part of an entry that is a traceback or says that a worker failed to boot, empty if none is:
// loggers keep an exception beside the message.
func saysItFailed(e gcp.Entry) string {
	for _, part := range []string{e.Text, e.Beside} {
		if strings.Contains(part, fixtures.Traceback) || strings.Contains(part, fixtures.FailedToBoot) {
			return part
		}
	}
	return ""
}

func startupEmpty(v *View, s startup) {
	count := map[gcp.Severity]int{}
	var proof []uint64
	s.entries(v, func(w window, e gcp.Entry) {
		if e.Empty {
			count[e.Severity]++
			proof = append(proof, w.log.Readings...)
		}
	})
	var list []string
	for _, severity := range slices.Backward(slices.Sorted(maps.Keys(count))) {
		list = append(list, fmt.Sprintf("%d of severity %s", count[severity], severity))
	}
	if len(list) > 0 {
		v.Report(proof, "entries of the start of %s have no payload: %s", s.revision.Name, strings.Join(list, ", "))
	}
}

func payload(e gcp.Entry) string {
	if e.Empty {
		return "nothing, for it has no payload"
	}
	return quote(e.Text)
}

// after says when in a start an entry was written.
func (s startup) after(e gcp.Entry) string {
	if s.revision.Created.IsZero() {
		return "at " + e.Time.Format(time.RFC3339Nano)
	}
	return prose("%s after the revision was created", e.Time.Sub(s.revision.Created))
}
