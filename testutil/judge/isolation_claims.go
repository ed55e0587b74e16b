package judge

import (
	"cmp"
	"net/http"
)

// believed judges the events of a run that claims what is another user's. One that has to be refused,
// such as a prompt on a foreign thread, has none but its error (websocket.md 4.4).
func believed(v *View) {
	e, run := v.Event, v.Run
	if run.Intent.Spoofs == "" {
		return
	}
	proof := v.Here(run.SentSeq)
	if victim := v.users[run.Intent.Spoofs]; victim != nil && victim.Subject != "" && e.UserID == victim.Subject {
		v.Report(proof, "%s claimed to be %s, and %s says so too", run.User.Label, victim.Label, e.Type)
	}
	if run.ExpectsFailure() && five(e.Type) != 0 && v.Stream.Seen == five(e.Type) {
		v.ReportAs(v.Declared(), proof, "%s asked for what is %s's (%s), and %s says that it runs", run.User.Label, run.Intent.Spoofs, run.Intent.Why, e.Type)
	}
}

// served judges what a user gets who asks for another's. http.md 2.2 wants 403, and has clients accept 401
// and 404 as well.
func served(v *View) {
	x, in := v.Record.Exchange, v.Record.Intent
	if in == nil || in.Spoofs == "" || in.Expect == "" || x.Broken != nil {
		return
	}
	switch want := cmp.Or(wanted(in), http.StatusForbidden); {
	case succeeded(x):
		v.Report(v.Here(), "%s gave %s what belongs to %s (%s): %s", what(x), v.name(), in.Spoofs, in.Why, quote(x.Body))
	case x.Status == want && !(isRefusal(want) && isHTML(x.Header, x.Body)):
	default:
		accepted := (isRefusal(x.Status) || x.Status == http.StatusNotFound) && !isHTML(x.Header, x.Body)
		v.ReportAs(v.Declared() || !accepted, v.Here(), "%s, which belongs to %s (%s), was answered %s by %s, want %s",
			what(x), in.Spoofs, in.Why, status(x.Status), origin(x.Header, x.Body), status(want))
	}
}
