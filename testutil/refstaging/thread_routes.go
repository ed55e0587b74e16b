package refstaging

import (
	"errors"
	"maps"
	"net/http"
	"slices"
)

func (b *backend) addThreads(t routes) {
	t.on("GET", "/api/threads", b.authenticated(b.listThreads))
	t.on("POST", "/api/threads", b.authenticated(b.createThread))
	t.on("GET", "/api/threads/{id}", b.authenticated(b.onThread(b.showThread)))
	t.on("PUT", "/api/threads/{id}", b.authenticated(b.onThread(b.updateThread)))
	t.on("DELETE", "/api/threads/{id}", b.authenticated(b.onThread(b.archiveThread)))
	t.on("GET", "/api/threads/{id}/messages", b.authenticated(b.onThread(b.listMessages)))
	t.on("POST", "/api/threads/{id}/messages", b.authenticated(b.onThread(b.addMessage)))
}

// threadView is a thread as it is shown.
type threadView struct {
	ID       string         `json:"id"`
	Object   string         `json:"object"`
	Title    *string        `json:"title"`
	Created  int64          `json:"created_at"`
	Updated  int64          `json:"updated_at"`
	Metadata map[string]any `json:"metadata"`
	Messages int            `json:"message_count"`
}

type messageView struct {
	ID       string         `json:"id"`
	Role     string         `json:"role"`
	Content  string         `json:"content"`
	Created  int64          `json:"created_at"`
	Metadata map[string]any `json:"metadata"`
}

var (
	errNoThread      = errors.New("no such thread")
	errForeignThread = errors.New("the thread belongs to another user")
)

// own runs f on a thread of the user, with the lock held; f must not keep the thread.
func (t *threads) own(id, user string, f func(*thread)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.byID[id]
	switch {
	case !ok || known.archived && known.owner == user:
		return errNoThread
	case known.owner != user:
		return errForeignThread
	}
	f(known)
	return nil
}

func (t *thread) view() threadView {
	return threadView{t.id, "thread", t.title, t.created.Unix(), t.updated.Unix(), maps.Clone(t.metadata), len(t.messages)}
}

// onThread wraps a route on one thread: unknown is 404, foreign 403 (http.md 2.2).
func (b *backend) onThread(route func(http.ResponseWriter, *http.Request, Identity, string)) userRoute {
	return func(w http.ResponseWriter, r *http.Request, user Identity) {
		id := r.PathValue("id")
		switch err := b.threads.own(id, user.UserID, func(*thread) {}); {
		case errors.Is(err, errForeignThread):
			b.fail(w, http.StatusForbidden, http.StatusForbidden, "Access denied to thread")
		case err != nil:
			b.fail(w, http.StatusNotFound, http.StatusNotFound, "Thread not found")
		default:
			route(w, r, user, id)
		}
	}
}

func (b *backend) listThreads(w http.ResponseWriter, r *http.Request, user Identity) {
	size, offset, ok := page(w, r, 20, 100)
	if !ok {
		return
	}
	answer(w, http.StatusOK, slice(b.threads.list(user.UserID), size, offset))
}

// list shows the user's open threads, newest first.
func (t *threads) list(user string) []threadView {
	t.mu.Lock()
	defer t.mu.Unlock()
	views := []threadView{}
	for _, known := range slices.Backward(t.byUser.of(user)) {
		if !known.archived {
			views = append(views, known.view())
		}
	}
	return views
}

func (b *backend) createThread(w http.ResponseWriter, r *http.Request, user Identity) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	title, metadata := asked.optional("title", ""), asked.dict("metadata")
	if !asked.valid(w) {
		return
	}
	answer(w, http.StatusOK, b.threads.create(b.ids.counted("thread"), user.UserID, title, metadata))
}

func (t *threads) create(id, user, title string, metadata map[string]any) threadView {
	t.mu.Lock()
	defer t.mu.Unlock()
	made := t.add(id, user)
	made.amend(title, metadata)
	return made.view()
}

// amend sets what is given.
func (t *thread) amend(title string, metadata map[string]any) {
	if title != "" {
		t.title = &title
	}
	if metadata != nil {
		t.metadata = metadata
	}
}

func (b *backend) showThread(w http.ResponseWriter, _ *http.Request, user Identity, id string) {
	b.answerThread(w, user, id, func(*thread) {})
}

func (b *backend) updateThread(w http.ResponseWriter, r *http.Request, user Identity, id string) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	title, metadata := asked.optional("title", ""), asked.dict("metadata")
	if asked.valid(w) {
		b.answerThread(w, user, id, func(t *thread) {
			t.amend(title, metadata)
			t.updated = b.clock.now()
		})
	}
}

// answerThread shows a thread after a change; it may have been archived in the meantime.
func (b *backend) answerThread(w http.ResponseWriter, user Identity, id string, change func(*thread)) {
	var view threadView
	err := b.threads.own(id, user.UserID, func(t *thread) {
		change(t)
		view = t.view()
	})
	if err != nil {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, "Thread not found")
		return
	}
	answer(w, http.StatusOK, view)
}

func (b *backend) archiveThread(w http.ResponseWriter, _ *http.Request, user Identity, id string) {
	err := b.threads.own(id, user.UserID, func(t *thread) {
		t.archived = true
		t.messages, t.previous = nil, nil
	})
	if err != nil {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, "Thread not found")
		return
	}
	answer(w, http.StatusOK, map[string]string{"message": "Thread archived successfully"})
}

func (b *backend) listMessages(w http.ResponseWriter, r *http.Request, user Identity, id string) {
	size, offset, ok := page(w, r, 50, 100)
	if !ok {
		return
	}
	views := []messageView{}
	err := b.threads.own(id, user.UserID, func(t *thread) {
		for _, m := range t.messages {
			views = append(views, messageView{m.id, m.role, m.content, m.created.Unix(), m.metadata})
		}
	})
	if err != nil {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, "Thread not found")
		return
	}
	answer(w, http.StatusOK, struct {
		Messages []messageView `json:"messages"`
		ThreadID string        `json:"thread_id"`
		Total    int           `json:"total"`
		Limit    int           `json:"limit"`
		Offset   int           `json:"offset"`
	}{slice(views, size, offset), id, len(views), size, offset})
}

func (b *backend) addMessage(w http.ResponseWriter, r *http.Request, user Identity, id string) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	content, metadata := asked.required("message"), asked.dict("metadata")
	if !asked.valid(w) {
		return
	}
	var said message
	if b.threads.own(id, user.UserID, func(t *thread) { said = b.threads.append(t, "user", content, metadata) }) != nil {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, "Thread not found")
		return
	}
	answer(w, http.StatusOK, struct {
		ID       string `json:"id"`
		ThreadID string `json:"thread_id"`
		Content  string `json:"content"`
		Role     string `json:"role"`
		Created  int64  `json:"created_at"`
	}{said.id, id, content, "user", said.created.Unix()})
}
