package faults

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync/atomic"

	"github.com/gorilla/websocket"
)

// What a server writes is unmasked, and a frame a write (RFC 6455, section 5.2).
const (
	final       = 0x80
	length16    = 126
	longest16   = 1<<16 - 1
	longestByte = 125
)

// textFrame is a text as it travels. It has less than 64 KiB.
func textFrame(text []byte) []byte {
	frame := []byte{final | websocket.TextMessage}
	if len(text) <= longestByte {
		frame = append(frame, byte(len(text)))
	} else {
		frame = binary.BigEndian.AppendUint16(append(frame, length16), uint16(min(len(text), longest16)))
	}
	return append(frame, text...)
}

// An early connection says something of its own after the 101.
type early struct {
	net.Conn
	frame  []byte
	writes atomic.Int64
}

func (e *early) Write(p []byte) (int, error) {
	if e.writes.Add(1) == 2 {
		if _, err := e.Conn.Write(e.frame); err != nil {
			return 0, err
		}
	}
	return e.Conn.Write(p)
}

// A recoded connection closes with another code.
type recoded struct {
	net.Conn
	code, otherwise int
}

func (r *recoded) Write(p []byte) (int, error) {
	if len(p) >= 4 && p[0] == final|websocket.CloseMessage && int(binary.BigEndian.Uint16(p[2:])) == r.code {
		p = bytes.Clone(p)
		binary.BigEndian.PutUint16(p[2:], uint16(r.otherwise))
	}
	return r.Conn.Write(p)
}
