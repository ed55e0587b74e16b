package staging

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Thread is a conversation as REST shows it (http.md 5.4).
type Thread struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Messages int    `json:"message_count"`
}

// A Message is what was said on a thread.
type Message struct {
	ID      string `json:"id"`
	Role    string `json:"role"`
	Content string `json:"content"`
}

const threadForm = `a JSON object with "id" (http.md 5.4)`

// mostListed is the longest page that the platform gives (http.md 5.4).
const mostListed = 100

// CreateThread makes a thread, which the story's end archives.
func (u *User) CreateThread(ctx context.Context, title string) (Thread, error) {
	answer, err := u.onThreads(ctx, http.MethodPost, "", map[string]string{"title": title}, history.PurposeThread)
	if err != nil {
		return Thread{}, err
	}
	var made Thread
	err = answer.read(threadForm, &made)
	if err == nil && made.ID == "" {
		err = answer.not(threadForm, errors.New("it names no thread"))
	}
	u.correlation.keep(made.ID)
	return made, err
}

// Threads lists the user's threads that are not archived, 100 at most.
func (u *User) Threads(ctx context.Context) ([]Thread, error) {
	var listed []Thread
	err := u.onThread(ctx, http.MethodGet, "?limit="+strconv.Itoa(mostListed), nil, history.PurposeThreads, `a JSON list of threads (http.md 5.4)`, &listed)
	return listed, err
}

// Thread gets one thread of the user's.
func (u *User) Thread(ctx context.Context, id string) (Thread, error) {
	var got Thread
	err := u.onThread(ctx, http.MethodGet, "/"+url.PathEscape(id), nil, history.PurposeThread, threadForm, &got)
	return got, err
}

// Messages lists what was said on a thread of the user's, 100 messages at most.
func (u *User) Messages(ctx context.Context, id string) ([]Message, error) {
	var listed struct {
		Messages []Message `json:"messages"`
	}
	err := u.onThread(ctx, http.MethodGet, messagesOf(id)+"?limit="+strconv.Itoa(mostListed), nil, history.PurposeMessages, `a JSON object with "messages" (http.md 5.4)`, &listed)
	return listed.Messages, err
}

// Say adds a message to a thread of the user's. No agent answers it.
func (u *User) Say(ctx context.Context, id, text string) (Message, error) {
	var said Message
	err := u.onThread(ctx, http.MethodPost, messagesOf(id), saying(text), history.PurposeMessages, `a JSON object with "content" (http.md 5.4)`, &said)
	return said, err
}

// Chat adds a message to the chat of a thread of the user's, which is kept apart from the thread's own
// messages (http.md 5.4). No agent answers it.
func (u *User) Chat(ctx context.Context, thread, text string) error {
	answer, err := u.call(ctx, call{
		purpose: history.PurposeChat, method: http.MethodPost, url: u.target.config.APIURL + "/api/chat/messages",
		body: map[string]string{"content": text, "thread_id": thread},
	})
	if err != nil {
		return err
	}
	var said struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
	}
	return answer.read(`a JSON object with "message" (http.md 5.4)`, &said)
}

// DeleteThread archives a thread of the user's: it is listed no more.
func (u *User) DeleteThread(ctx context.Context, id string) error {
	err := u.archive(ctx, id)
	if err == nil {
		u.correlation.forget(id)
	}
	return err
}

// TryThread does with another user's thread what only its owner may: it gets it, renames it, lists its
// messages, adds one and archives it, each of which must be refused with 403 (http.md 2.2). Then it looks
// for the thread in the user's own list, and in the chat, which may be missing or refuse as well. Whether
// the target refuses, and lists nothing, is read from the history. The error is that of an exchange
// without a whole answer, or of the user's own list.
func (u *User) TryThread(ctx context.Context, victim *User, id string) error {
	one := "/" + url.PathEscape(id)
	for _, try := range []struct {
		method, path, purpose, why string
		body                       any
	}{
		{http.MethodGet, one, history.PurposeThread, "gets", nil},
		{http.MethodPut, one, history.PurposeThread, "renames", map[string]string{"title": "Mine"}},
		{http.MethodGet, messagesOf(id), history.PurposeMessages, "lists the messages of", nil},
		{http.MethodPost, messagesOf(id), history.PurposeMessages, "adds a message to", saying("Good morning!")},
		{http.MethodDelete, one, history.PurposeArchive, "archives", nil},
	} {
		_, err := u.call(ctx, call{
			purpose: try.purpose, method: try.method, url: u.target.config.APIURL + "/api/threads" + try.path, body: try.body,
			intent: &history.Intent{
				Expect: strconv.Itoa(http.StatusForbidden), Spoofs: victim.label, Why: try.why + " a thread of " + victim.label,
			},
		})
		if err := unanswered(err); err != nil {
			return err
		}
	}
	if _, err := u.Threads(ctx); err != nil {
		return err
	}
	_, err := u.call(ctx, call{
		purpose: history.PurposeChat, method: http.MethodGet,
		url:    u.target.config.APIURL + "/api/chat/messages?thread_id=" + url.QueryEscape(id),
		intent: &history.Intent{Spoofs: victim.label, Why: "lists the chat of a thread of " + victim.label},
	})
	return unanswered(err)
}

func messagesOf(id string) string { return "/" + url.PathEscape(id) + "/messages" }

func saying(text string) map[string]string { return map[string]string{"message": text} }

// onThread makes a call to the threads of the user and reads what it answers.
func (u *User) onThread(ctx context.Context, method, path string, body any, purpose, form string, into any) error {
	answer, err := u.onThreads(ctx, method, path, body, purpose)
	if err != nil {
		return err
	}
	return answer.read(form, into)
}

func (u *User) onThreads(ctx context.Context, method, path string, body any, purpose string) (*reply, error) {
	return u.call(ctx, call{purpose: purpose, method: method, url: u.target.config.APIURL + "/api/threads" + path, body: body})
}
