package replay

import (
	"net/url"
	"slices"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// dial begins a session, or tries once more to begin one.
func (g *reading) dial(r *history.Record) {
	intent := intentOf(r)
	if intent.Recovers || intent.Freed {
		if before := g.grouped[r.User]; before != nil {
			d := g.talks[before.Session].dial
			d.labels = append(d.labels, r.Session)
			before.makes = append(before.makes, r.Session)
			g.talks[r.Session] = &talk{dial: d}
			return
		}
	}
	a := g.add(&Act{Start: r.At, User: r.User, Session: r.Session, What: whatDial, needs: []string{r.User}, makes: []string{r.Session}})
	d := &dialling{act: a, labels: []string{r.Session}, intent: intent, path: g.path(r.Dialled.URL), app: slices.Contains(r.Dialled.Header, "Origin")}
	a.do = d.do
	g.talks[r.Session] = &talk{dial: d, refused: intent.Expect != ""}
	if intent.Recovers || intent.Freed {
		g.grouped[r.User] = a
	}
	g.dies(r.User, intent.Token, r.At)
}

// path is what follows the host of a URL that is not the target's own for sessions; without what a form of
// the token adds.
func (g *reading) path(raw string) string {
	u, err := url.Parse(raw)
	own, wrong := url.Parse(g.Header.Target.WebSocket)
	if err != nil || wrong != nil {
		return ""
	}
	query := u.Query()
	for _, added := range []string{"token", "env"} {
		query.Del(added)
	}
	u.RawQuery = query.Encode()
	if u.Path == own.Path && u.RawQuery == own.RawQuery {
		return ""
	}
	return u.RequestURI()
}

func (t *talk) greet(g *reading, r *history.Record) {
	if r.Event.Type == wire.Welcome {
		t.dialect = r.Event.Dialect
	} else {
		t.dialect = wire.October
	}
	if thread := r.Event.ThreadID; thread != "" {
		t.dial.thread = thread
		if thread != t.dial.resume {
			t.dial.act.makes = append(t.dial.act.makes, thread)
		}
	}
	t.greeted, t.dial.opened = true, true
	t.dial.act.End = r.At
	delete(g.grouped, r.User)
}

// leaveBroken lets sessions be left on which something failed, if that does not fail again: the story would
// have left them then, and a target takes only so many.
func (g *reading) leaveBroken() {
	for label, t := range g.talks {
		for _, run := range t.runs {
			i := run.intent
			t.broke = t.broke || run.tracker.Outcome() != wire.Completed && i.Expect == "" && i.Spoofs == "" && !i.Abandon
		}
		if !t.broke || !t.greeted || t.left || t.refused || label != t.dial.labels[0] {
			continue
		}
		last := t.dial.act.End
		for _, a := range g.Acts {
			if a.Session == label {
				last = max(last, a.End)
			}
		}
		g.add(&Act{Start: last, End: last, User: userOf(label), Session: label, What: whatLeave, needs: []string{label}, do: leaveUnbroken(label)})
	}
}
