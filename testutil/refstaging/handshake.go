package refstaging

import (
	"time"

	"github.com/gorilla/websocket"
)

// processingAfter is how long after its acknowledgement an October session begins to take messages
// (websocket.md 2.5).
const processingAfter = 500 * time.Millisecond

// handshake is what an October session does before its first message (websocket.md 2.5). But for the
// deadline, which may strike at any time, everything happens on the session's reading goroutine.
type handshake struct {
	session *Session
	ids     *idSource
	threads *threads
	timeout time.Duration

	reserved                string // the thread that the session began with
	runID, requestID, token string
	deadline                *time.Timer
	acknowledged            time.Time // when the acknowledgement arrived; zero before
}

// begin gives the session a thread, sets the deadline, and returns the first frame. It is called with
// the sessions locked.
func (h *handshake) begin(now time.Time) any {
	h.session.thread, h.runID, h.requestID = h.ids.conversation("cli")
	h.token = secret()
	h.reserved = h.session.thread
	h.threads.reserve(h.reserved, h.session.user.UserID)
	h.deadline = time.AfterFunc(h.timeout, func() { h.session.Close(websocket.CloseProtocolError, "Handshake timeout") })
	return h.response(now)
}

func (h *handshake) response(now time.Time) any {
	return handshakeResponse{
		Type: "handshake_response", ThreadID: h.session.thread, RunID: h.runID, RequestID: h.requestID,
		SessionToken: h.token, Timestamp: now.Format(zoneMillis), Message: "Handshake ready",
	}
}

// end forgets the deadline, and the thread if nothing was said in it.
func (h *handshake) end() {
	if h.deadline != nil {
		h.deadline.Stop()
		h.threads.release(h.reserved)
	}
}

// processing reports whether messages are heard. It is a matter of time and not of a timer, which would
// be late on a busy machine and lose what a correct client has sent in time.
func (h *handshake) processing() bool {
	return !h.acknowledged.IsZero() && time.Since(h.acknowledged) >= processingAfter
}

// afterHandshake is the correct route of October: what comes before PROCESSING and does not belong to the
// handshake is lost without a reply.
func afterHandshake(next Route) Route {
	return func(s *Session, m Message) {
		switch m.Type {
		case "handshake_acknowledged", "session_acknowledged":
			s.handshake.acknowledge(m)
		case "handshake_request", "session_request":
			s.handshake.request(m)
		default:
			if s.handshake.processing() {
				next(s, m)
			}
		}
	}
}

// acknowledge completes the handshake; for another thread than the session's it does nothing. Repeating
// it does not put off PROCESSING.
func (h *handshake) acknowledge(m Message) {
	s := h.session
	if m.Text("thread_id") != s.thread {
		return
	}
	if h.acknowledged.IsZero() {
		if !h.deadline.Stop() {
			return // too late: the session is being closed
		}
		h.acknowledged = time.Now()
	}
	s.hub.reply(s, func(now time.Time) any {
		return handshakeComplete{"handshake_complete", s.thread, now.Format(zoneMillis)}
	})
}

// request sends the first frame again. Before the acknowledgement it may name a thread of the same user,
// which becomes the session's.
func (h *handshake) request(m Message) {
	s, thread := h.session, m.Text("thread_id")
	resumes := h.acknowledged.IsZero() && h.threads.owns(thread, s.user.UserID)
	s.hub.reply(s, func(now time.Time) any {
		if resumes {
			s.thread = thread
		}
		return h.response(now)
	})
}
