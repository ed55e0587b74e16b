package suite_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A relay stands between a deployment and its sessions, below what the hooks of the reference reach. Each
// of its functions may be nil, and may return nil for a frame that gets lost.
type relay struct {
	up   func(p *passage, frame []byte) []byte // of each frame that a client sends
	down func(p *passage, frame []byte) []byte // of each frame that the deployment sends
	open func(p *passage)                      // of each session, before its first frame
	// keeps is true of a deployment that does not notice that its clients leave.
	keeps bool

	sessions atomic.Int64
}

// A passage is one session on its way through a relay.
type passage struct {
	number int64 // of the session, from 1
	kind   int   // of the frame at hand, which a client sent: text or binary
	frames int   // that the client sent so far, where anybody counts them
	deaf   bool
	client *websocket.Conn
	server *websocket.Conn
	mu     sync.Mutex // of writes to the client
}

const passing = "X-Relayed" // marks what a relay sends to its own deployment

func (r *relay) wrong(c *refstaging.Config) {
	c.Hooks.HTTP.API = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.Header.Get(passing) != "" || !websocket.IsWebSocketUpgrade(q) {
				next.ServeHTTP(w, q)
				return
			}
			r.serve(w, q)
		})
	}
}

func (r *relay) serve(w http.ResponseWriter, q *http.Request) {
	header := http.Header{passing: {"1"}}
	for _, name := range []string{"Authorization", "Sec-Websocket-Protocol"} {
		if values := q.Header.Values(name); len(values) > 0 {
			header[name] = values
		}
	}
	server, answer, err := websocket.DefaultDialer.DialContext(q.Context(), "ws://"+q.Host+q.URL.RequestURI(), header)
	if err != nil {
		status := http.StatusBadGateway
		if answer != nil {
			status = answer.StatusCode
		}
		w.WriteHeader(status)
		return
	}
	defer server.Close()
	client := upgraded(w, q, answer.Header.Get("Sec-WebSocket-Protocol"))
	if client == nil {
		return
	}
	defer client.Close()
	p := &passage{number: r.sessions.Add(1), client: client, server: server}
	if r.open != nil {
		r.open(p)
	}
	var down sync.WaitGroup
	down.Go(func() { r.pass(p) })
	r.take(p)
	down.Wait()
}

// upgraded is nil when the client has been answered otherwise.
func upgraded(w http.ResponseWriter, q *http.Request, protocol string) *websocket.Conn {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	header := http.Header{}
	if protocol != "" {
		header.Set("Sec-WebSocket-Protocol", protocol)
	}
	conn, err := upgrader.Upgrade(w, q, header)
	if err != nil {
		return nil
	}
	return conn
}

// take carries what the client sends. A close frame is answered by the deployment, whose place it frees.
func (r *relay) take(p *passage) {
	if !r.keeps {
		p.client.SetCloseHandler(func(code int, reason string) error {
			return p.server.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), soon())
		})
	}
	for {
		kind, frame, err := p.client.ReadMessage()
		if err != nil {
			if !r.keeps && !errors.As(err, new(*websocket.CloseError)) {
				p.server.Close() // the client is gone
			}
			return
		}
		if p.kind = kind; r.up != nil {
			frame = r.up(p, frame)
		}
		if frame != nil && p.server.WriteMessage(kind, frame) != nil {
			return
		}
	}
}

// pass carries what the deployment sends, its close frame included.
func (r *relay) pass(p *passage) {
	for {
		_, frame, err := p.server.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case errors.As(err, &closed):
			p.hangUp(closed.Code, closed.Text)
			return
		case err != nil:
			p.client.Close()
			return
		}
		if r.down != nil {
			frame = r.down(p, frame)
		}
		if frame != nil {
			p.say(frame)
		}
	}
}

// say sends a frame to the client.
func (p *passage) say(frame []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.client.WriteMessage(websocket.TextMessage, frame) // a client that is gone ends the passage
}

// hangUp closes the session, which ends when the client has answered, or did not in time.
func (p *passage) hangUp(code int, reason string) {
	_ = p.client.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), soon()) // likewise
	_ = p.client.SetReadDeadline(soon())
}

// cut ends the session without a word.
func (p *passage) cut() { p.client.NetConn().Close() }

func soon() time.Time { return time.Now().Add(2 * time.Second) }

// members are those of a frame that is a JSON object; nil for every other.
func members(frame []byte) (all map[string]any) {
	_ = json.Unmarshal(frame, &all)
	return all
}

// edited changes the members of a frame.
func edited(frame []byte, change func(map[string]any)) []byte {
	all := members(frame)
	if all == nil {
		return frame
	}
	change(all)
	frame, _ = json.Marshal(all)
	return frame
}
