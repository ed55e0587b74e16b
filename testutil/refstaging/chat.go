package refstaging

import (
	"net/http"
	"sync"
	"unicode/utf8"
)

// chatMessagesPerUser bounds what one user can make the chat remember.
const chatMessagesPerUser = 1000

// chat keeps the messages of /api/chat/messages, each user's apart: nobody else's can be read, with a
// thread id or without (http.md 5.4).
type chat struct {
	mu     sync.Mutex
	byUser *recent[[]chatMessage] // newest last
}

func newChat() *chat { return &chat{byUser: newRecent[[]chatMessage](nil)} }

type chatMessage struct {
	ID        string         `json:"id"`
	Content   string         `json:"content"`
	UserID    string         `json:"user_id"`
	ThreadID  string         `json:"thread_id"`
	Timestamp string         `json:"timestamp"`
	Type      string         `json:"message_type"`
	Metadata  map[string]any `json:"metadata"`
}

func (c *chat) add(m chatMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	own := append(c.byUser.of(m.UserID), m)
	if len(own) > chatMessagesPerUser {
		own = own[1:]
	}
	c.byUser.keep(m.UserID, own)
}

// of lists a user's messages, those of one thread if it is named, which pass keep.
func (c *chat) of(user string, keep func(chatMessage) bool) []chatMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := []chatMessage{}
	for _, m := range c.byUser.of(user) {
		if keep(m) {
			found = append(found, m)
		}
	}
	return found
}

func (b *backend) addChat(t routes) {
	t.on("POST", "/api/chat/messages", b.authenticated(b.sayInChat))
	t.on("GET", "/api/chat/messages", b.authenticated(b.listChat))
	t.on("GET", "/api/chat/messages/{id}", b.authenticated(b.showChat))
}

func (b *backend) sayInChat(w http.ResponseWriter, r *http.Request, user Identity) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	said := chatMessage{
		ID: b.ids.uuid(), Content: asked.required("content"), ThreadID: asked.required("thread_id"), UserID: user.UserID,
		Type: asked.optional("message_type", "user"), Metadata: asked.dict("metadata"), Timestamp: b.clock.now().Format(zuluMicros),
	}
	if length := utf8.RuneCountInString(said.Content); len(asked.problems) == 0 && (length < 1 || length > 8000) {
		asked.problems = append(asked.problems, wrongLength(said.Content))
	}
	if !asked.valid(w) {
		return
	}
	b.chat.add(said)
	answer(w, http.StatusOK, struct {
		Message chatMessage `json:"message"`
		Status  string      `json:"status"`
	}{said, "created"})
}

func wrongLength(content string) invalid {
	if content == "" {
		return invalid{
			Type: "string_too_short", Loc: []any{"body", "content"}, Msg: "String should have at least 1 character",
			Input: content, Context: map[string]any{"min_length": 1},
		}
	}
	return invalid{
		Type: "string_too_long", Loc: []any{"body", "content"}, Msg: "String should have at most 8000 characters",
		Input: content, Context: map[string]any{"max_length": 8000},
	}
}

func (b *backend) listChat(w http.ResponseWriter, r *http.Request, user Identity) {
	size, offset, ok := page(w, r, 50, 100)
	if !ok {
		return
	}
	thread := r.URL.Query().Get("thread_id")
	all := b.chat.of(user.UserID, func(m chatMessage) bool { return thread == "" || m.ThreadID == thread })
	answer(w, http.StatusOK, struct {
		Messages []chatMessage `json:"messages"`
		Total    int           `json:"total_count"`
		Page     int           `json:"page"`
		Size     int           `json:"page_size"`
		More     bool          `json:"has_more"`
	}{slice(all, size, offset), len(all), offset/size + 1, size, offset+size < len(all)})
}

func (b *backend) showChat(w http.ResponseWriter, r *http.Request, user Identity) {
	found := b.chat.of(user.UserID, func(m chatMessage) bool { return m.ID == r.PathValue("id") })
	if len(found) == 0 {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, "Message not found")
		return
	}
	answer(w, http.StatusOK, found[0])
}
