package diagnosis

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A tally is what all answers of a service have in common.
type tally struct {
	first   uint64
	answers map[int]int // by status; 0 is none
	total   int
}

// The services, as subjects of signs.
const (
	backend = "backend"
	auth    = "auth-service"
)

func (w *Witness) exchange(r *history.Record) {
	x := r.Exchange
	purpose := x.Purpose
	if purpose == history.PurposeWarmUp || purpose == history.PurposeTraffic {
		purpose = history.PurposeHealth
	}
	if r.Intent.Provokes() {
		w.door(r)
		return
	}
	if w.inOrder(r) {
		return
	}
	w.tried[purpose] = true
	w.count(w.serviceOf(x.URL), r.Seq, answered(x.Status, x.Broken))
	w.outcome(r.Seq, purpose, x)
	if x.Bearer && purpose != history.PurposeVerify && w.serviceOf(x.URL) == backend {
		w.tried["rest"] = true
		w.outcome(r.Seq, "rest", x)
		w.calls = append(w.calls, attempt{seq: r.Seq, user: r.User, kind: x.Purpose, good: succeeded(x)})
	}
	if purpose == history.PurposeHealth {
		w.probes = append(w.probes, attempt{seq: r.Seq, kind: x.URL, good: succeeded(x)})
	}
}

// inOrder tells whether a refusal was due: of the archive of what a run did not make, of a refresh that others won,
// and of a page that is not the app.
func (w *Witness) inOrder(r *history.Record) bool {
	x := r.Exchange
	switch x.Purpose {
	case history.PurposeArchive:
		return x.Status == http.StatusNotFound
	case history.PurposeRefresh:
		return x.Status == http.StatusUnauthorized && r.Intent != nil && r.Intent.Together
	case history.PurposeCORS:
		app, err := url.Parse(w.header.Target.App)
		return x.Status >= http.StatusBadRequest && x.Status < http.StatusInternalServerError &&
			(err != nil || x.Origin != app.Scheme+"://"+app.Host)
	}
	return false
}

func succeeded(x *history.Exchange) bool {
	return x.Broken == nil && x.Status >= 200 && x.Status < 300
}

// outcome notes what is unusual about an answer that should have been good.
func (w *Witness) outcome(seq uint64, subject string, x *history.Exchange) {
	what := x.Method + " for " + x.Purpose
	switch {
	case x.Broken != nil && x.Broken.Timeout && answered(x.Status, x.Broken) != unreached:
		w.see(seq, subject+":late", "%s was not answered in time", what)
		w.see(seq, subject+":silent", "%s was not answered at all", what)
	case x.Broken != nil && x.Broken.Step == history.StepBody:
		w.see(seq, subject+":cut", "the answer to %s broke off", what)
	case x.Broken != nil && x.Status == 0:
		w.see(seq, subject+":unreached", "%s broke at step %s", what, x.Broken.Step)
	case x.Status >= http.StatusMultipleChoices:
		w.see(seq, subject+":"+strconv.Itoa(x.Status), "%s was answered %d", what, x.Status)
		if isPage(x.Header) {
			w.see(seq, subject+":edge", "%s was answered with a web page", what)
		}
	case 2*x.Took > w.header.Budgets.HTTP && w.header.Budgets.HTTP > 0 && x.Stream == nil && !agentic(x.Purpose):
		w.see(seq, subject+":late", "%s took more than half of its budget", what)
	}
}

// agentic tells whether the answer is an agent's, which takes its time.
func agentic(purpose string) bool {
	return purpose == history.PurposeExecute || purpose == history.PurposeStream
}

func isPage(header map[string]string) bool {
	for name, value := range header {
		if strings.EqualFold(name, "Content-Type") {
			return strings.HasPrefix(value, "text/html")
		}
	}
	return false
}

func (w *Witness) serviceOf(url string) string {
	if t := w.header.Target; t.Auth != t.API && strings.HasPrefix(url, t.Auth) {
		return auth
	}
	return backend
}

func (w *Witness) count(service string, seq uint64, status int) {
	t := w.services[service]
	if t == nil {
		t = &tally{first: seq, answers: map[int]int{}}
		w.services[service] = t
	}
	t.answers[status]++
	t.total++
}

// concludeServices says whether a service gave nothing but one error, and whether all of them did.
func (w *Witness) concludeServices() {
	common, everybody := none, true
	for _, service := range []string{auth, backend} {
		t := w.services[service]
		if t == nil {
			continue
		}
		w.tried[service], w.tried["everywhere"] = true, true
		status, same := t.only()
		if !same || common != none && common != status {
			everybody = false
		}
		if !same {
			continue
		}
		common = status
		w.see(t.first, service+":"+named(status), "the %s gave %d times no other answer than %s", service, t.total, named(status))
	}
	if everybody && common != none && len(w.services) > 1 {
		w.see(1, "everywhere:"+named(common), "nothing was answered otherwise than %s", named(common))
	}
	w.pattern("rest", "some-endpoints", w.calls)
	w.pattern("health", "some-endpoints", w.probes)
}

// only returns the one error that all answers were, if they were.
func (t *tally) only() (status int, same bool) {
	for status = range t.answers {
	}
	return status, len(t.answers) == 1 && (status <= silent || status >= http.StatusInternalServerError)
}

func named(status int) string {
	switch status {
	case silent:
		return "silent"
	case unreached:
		return "unreached"
	}
	return strconv.Itoa(status)
}
