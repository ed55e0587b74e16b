// Package staging is the shared client of a Netra deployment. It does what a user does, one method for
// each thing, and records everything it did and saw:
//
//	target, err := staging.NewTarget(cfg, budgets)
//	defer target.Close()
//	story := target.Record(log)
//	user, err := story.Login(ctx)
//	session, err := user.Connect(ctx)
//	run, err := session.Ask(prompts.Sum(prompts.NewNonce()))
//	answer, err := run.Wait(ctx)
//	err = session.Close(ctx)
//
// It drives and records, and never judges: an error tells a story that it cannot go on, while whether
// the target is fit is read from the history. It retries nothing that a record does not show. Every
// wait ends with what it waited for, with the end of the session, with its budget or with its context.
package staging

// Version of the suite, as the target sees it in the user agent.
const Version = "0.1.0"
