package wire

import "time"

// A controlFrame is a client message that starts no run.
type controlFrame struct {
	Type      string `json:"type"`
	ThreadID  string `json:"thread_id,omitempty"`
	Timestamp any    `json:"timestamp,omitempty"`
}

// PingFrame asks for a pong. A zero time leaves the timestamp out, as DEMO clients do.
func PingFrame(at time.Time) []byte { return control(Ping, at) }

// PongFrame answers a server's ping; the browser frontend's timestamp is in milliseconds.
func PongFrame(at time.Time) []byte {
	f := controlFrame{Type: Pong}
	if !at.IsZero() {
		f.Timestamp = at.UnixMilli()
	}
	return encode(f)
}

// HeartbeatFrame asks for a heartbeat_ack.
func HeartbeatFrame(at time.Time) []byte { return control(Heartbeat, at) }

// ConnectFrame and DisconnectFrame are the lifecycle messages of section 4.1; each is answered by a
// system_message.
func ConnectFrame(at time.Time) []byte { return control("connect", at) }

// DisconnectFrame announces that the client leaves; the socket stays open.
func DisconnectFrame(at time.Time) []byte { return control("disconnect", at) }

// TypingFrame says that the user of a thread started or stopped typing.
func TypingFrame(threadID string, started bool, at time.Time) []byte {
	f := controlFrame{Type: "typing_stopped", ThreadID: threadID, Timestamp: isoOrNothing(at)}
	if started {
		f.Type = "typing_started"
	}
	return encode(f)
}

// HandshakeRequest asks for another handshake_response, before the acknowledgement (section 2.5);
// threadID is the one that the session is to go on with.
func HandshakeRequest(threadID string, at time.Time) []byte {
	return encode(controlFrame{Type: "handshake_request", ThreadID: threadID, Timestamp: isoOrNothing(at)})
}

// HandshakeAcknowledged ends October's handshake; threadID is the one of the handshake_response.
func HandshakeAcknowledged(threadID string, at time.Time) []byte {
	return encode(controlFrame{Type: HandshakeAck, ThreadID: threadID, Timestamp: isoOrNothing(at)})
}

func control(wireType string, at time.Time) []byte {
	return encode(controlFrame{Type: wireType, Timestamp: isoOrNothing(at)})
}

func isoOrNothing(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return stampOf(at, millisISO)
}
