package variants

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// frames are what may travel between and around the frames of a run (RFC 6455; websocket.md 5.3, 6 and 8).
var frames = map[string]variant{
	"jitter":     {says: "every frame is under way for up to 50 ms", apply: jitter},
	"fragmented": {says: "text frames come in fragments, with pings between them (RFC 6455, section 5.4)", apply: reframed(fragmented)},
	"pings":      {says: "pings and unasked pongs of the protocol around every frame (RFC 6455, section 5.5)", apply: reframed(pinged)},
	"heartbeats": {says: "heartbeats around every frame, also within runs (websocket.md 5.3 and 8)", apply: reframed(surrounded(heartbeat))},
	"asked-back": {says: "ping messages around every frame, which a client answers by pong (websocket.md 5.3)", apply: reframed(surrounded(pingMessage))},
	"unknown-events": {
		says:  "events of optional and unknown types within runs (websocket.md 5.3)",
		apply: reframed(surrounded(unknownEvents)),
	},
}

// A frame is one of RFC 6455, from the server.
type frame struct {
	head    byte // FIN and the opcode
	payload []byte
}

const final = 0x80

// whole is a frame of its own.
func whole(opcode int, payload []byte) frame { return frame{final | byte(opcode), payload} }

func (f frame) isText() bool { return f.head == final|websocket.TextMessage }

// append writes the frame as it travels.
func (f frame) append(to []byte) []byte {
	to = append(to, f.head)
	switch n := len(f.payload); {
	case n < 126:
		to = append(to, byte(n))
	case n <= 0xffff:
		to = binary.BigEndian.AppendUint16(append(to, 126), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, 127), uint64(n))
	}
	return append(to, f.payload...)
}

// cutFrame takes a frame off the beginning of what travels; not ok if it is not there as a whole.
func cutFrame(from []byte) (f frame, rest []byte, ok bool) {
	if len(from) < 2 {
		return f, from, false
	}
	size, at := uint64(from[1]&0x7f), 2
	switch {
	case size == 126 && len(from) >= 4:
		size, at = uint64(binary.BigEndian.Uint16(from[2:])), 4
	case size == 127 && len(from) >= 10:
		size, at = binary.BigEndian.Uint64(from[2:]), 10
	case size >= 126:
		return f, from, false
	}
	if uint64(len(from)-at) < size {
		return f, from, false
	}
	end := at + int(size)
	return frame{from[0], from[at:end]}, from[end:], true
}

// reframed lets other frames travel in the place of each.
func reframed(instead func(frame) []frame) func(*refstaging.Config) {
	return perConnection(func() func(frame) []frame { return instead })
}

// perConnection does so with what remembers the frames of its connection.
func perConnection(begin func() func(frame) []frame) func(*refstaging.Config) {
	return connecting(func(c net.Conn) net.Conn { return &reframing{Conn: c, instead: begin()} })
}

// A reframing connection sends other frames than those that are written to it.
type reframing struct {
	net.Conn
	instead func(frame) []frame

	mu       sync.Mutex
	upgraded bool // the answer to the upgrade, which is no frame, is through
	rest     []byte
}

func (r *reframing) Write(data []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = append(r.rest, data...)
	var out []byte
	if !r.upgraded {
		head, _, ok := bytes.Cut(r.rest, []byte("\r\n\r\n"))
		if !ok {
			return len(data), nil
		}
		r.upgraded = true
		out, r.rest = append(out, r.rest[:len(head)+4]...), r.rest[len(head)+4:]
	}
	for {
		f, rest, ok := cutFrame(r.rest)
		if !ok {
			break
		}
		for _, g := range r.instead(f) {
			out = g.append(out)
		}
		r.rest = rest
	}
	if _, err := r.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(data), nil
}

// fragmented cuts a text in four, between any two of its bytes, with a ping in the middle.
func fragmented(f frame) []frame {
	if !f.isText() {
		return []frame{f}
	}
	n := len(f.payload)
	return []frame{
		{websocket.TextMessage, f.payload[:n/3]},
		{0, nil},
		whole(websocket.PingMessage, []byte("within")),
		{0, f.payload[n/3 : n/2]},
		whole(0, f.payload[n/2:]),
	}
}

func pinged(f frame) []frame {
	if !f.isText() {
		return []frame{f}
	}
	return []frame{whole(websocket.PingMessage, nil), f, whole(websocket.PongMessage, []byte("unasked")), whole(websocket.PingMessage, []byte("after"))}
}

// seen is what is read of a frame, to put others beside it at the same time.
type seen struct {
	Type      string          `json:"type"`
	RunID     string          `json:"run_id"`
	Agent     string          `json:"agent_name"`
	Timestamp json.RawMessage `json:"timestamp"`
	Data      struct {
		RunID string `json:"run_id"`
		Agent string `json:"agent_name"`
	} `json:"data"`
}

// read is what can be read of a frame; nothing if it is no text.
func read(f frame) (s seen) {
	if f.isText() && json.Unmarshal(f.payload, &s) != nil {
		return seen{}
	}
	return s
}

// marshalled is an object as a text frame.
func marshalled(o object) frame {
	text, err := json.Marshal(o)
	if err != nil {
		panic("variants: " + err.Error()) // all of them are made here
	}
	return whole(websocket.TextMessage, text)
}

// surrounded puts frames before and after each text that has a time, but for the welcome, which they follow only.
func surrounded(others func(seen) []object) func(frame) []frame {
	return func(f frame) []frame {
		s := read(f)
		if s.Timestamp == nil || s.Type == "handshake_response" {
			return []frame{f}
		}
		var more []frame
		for _, o := range others(s) {
			more = append(more, marshalled(o))
		}
		if s.Type == "connection_established" {
			return append([]frame{f}, more...)
		}
		return append(append(more[:len(more):len(more)], f), more...)
	}
}

func heartbeat(s seen) []object {
	return []object{{"type": "heartbeat", "timestamp": s.Timestamp, "server_id": nil, "correlation_id": nil, "data": object{
		"connection_id": "main_00c0ffee", "timestamp": s.Timestamp, "stats": object{"messages_processed": 1, "agent_events_processed": 2},
	}}}
}

func pingMessage(s seen) []object {
	return []object{{"type": "ping", "timestamp": s.Timestamp, "server_id": nil, "correlation_id": nil, "data": object{"timestamp": s.Timestamp}}}
}

// unknownEvents are within runs only.
func unknownEvents(s seen) []object {
	if s.RunID == "" {
		s.RunID, s.Agent = s.Data.RunID, s.Data.Agent
	}
	if s.RunID == "" || s.Agent == "" {
		return nil
	}
	var all []object
	for kind, data := range map[string]object{
		"progress_update":    {"status": "progress", "progress_data": object{"percent": 40}, "message": "Reading on"},
		"partial_result":     {"content": "So far so good"},
		"subagent_started":   {"agent_name": "figures_reader"},
		"subagent_completed": {"agent_name": "figures_reader"},
		"weather_forecast":   {"tomorrow": "sunny", "degrees": []any{12.5, -3, nil}},
	} {
		all = append(all, object{"type": kind, "run_id": s.RunID, "agent_name": s.Agent, "timestamp": s.Timestamp, "data": data})
	}
	return all
}
