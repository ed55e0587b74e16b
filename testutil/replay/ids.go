package replay

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
)

// shortest is the length of the shortest text that is taken for an id. Shorter ones are words.
const shortest = 6

var (
	idLike = regexp.MustCompile(`[\pL\pN_.@+-]{6,}`)
	nonce  = regexp.MustCompile(`^` + prompts.NonceMark + `[0-9A-Z]{10}$`)
)

// ids are the names of the recording, with those that stand for them now. It is safe for concurrent use.
type ids struct {
	mu  sync.Mutex
	now map[string]string
}

// is says what stands for a name of the recording from now on; the first word counts.
func (m *ids) is(recorded, now string) {
	if len(recorded) < shortest || now == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil {
		m.now = map[string]string{}
	}
	if _, known := m.now[recorded]; !known {
		m.now[recorded] = now
	}
}

// in is a text of the recording with the names of now. Nonces that are not known get a successor.
func (m *ids) in(text string) string {
	return idLike.ReplaceAllStringFunc(text, func(name string) string {
		bare := strings.TrimRight(name, ".-")
		for _, candidate := range []string{name, bare} {
			if now, known := m.of(candidate); known {
				return now + name[len(candidate):]
			}
		}
		return name
	})
}

func (m *ids) of(name string) (now string, known bool) {
	m.mu.Lock()
	now, known = m.now[name]
	m.mu.Unlock()
	if known || !nonce.MatchString(name) {
		return now, known
	}
	m.is(name, prompts.NewNonce())
	return m.of(name)
}

// isID tells an id from a word: it has a digit in it, and nothing that ends a word.
func isID(text string) bool {
	return len(text) >= shortest && strings.ContainsAny(text, "0123456789") && idLike.FindString(text) == text
}

// learn compares what a request was answered in the recording with the answer of now: where they have texts
// in the same place, one stands for the other.
func (m *ids) learn(recorded, now string) {
	var before, after any
	if json.Unmarshal([]byte(recorded), &before) == nil && json.Unmarshal([]byte(now), &after) == nil {
		m.align(before, after)
	}
}

func (m *ids) align(before, after any) {
	switch b := before.(type) {
	case string:
		if a, ok := after.(string); ok && a != b && isID(b) {
			m.is(b, a)
		}
	case []any:
		if a, ok := after.([]any); ok {
			for i := range min(len(a), len(b)) {
				m.align(b[i], a[i])
			}
		}
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			for name := range b {
				m.align(b[name], a[name])
			}
		}
	}
}

// names are the texts in a JSON answer that may be ids.
func names(answer string) (found []string) {
	var content any
	if json.Unmarshal([]byte(answer), &content) != nil {
		return nil
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if isID(v) {
				found = append(found, v)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(content)
	return found
}

// mentioned are the texts of a request that may be ids.
func mentioned(request ...string) (found []string) {
	for _, text := range request {
		for _, name := range idLike.FindAllString(text, -1) {
			found = append(found, name, strings.TrimRight(name, ".-"))
		}
	}
	return found
}
