package suite

import (
	"errors"
	"net/http"
	"slices"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// Verify asks the auth service about the user's token.
func (u *User) Verify() {
	u.story.t.Helper()
	u.do(u.User.Verify)
}

// Inspect asks every endpoint that knows whether the user's token is good.
func (u *User) Inspect() {
	u.story.t.Helper()
	u.do(u.User.Inspect)
}

// Me asks who the user is.
func (u *User) Me() {
	u.story.t.Helper()
	_, err := u.User.Me(u.story.ctx)
	u.must(err)
}

// Refresh replaces the user's tokens.
func (u *User) Refresh() {
	u.story.t.Helper()
	u.do(u.User.Refresh)
}

// RaceRefresh uses one refresh token n times at once.
func (u *User) RaceRefresh(n int) {
	u.story.t.Helper()
	u.must(u.User.RaceRefresh(u.story.ctx, n))
}

// TryRefresh refreshes in a way that must be refused.
func (u *User) TryRefresh(m staging.RefreshMisuse) {
	u.story.t.Helper()
	u.must(u.User.TryRefresh(u.story.ctx, m))
}

// AwaitExpiry waits until the user's access token has expired, and keeps the dead one.
func (u *User) AwaitExpiry() {
	u.story.t.Helper()
	u.do(u.User.AwaitExpiry)
}

// Logout gives the user's token back, and keeps the dead one.
func (u *User) Logout() {
	u.story.t.Helper()
	u.do(u.User.Logout)
}

// LoginAgain logs the same user in a second time, with tokens of its own.
func (u *User) LoginAgain() *User {
	u.story.t.Helper()
	again, err := u.User.LoginAgain(u.story.ctx)
	u.must(err)
	return &User{User: again, Nonce: u.Nonce, actor: u.actor}
}

// BeRefused dials a session that must be refused.
func (u *User) BeRefused(options ...staging.ConnectOption) {
	u.story.t.Helper()
	u.must(u.User.BeRefused(u.story.ctx, options...))
}

// TryREST asks for what a bad credential must not give.
func (u *User) TryREST(c staging.Credential) {
	u.story.t.Helper()
	u.must(u.User.TryREST(u.story.ctx, c))
}

// Recover connects after refusals, as soon as the target takes good tokens again.
func (u *User) Recover() *Session {
	u.story.t.Helper()
	u.must(u.User.RecoverREST(u.story.ctx))
	session, err := u.User.Recover(u.story.ctx)
	u.must(err)
	return u.keep(session)
}

// Forgeries are validly signed tokens of the user, each wrong in one thing. The story has to ask whether
// it Can have ForgedTokens.
func (u *User) Forgeries() (forged []staging.Credential) {
	u.story.t.Helper()
	for _, flaw := range refstaging.Flaws {
		token, err := u.story.deployment.Forge(refstaging.Forgery{Subject: u.Subject(), Email: u.Email(), Flaw: flaw})
		u.must(err)
		forged = append(forged, staging.Forged("forged, "+string(flaw), token))
	}
	return forged
}

// Agents returns the agents that the target advertises.
func (u *User) Agents() []string {
	u.story.t.Helper()
	names, err := u.User.Agents(u.story.ctx)
	u.must(err)
	return names
}

// Execute lets an agent answer over REST.
func (u *User) Execute(agent string, p prompts.Prompt, options ...staging.AskOption) staging.Answer {
	u.story.t.Helper()
	answer, err := u.User.Execute(u.story.ctx, agent, p, options...)
	u.must(err)
	return answer
}

// ExecuteFailing lets an agent fail over REST.
func (u *User) ExecuteFailing(agent string, p prompts.Prompt) {
	u.story.t.Helper()
	u.must(u.User.ExecuteFailing(u.story.ctx, agent, p))
}

// Stream lets an agent answer over REST, with server-sent events. At a target that has no such endpoint,
// which it may lack (http.md 5.4), the answer is empty and the criterion "rest-agents-stream" not measured.
func (u *User) Stream(agent string, p prompts.Prompt) staging.Answer {
	u.story.t.Helper()
	answer, err := u.User.Stream(u.story.ctx, agent, p)
	u.mustHave("rest-agents-stream", err)
	return answer
}

// Start starts an agent over REST, in the background, and waits until it is done. At a target that cannot
// start agents, or does not tell their status, the criterion "rest-agents-start" is not measured.
func (u *User) Start(agent string, p prompts.Prompt) {
	u.story.t.Helper()
	id, err := u.User.Start(u.story.ctx, agent, p)
	if !u.mustHave("rest-agents-start", err) {
		return
	}
	_, err = u.User.AwaitAgent(u.story.ctx, id)
	u.mustHave("rest-agents-start", err)
}

// mustHave is must for an endpoint that a target may lack: then the criterion is not measured, and ok is
// false.
func (u *User) mustHave(criterion string, err error) (ok bool) {
	u.story.t.Helper()
	if answered(err, http.StatusNotFound, http.StatusMethodNotAllowed) {
		u.story.NotMeasured(criterion, "the target has no such endpoint")
		return false
	}
	u.must(err)
	return true
}

// answered tells whether a request got an answer with one of the statuses.
func answered(err error, statuses ...int) bool {
	var status *staging.StatusError
	return errors.As(err, &status) && slices.Contains(statuses, status.Status)
}

// CreateThread begins a conversation over REST.
func (u *User) CreateThread(title string) (id string) {
	u.story.t.Helper()
	thread, err := u.User.CreateThread(u.story.ctx, title)
	u.must(err)
	return thread.ID
}

// ListThreads asks for the user's threads.
func (u *User) ListThreads() {
	u.story.t.Helper()
	_, err := u.User.Threads(u.story.ctx)
	u.must(err)
}

// ReadThread asks for a thread and its messages. Whether a target has to find them is for the judge: one
// need not keep over REST what was said over a session.
func (u *User) ReadThread(id string) {
	u.story.t.Helper()
	if _, err := u.User.Thread(u.story.ctx, id); !answered(err, http.StatusNotFound) {
		u.must(err)
	}
	if _, err := u.User.Messages(u.story.ctx, id); !answered(err, http.StatusNotFound) {
		u.must(err)
	}
}

// Say adds a message to a thread, over REST.
func (u *User) Say(thread, text string) {
	u.story.t.Helper()
	_, err := u.User.Say(u.story.ctx, thread, text)
	u.must(err)
}

// DeleteThread archives a thread.
func (u *User) DeleteThread(id string) {
	u.story.t.Helper()
	u.must(u.User.DeleteThread(u.story.ctx, id))
}

// TryThread asks for everything about a thread of another user.
func (u *User) TryThread(owner *User, id string) {
	u.story.t.Helper()
	u.must(u.User.TryThread(u.story.ctx, owner.User, id))
}

// SayInChat adds a message to the chat of a thread. At a target without it the criterion "rest-chat" is not
// measured.
func (u *User) SayInChat(thread, text string) {
	u.story.t.Helper()
	u.mustHave("rest-chat", u.User.Chat(u.story.ctx, thread, text))
}

// ListAgents asks for the agents that the user started over REST.
func (u *User) ListAgents() {
	u.story.t.Helper()
	_, err := u.User.Statuses(u.story.ctx)
	u.mustHave("rest-agents-start", err)
}

// ConnectWhenFree opens a session in the place of one that the user has just left at the session limit.
func (u *User) ConnectWhenFree() *Session {
	u.story.t.Helper()
	session, err := u.User.ConnectWhenFree(u.story.ctx)
	u.must(err)
	return u.keep(session)
}
