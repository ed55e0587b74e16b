package judge

import (
	"encoding/json"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A User is an identity of the story and what the target says about it.
type User struct {
	Label   string
	Email   string // that it logged in with
	Claimed string // "email" of the access token
	Subject string // "sub" of the access token; empty until a login gave one
	Issued  time.Time
	Expires time.Time

	LoginSeq uint64
	LoginAt  time.Duration
	// Before is the identity that the login at hand replaced, nil for the first.
	Before *User
	// LoggedOut tells whether the user gave its token back and has no newer one.
	LoggedOut bool
	// Prompts counts the prompts that the user's sessions sent, REST executions included.
	Prompts int
	// Told is the id, or the beginning of it, that the target last called the user by in a welcome.
	Told    string
	ToldSeq uint64

	local     string     // the local part of the e-mail address of a fresh user
	sessions  []*Session // not yet closed
	runs      []*Run     // not forgotten
	forgot    []gone     // the runs that were forgotten last
	lastLogin int        // status of the last login exchange: 0 none, -1 it broke
}

// is tells whether two labels name one person: who logged in twice has two tokens and one identity.
func (u *User) is(o *User) bool {
	return u == o || u != nil && o != nil && u.Subject != "" && u.Subject == o.Subject && u.Email == o.Email
}

// userAt returns the user with the label, new if need be; nil for no label.
func (v *View) userAt(label string) *User {
	if label == "" {
		return nil
	}
	u := v.users[label]
	if u == nil {
		u = &User{Label: label}
		v.users[label] = u
	}
	return u
}

func (v *View) login() {
	u, id := v.User, v.Record.Login
	if id.Problem != "" {
		return
	}
	if u.LoginSeq != 0 {
		before := *u
		before.Before = nil
		u.Before = &before
	}
	u.Email, u.Claimed, u.Subject, u.Issued, u.Expires = id.Email, id.Claimed, id.Subject, id.Issued, id.Expires
	u.LoginSeq, u.LoginAt, u.LoggedOut = v.Record.Seq, v.Now, false
	v.names.learn(u)
}

func (v *View) exchange() {
	v.Exchanged = true
	v.offend(v.Record.Intent)
	x := v.Record.Exchange
	if x.Purpose == history.PurposeStream && succeeded(x) {
		v.Feed = readFeed(x.Body)
	}
	if v.User == nil {
		return
	}
	v.presume(x)
	v.sift(x.Body, v.User)
	v.keepThread()
	switch x.Purpose {
	case history.PurposeExecute, history.PurposeStream, history.PurposeStart:
		v.User.Prompts++
		v.promise(x.Request, v.Record.Intent)
		v.agentOf(x)
	case history.PurposeChat, history.PurposeMessages:
		v.promise(x.Request, v.Record.Intent)
	case history.PurposeLogin, history.PurposeRefresh:
		if ordinary(v.Record) && !(isRefusal(x.Status) && contested(v.Record.Intent)) {
			v.User.lastLogin = x.Status
			if x.Broken != nil {
				v.User.lastLogin = -1
			}
		}
	case history.PurposeLogout:
		v.User.LoggedOut = v.User.LoggedOut || x.Status/100 == 2
	}
}

// presume takes who logs in with the e-mail address of a user of this story for the same person, whom
// the answer may name. The login says who it is in truth.
func (v *View) presume(x *history.Exchange) {
	if x.Purpose != history.PurposeLogin || v.User.LoginSeq != 0 {
		return
	}
	var request struct {
		Email string `json:"email"`
	}
	if json.Unmarshal([]byte(x.Request), &request) != nil || request.Email == "" {
		return
	}
	for _, u := range v.users {
		if u.LoginSeq != 0 && u.Email == request.Email {
			v.User.Email, v.User.Subject, v.User.local = u.Email, u.Subject, u.local
		}
	}
}

// agentOf takes in the agent that an exchange started: its id is the user's.
func (v *View) agentOf(x *history.Exchange) {
	if a, ok := startOf(x); ok {
		own(v.names.runs, a.AgentID, v.User)
	}
	if v.Feed != nil {
		for _, e := range v.Feed.Events {
			own(v.names.runs, e.Agent, v.User)
		}
	}
}

// promise notes what only this user may see: the nonces of a prompt that it sent. It tells whether the
// intent's was nobody else's before.
func (v *View) promise(prompt string, in *history.Intent) (first bool) {
	known := ""
	if in != nil && in.Nonce != "" {
		known = in.Nonce
		first = isOwn(v.names.nonces, known, v.User)
	}
	for nonce := range noncesIn(prompt) {
		if nonce != known { // a frame says it several times
			known = nonce
			own(v.names.nonces, nonce, v.User)
		}
	}
	return first
}
