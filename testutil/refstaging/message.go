package refstaging

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Message is a decoded message of a client.
type Message struct {
	Type string // "" when it is missing or no string
	root fields
	body fields // the payload if that key exists, else the root (websocket.md 4.2)
}

type fields map[string]json.RawMessage

var errNotAnObject = errors.New("the message is JSON but not an object")

func decodeMessage(frame []byte) (Message, error) {
	var root fields
	err := json.Unmarshal(frame, &root)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch), err == nil && root == nil:
		return Message{}, errNotAnObject
	case err != nil:
		return Message{}, fmt.Errorf("decode a message: %w", err)
	}
	m := Message{Type: root.text("type"), root: root, body: root}
	if payload, ok := root["payload"]; ok {
		m.body = object(payload)
	}
	return m, nil
}

// Content is the prompt in a message, by the embedded server's order of keys (websocket.md 4.2); ""
// when there is none.
func (m Message) Content() string {
	request := object(m.body["request"])
	return firstText(
		m.body.text("content"), m.body.text("message"), m.body.text("text"), m.body.text("user_request"),
		request.text("query"), request.text("user_request"), m.body.text("query"),
	)
}

// Text is a string member of the payload, else of the root, such as a thread_id; "" when neither has it.
func (m Message) Text(key string) string { return firstText(m.body.text(key), m.root.text(key)) }

// text is a string member; "" when it is missing or something else.
func (f fields) text(key string) string {
	var text string
	if json.Unmarshal(f[key], &text) != nil {
		return ""
	}
	return text
}

// object is nil for anything but a JSON object.
func object(raw json.RawMessage) fields {
	var f fields
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	return f
}

// firstText is the first text that is not blank.
func firstText(texts ...string) string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}
