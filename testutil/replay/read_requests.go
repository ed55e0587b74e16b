package replay

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// exchange is a request that the story made, or that its client made for it.
func (g *reading) exchange(r *history.Record) {
	x := r.Exchange
	if g.warmUp(x.Purpose) {
		return
	}
	start := max(0, r.At-x.Took-x.Waited)
	a := &Act{Start: start, End: r.At, User: r.User, What: x.Purpose, makes: idsIn(x)}
	if r.User != "" {
		a.needs = append(a.needs, r.User)
	}
	intent := intentOf(r)
	switch {
	case x.Purpose == history.PurposeLogin:
		g.loginBegins(r, a)
		return
	case x.Purpose == history.PurposeRefresh && !x.Bearer && x.Origin == "":
		g.refresh(r, a, intent)
		return
	case intent.Recovers:
		g.group(r.User+" recovers", a, recoverREST(r.User))
		return
	case x.Purpose == history.PurposeStatus && strings.Contains(x.URL, "agent_id="):
		id := agentID(x.URL)
		a.needs = append(a.needs, id)
		g.group(r.User+" awaits "+id, a, awaitAgent(r.User, id))
		return
	}
	g.add(a)
	if x.Purpose == history.PurposeHealth && g.beginsRound(x.URL) {
		g.healths--
	}
	a.needs = append(a.needs, mentioned(x.URL, x.Request)...)
	switch {
	case x.Purpose == history.PurposeLogout:
		a.do = logout(r.User)
	case x.Purpose == history.PurposeStream:
		a.do = stream(r.User, x, intent)
	default:
		again := &requesting{act: a, exchange: *x, intent: r.Intent}
		a.do = again.do
		g.dies(r.User, intent.Token, start)
	}
	delete(g.grouped, r.User+" recovers")
}

// warmUp tells an exchange with which a story waits for its target: those of this purpose, and then one for
// the health of the backend and one for its public configuration.
func (g *reading) warmUp(purpose string) bool {
	switch {
	case purpose == history.PurposeWarmUp:
		g.warm, g.warming = true, 2
	case g.warming > 0 && (purpose == history.PurposeHealth || purpose == history.PurposeConfig):
		g.warming--
	default:
		g.warming = 0
		return false
	}
	return true
}

// idsIn are the ids that an answer gives.
func idsIn(x *history.Exchange) []string {
	if x.Purpose == history.PurposeHealth || x.Purpose == history.PurposeConfig {
		return nil
	}
	return names(x.Body)
}

// group lets exchanges of one kind be one act, that of the first of them.
func (g *reading) group(of string, a *Act, do func(context.Context, *player) error) {
	if first := g.grouped[of]; first != nil {
		first.End = a.End
		first.makes = append(first.makes, a.makes...)
		return
	}
	a.do = do
	g.grouped[of] = g.add(a)
}

// loginBegins is the exchange of a login. Its record follows.
func (g *reading) loginBegins(r *history.Record, a *Act) {
	if g.logins[r.User] != nil {
		g.miss("%s was logged in once more, because the refresh token was refused", r.User)
		return
	}
	a.What, a.needs, a.makes, a.do = whatLogin, nil, []string{r.User}, nothing
	g.logins[r.User] = g.add(a)
}

// login is what a login, or a refresh, gave.
func (g *reading) login(r *history.Record) {
	a, l := g.logins[r.User], r.Login
	switch {
	case l.Method == "refresh" || l.Method == "race":
		for racing := range g.races {
			if racing.User == r.User {
				racing.End = r.At
			}
		}
		g.lives(r)
		return
	case a == nil:
		g.miss("the login of %s, of which no exchange is recorded", r.User)
		return
	}
	a.End = r.At
	a.makes = append(a.makes, l.Email, l.Subject)
	in := &entering{label: r.User, email: l.Email, subject: l.Subject}
	first, known := g.firsts[l.Email]
	switch {
	case known:
		in.again = first
		a.needs = append(a.needs, first)
	default:
		g.firsts[l.Email] = r.User
		in.like, in.likeness = g.likeness(l.Email)
		if in.like != "" {
			a.needs = append(a.needs, in.like)
		}
	}
	a.do = in.do
	g.lives(r)
}

// likeness is whom an address was made like, and how.
func (g *reading) likeness(email string) (user string, how staging.Likeness) {
	for other, label := range g.firsts {
		for _, like := range []staging.Likeness{staging.Longer, staging.Confusable} {
			if other != email && like(other) == email {
				return label, like
			}
		}
	}
	return "", nil
}

// refresh is one of the three kinds: her own, one of a race, or one that must be refused.
func (g *reading) refresh(r *history.Record, a *Act, intent history.Intent) {
	switch {
	case intent.Together:
		of := r.User + " races for " + intent.Token
		if racing := g.grouped[of]; racing != nil {
			racing.Start, racing.End = min(racing.Start, a.Start), a.End
			g.races[racing]++
			return
		}
		a.What = whatRace
		g.races[a] = 1
		g.grouped[of] = g.add(a)
		a.do = func(ctx context.Context, p *player) error { return p.race(ctx, r.User, g.races[a]) }
	case intent.Token != "":
		at := slices.IndexFunc(staging.RefreshMisuses, func(m staging.RefreshMisuse) bool { return m.Name == intent.Token })
		if at < 0 {
			g.miss("the refresh with %q, which this suite does not know", intent.Token)
			return
		}
		g.add(a).do = tryRefresh(r.User, staging.RefreshMisuses[at])
	default:
		g.add(a).do = refresh(r.User)
	}
}

func agentID(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Query().Get("agent_id")
}

// A life is that of a user's access token.
type life struct {
	since, expires time.Duration
	awaited        bool
}

// lives begins the life of another token. A clock that counts whole seconds, and another that is a little late,
// are given one more.
func (g *reading) lives(r *history.Record) {
	left := r.Login.Expires.Sub(r.Wall)
	g.lifes[r.User] = &life{since: r.At, expires: r.At + left + time.Second}
}

// dies adds the wait for the end of a token that somebody uses because it has expired.
func (g *reading) dies(user, token string, at time.Duration) {
	l := g.lifes[user]
	if name, _, _ := strings.Cut(token, " in "); name != expired || l == nil || l.awaited {
		return
	}
	l.awaited = true
	g.add(&Act{Start: l.since, End: min(at, l.expires), User: user, What: whatExpire, needs: []string{user}, do: awaitExpiry(user)})
}
