package replay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// An entering is a login.
type entering struct {
	label, email, subject string
	again                 string           // the user who was logged in once more; "": she is new
	like                  string           // the user whose address hers is like; "": nobody's
	likeness              staging.Likeness // how
}

func (e *entering) do(ctx context.Context, p *player) error {
	u, err := e.enter(ctx, p)
	if err != nil {
		return err
	}
	keep(p, p.users, u, e.label)
	p.ids.is(e.email, u.Email())
	p.ids.is(e.subject, u.Subject())
	return nil
}

func (e *entering) enter(ctx context.Context, p *player) (*staging.User, error) {
	if e.again != "" {
		first, err := p.user(e.again)
		if err != nil {
			return nil, err
		}
		return first.LoginAgainAs(ctx, e.label)
	}
	email := staging.FreshLike(e.email)
	if e.like != "" {
		other, err := p.user(e.like)
		if err != nil {
			return nil, err
		}
		email = e.likeness(other.Email())
	}
	return p.target.LoginAs(ctx, e.label, email)
}

// A requesting is an exchange to make again.
type requesting struct {
	act      *Act
	exchange history.Exchange
	intent   *history.Intent
}

func (q *requesting) do(ctx context.Context, p *player) error {
	var u *staging.User
	var err error
	if q.act.User != "" {
		if u, err = p.user(q.act.User); err != nil {
			return err
		}
	}
	r := staging.Request{Exchange: q.exchange}
	r.URL, r.Request, r.Origin = p.rebased(q.exchange.URL), p.ids.in(q.exchange.Request), p.page(q.exchange.Origin)
	if q.intent != nil {
		intent := *q.intent
		intent.Nonce, intent.Thread = p.ids.in(intent.Nonce), p.ids.in(intent.Thread)
		r.Intent = &intent
		if intent.Token != "" && intent.Expect != history.Refused { // one that is inspected is her own
			bad, err := p.credential(u, intent.Token)
			if err != nil {
				return err
			}
			r.Bad = &bad
		}
	}
	body, err := p.target.Again(ctx, u, r)
	p.ids.learn(q.exchange.Body, body)
	return q.judged(p, err)
}

// optional are endpoints that a target may lack, and the criterion that is not measured there.
var optional = map[string]string{
	history.PurposeStream: "rest-agents-stream", history.PurposeStart: "rest-agents-start",
	history.PurposeStatus: "rest-agents-start", history.PurposeChat: "rest-chat",
}

// needed are the purposes of requests without whose success no story goes on, unless it wants something else.
var needed = []string{
	history.PurposeMe, history.PurposeAgents, history.PurposeExecute, history.PurposeStart, history.PurposeStatus,
	history.PurposeThreads, history.PurposeThread, history.PurposeMessages, history.PurposeChat, history.PurposeArchive,
}

// judged leaves to the judge what an exchange was answered, unless the story needed it. A thread need not be
// found by who asks for it again.
func (q *requesting) judged(p *player, err error) error {
	var status *staging.StatusError
	if !errors.As(err, &status) {
		return err
	}
	x := q.exchange
	missing := status.Status == http.StatusNotFound || status.Status == http.StatusMethodNotAllowed
	switch criterion := optional[x.Purpose]; {
	case status.Status == http.StatusTooManyRequests:
		return err
	case q.intent != nil && (q.intent.Expect != "" || q.intent.Spoofs != ""):
		return nil
	case missing && criterion != "":
		p.log.Remark(history.TopicNotMeasured, criterion+": the target has no such endpoint")
		return nil
	case missing && x.Method == http.MethodGet && (x.Purpose == history.PurposeThread || x.Purpose == history.PurposeMessages):
		return nil
	case slices.Contains(needed, x.Purpose):
		return err
	}
	return nil
}

// rebased is a URL of the recording's target at the target of now.
func (p *player) rebased(raw string) string {
	was, is := p.script.Header.Target, p.target.Describe()
	for _, base := range [][2]string{{was.API, is.API}, {was.Auth, is.Auth}} {
		if rest, ok := strings.CutPrefix(raw, base[0]); ok && (rest == "" || strings.ContainsAny(rest[:1], "/?")) {
			return base[1] + p.ids.in(rest)
		}
	}
	return raw
}

// page is the origin that stands for one of the recording: the app of one target for that of the other.
func (p *player) page(origin string) string {
	if strings.EqualFold(strings.TrimSuffix(p.script.Header.Target.App, "/"), origin) {
		return strings.ToLower(strings.TrimSuffix(p.target.Describe().App, "/"))
	}
	return origin
}

func recoverREST(user string) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, _ *player) error { return u.RecoverREST(ctx) })
}

func refresh(user string) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, _ *player) error { return u.Refresh(ctx) })
}

func awaitExpiry(user string) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, p *player) error {
		if !p.target.Describe().Can(history.ShortTokens) {
			return &UntoldError{"the end of a token, of a target whose tokens live long"}
		}
		return u.AwaitExpiry(ctx)
	})
}

func tryRefresh(user string, m staging.RefreshMisuse) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, _ *player) error { return u.TryRefresh(ctx, m) })
}

func logout(user string) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, p *player) error {
		err := u.Logout(ctx)
		if err == nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.loggedOut = u
		}
		return err
	})
}

func (p *player) race(ctx context.Context, user string, n int) error {
	u, err := p.user(user)
	if err != nil {
		return err
	}
	return u.RaceRefresh(ctx, n)
}

// awaitAgent waits for the end of a started agent.
func awaitAgent(user, id string) func(context.Context, *player) error {
	return byUser(user, func(ctx context.Context, u *staging.User, p *player) error {
		now, known := p.ids.of(id)
		if !known {
			return absent("the agent " + id)
		}
		_, err := u.AwaitAgent(ctx, now)
		return err
	})
}

// stream has an agent answer as a stream.
func stream(user string, x *history.Exchange, i history.Intent) func(context.Context, *player) error {
	var asked struct {
		Agent   string `json:"agent_type"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal([]byte(x.Request), &asked) // what the suite wrote itself
	return byUser(user, func(ctx context.Context, u *staging.User, p *player) error {
		prompt := prompts.Prompt{Text: p.ids.in(asked.Message), Agent: i.Agent, Nonce: p.ids.in(i.Nonce), Want: i.Want, NeedsTool: i.NeedsTool}
		_, err := u.Stream(ctx, asked.Agent, prompt)
		if status := (*staging.StatusError)(nil); errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusMethodNotAllowed) {
			p.log.Remark(history.TopicNotMeasured, "rest-agents-stream: the target has no such endpoint")
			return nil
		}
		return err
	})
}
