package judge

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var threadRules = []Rule{
	{
		ID: "threads/listed", Hard: true, Source: "http.md 5.4; catalogue, session group",
		Says:  "A thread has the title that was asked for, alone and in the list of its owner, where it stands once until it is archived. A full page may leave it out.",
		Hooks: Hooks{Exchange: threadShown},
	},
	{
		ID: "threads/archived", Source: "http.md 5.4; reference.md",
		Says:  "An archived thread leaves the list, and asking for it is answered 404. Hard where the target declares its shape.",
		Hooks: Hooks{Exchange: archivedShown},
	},
	{
		ID: "threads/messages", Hard: true, Source: "http.md 5.4",
		Says:  "What a user says on a thread is among its messages, word for word and as the user's. That prompts and answers of runs are there too is advice, unless the target declares its shape.",
		State: messagesShown,
	},
}

func isThreadList(x *history.Exchange) bool {
	path, _, _ := strings.Cut(x.URL, "?")
	return x.Purpose == history.PurposeThreads && strings.HasSuffix(path, "/api/threads")
}

// entries reads a list of threads; not ok if it is no list of objects.
func entries(x *history.Exchange) (list []map[string]any, ok bool) {
	return list, json.Unmarshal([]byte(x.Body), &list) == nil
}

// entryOf finds a thread in a list, nil if it is not there, and tells how often it is.
func entryOf(list []map[string]any, id string) (entry map[string]any, times int) {
	for _, e := range list {
		if text(e, "id") == id {
			entry = e
			times++
		}
	}
	return entry, times
}

func threadShown(v *View) {
	x := v.Record.Exchange
	if v.User == nil || !ordinary(v.Record) || x.Broken != nil || x.Cut != 0 {
		return
	}
	switch {
	case isThreadList(x) && succeeded(x):
		listed(v, x)
	case x.Purpose == history.PurposeThread && succeeded(x):
		alone(v, x)
	case x.Purpose != history.PurposeArchive && lost(v):
		v.Report(v.Here(v.Asked().Made.Seq), "%s does not find the thread that %s made: %s", what(x), v.name(), quote(x.Body))
	}
}

// lost tells whether an own thread that is open was not found.
func lost(v *View) bool {
	t := v.Asked()
	return t != nil && v.Record.Exchange.Status == http.StatusNotFound && t.Archived.Seq == 0 && t.Made.before(v.moment())
}

func listed(v *View, x *history.Exchange) {
	shown, ok := entries(x)
	if !ok {
		if isJSON(x) {
			v.Report(v.Here(), "%s answers with no list of threads: %s", what(x), quote(x.Body))
		}
		return // infra/not-the-platform
	}
	size, later := pageOf(x, 20)
	for _, t := range v.threadsOf(v.User) {
		entry, times := entryOf(shown, t.ID)
		switch {
		case times > 1:
			v.Report(v.Here(t.Made.Seq), "%s lists %s %d times", what(x), quote(t.ID), times)
		case times == 1:
			sameTitle(v, x, t, entry)
		case t.Archived.Seq == 0 && t.Made.before(v.moment()) && len(shown) < size && !later:
			v.Report(v.Here(t.Made.Seq), "%s lists %d threads, and not %s, which %s made", what(x), len(shown), quote(t.ID), t.Owner.Label)
		}
	}
}

func alone(v *View, x *history.Exchange) {
	fields := object(x)
	if fields == nil {
		return // infra/not-the-platform
	}
	id, t := text(fields, "id"), v.Asked()
	if x.Method == http.MethodPost {
		t = v.Threads[id]
	}
	switch {
	case id == "":
		v.Report(v.Here(), "%s answers with no id of a thread: %s", what(x), quote(x.Body))
	case t != nil && id != t.ID:
		v.Report(v.Here(t.Made.Seq), "%s answers with thread %s", what(x), quote(id))
	case t != nil:
		sameTitle(v, x, t, fields)
	}
}

func sameTitle(v *View, x *history.Exchange, t *Thread, shown map[string]any) {
	if title := text(shown, "title"); t.Title != "" && title != t.Title {
		v.Report(v.Here(t.Made.Seq), "%s shows thread %s with title %s, made with %s", what(x), quote(t.ID), quote(title), quote(t.Title))
	}
}

func archivedShown(v *View) {
	x := v.Record.Exchange
	if v.User == nil || !succeeded(x) || x.Cut != 0 {
		return
	}
	if v.closed() {
		t := v.Asked()
		v.ReportAs(v.Declared(), v.Here(t.Archived.Seq), "%s was answered %s after the thread was archived, want 404", what(x), status(x.Status))
	}
	if !isThreadList(x) {
		return
	}
	shown, _ := entries(x)
	for _, t := range v.threadsOf(v.User) {
		if _, times := entryOf(shown, t.ID); times > 0 && t.Archived.before(v.moment()) {
			v.ReportAs(v.Declared(), v.Here(t.Archived.Seq), "%s still lists %s, which %s archived", what(x), quote(t.ID), t.Owner.Label)
		}
	}
}
