package staging

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// LoginAs is Login for who tells a recorded story again: the user has the label and the address that are
// given. A target without a simulation key gives the one user whom it has.
func (t *Target) LoginAs(ctx context.Context, label, email string) (*User, error) {
	return t.loginAs(ctx, label, email)
}

// LoginAgainAs is LoginAgain with a label that is given.
func (u *User) LoginAgainAs(ctx context.Context, label string) (*User, error) {
	return u.loginAgain(ctx, label)
}

// FreshLike is an address that nobody had before, of the same form as another.
func FreshLike(email string) string {
	local, _, _ := strings.Cut(email, "@")
	form := plainAddress
	switch {
	case strings.Trim(local, "0123456789") == "":
		form = digitsAddress
	case strings.HasPrefix(local, "default_"):
		form = defaultAddress
	case strings.Count(local, "-") == 4 && !strings.HasPrefix(local, "go-"):
		form = uuidAddress
	}
	return form.fresh(time.Now())
}

// Labelled gives sessions labels of the caller's, which no other session of the story may have: the first
// to the first dial that is made with the option, and so on.
func Labelled(labels ...string) ConnectOption {
	dials := 0
	return func(d *dial) {
		if d.label = labels[min(dials, len(labels)-1)]; dials >= len(labels) {
			d.label += fmt.Sprintf("+%d", dials-len(labels)+1)
		}
		dials++
	}
}

// A Request is an exchange of a recorded story that is to be made again. Purpose, method, URL, body, origin
// and what a preflight asks for count of the exchange; what stands redacted in its body is the user's token.
type Request struct {
	history.Exchange
	Intent *history.Intent
	Bad    *Credential // offered in place of the user's own token; nil: that one, if the exchange had a bearer
}

// Again makes a recorded exchange again, as the user, or as nobody if that is nil. It returns the body of the
// answer as recorded. The error is as that of an ordinary exchange: a *StatusError for an answer other
// than 2xx, a *FormError for one in another form than is documented.
func (t *Target) Again(ctx context.Context, u *User, r Request) (body string, err error) {
	c, err := t.again(ctx, u, r)
	if err != nil {
		return "", err
	}
	answer, err := t.do(ctx, c)
	if answer == nil {
		return "", err
	}
	if err != nil || u == nil || r.Intent != nil && r.Intent.Expect != "" {
		return answer.text, err
	}
	if r.Intent == nil {
		u.keepTrack(r, answer.text)
	}
	if form, into := r.form(); into != nil {
		err = answer.read(form, into)
	}
	return answer.text, err
}

// form is that of the answer without which no story goes on, and where to read it; nil where any will do.
func (r Request) form() (form string, into any) {
	switch r.Method + " " + r.Purpose {
	case "GET " + history.PurposeMe:
		return `a JSON object with "user_id" (http.md 3.1)`, new(struct {
			ID string `json:"user_id"`
		})
	case "GET " + history.PurposeAgents:
		return `a JSON object with "supported_agents" (http.md 5.4)`, new(struct {
			Agents []string `json:"supported_agents"`
		})
	case "POST " + history.PurposeThread, "GET " + history.PurposeThread:
		return threadForm, new(Thread)
	case "GET " + history.PurposeThreads:
		return `a JSON list of threads (http.md 5.4)`, new([]Thread)
	case "GET " + history.PurposeMessages:
		return `a JSON object with "messages" (http.md 5.4)`, new(struct {
			Messages []Message `json:"messages"`
		})
	case "POST " + history.PurposeMessages:
		return `a JSON object with "content" (http.md 5.4)`, new(Message)
	case "POST " + history.PurposeChat:
		return `a JSON object with "message" (http.md 5.4)`, new(struct {
			Message Message `json:"message"`
		})
	}
	return "", nil
}

func (t *Target) again(ctx context.Context, u *User, r Request) (call, error) {
	c := call{purpose: r.Purpose, method: r.Method, url: r.URL, header: t.headerOf(r), user: u, intent: r.Intent}
	text := r.Request
	if u != nil && (r.Bearer || r.Bad != nil || strings.Contains(text, history.Redacted)) {
		own, err := u.token(ctx)
		if err != nil {
			return c, err
		}
		text = strings.ReplaceAll(text, history.Redacted, own.AccessToken)
		switch {
		case r.Bad != nil:
			token, err := r.Bad.of(u, own)
			if err != nil {
				return c, err
			}
			c.header = r.Bad.header(token)
		case r.Bearer:
			c.bearer = own.AccessToken
		}
	}
	if text != "" {
		if !json.Valid([]byte(text)) {
			return c, fmt.Errorf("make the exchange again that was for %s: its body is not JSON any more: %q", r.Purpose, text)
		}
		c.body = json.RawMessage(text)
	}
	return c, nil
}

// headerOf are the headers, besides credentials, that a recorded request had.
func (t *Target) headerOf(r Request) http.Header {
	header := http.Header{}
	for _, e := range fixtures.HealthEndpoints {
		if e.Guarded && r.Purpose == history.PurposeHealth && r.URL == t.base(e.Service)+e.Path {
			header = pastTheGuard()
		}
	}
	for name, value := range map[string]string{
		"Origin": r.Origin, "Access-Control-Request-Method": r.Asks, "Access-Control-Request-Headers": r.AsksFor,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
	return header
}

// keepTrack knows which threads the story will have to archive.
func (u *User) keepTrack(r Request, answer string) {
	switch {
	case r.Purpose == history.PurposeThread && r.Method == http.MethodPost:
		var made Thread
		_ = json.Unmarshal([]byte(answer), &made) // what is wrong with it is for the judge
		u.correlation.keep(made.ID)
	case r.Purpose == history.PurposeArchive:
		_, id, _ := strings.Cut(r.URL, "/api/threads/")
		if id, err := url.PathUnescape(id); err == nil {
			u.correlation.forget(id)
		}
	}
}
