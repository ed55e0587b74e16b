package diagnosis

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// door takes in the answer to a request that is to be refused.
func (w *Witness) door(r *history.Record) {
	x := r.Exchange
	want, err := strconv.Atoi(r.Intent.Expect)
	if err != nil { // it may fail, or has to in its body
		if x.Status >= http.StatusBadRequest {
			w.see(r.Seq, x.Purpose+":"+strconv.Itoa(x.Status), "%s for %s was answered %d", x.Method, x.Purpose, x.Status)
		}
		return
	}
	w.tried["door"] = true
	if x.Status == want || x.Status == 0 {
		return
	}
	if succeeded(x) && r.Intent.Token != "" {
		w.opened(r.Seq, r.Intent.Token)
		return
	}
	w.see(r.Seq, "door:"+strconv.Itoa(x.Status), "what is to be refused with %s was answered %d", r.Intent.Expect, x.Status)
}

// opened notes that bad credentials were good enough.
func (w *Witness) opened(seq uint64, token string) {
	switch {
	case strings.HasPrefix(token, history.LoggedOutToken):
		w.see(seq, "door:opened-logged-out", "a token that was given back opened a door")
	case token == "no token" || token == "empty token":
		w.see(seq, "door:opened-without-token", "no token was needed")
	case strings.Contains(token, "expired"):
		w.see(seq, "door:opened-expired", "an expired token opened a door")
	default:
		w.see(seq, "door:opened-damaged", "a token that is none opened a door: %s", token)
	}
}

// path takes in a dial that was to be refused: a way in is bad if it let in anybody.
func (w *Witness) path(seq uint64, d *dial) {
	for i := range w.doors {
		if known := &w.doors[i]; known.kind == d.url {
			known.good = known.good && !d.welcomed
			return
		}
	}
	w.doors = append(w.doors, attempt{seq: seq, kind: d.url, good: !d.welcomed})
}

// shut takes in the end of a dial that was to be refused.
func (w *Witness) shut(d *dial, seq uint64, c *history.Closed) {
	w.tried["door"] = true
	w.path(seq, d)
	switch {
	case d.welcomed:
		w.opened(seq, d.intent.Token)
	case c == nil || c.By == history.ByClient:
	case c.Code == 1011:
		w.see(seq, "door:closed-1011", "a session that is to be refused was closed with 1011")
	case c.Status != 0 && strconv.Itoa(c.Status) != d.intent.Expect:
		w.see(seq, "door:upgrade-"+strconv.Itoa(c.Status), "an upgrade that is to be refused was answered %d", c.Status)
	}
}
