package history

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// masked stands where a target said the same of itself.
const masked = "[REDACTED]"

const (
	shortest = 6  // a shorter value would redact plain text
	piece    = 12 // the shortest part of a secret that must not appear
	gram     = 8  // what is looked up: every piece holds a gram that starts at a multiple of stride
	stride   = piece - gram + 1
)

// secrets knows the secrets of a story and finds them in text, whole or in pieces, in a time that does
// not depend on how many there are. It keeps every encoded form of a secret in one arena and knows
// where each stride-th gram of a form lies there. Of a text it looks up each gram, though only in
// stretches of bytes that occur in secrets; where one is known it compares outwards, and a match of a
// piece or more is replaced.
type secrets struct {
	mu     sync.RWMutex
	member [256]bool // bytes that occur in a secret
	arena  []byte    // every form, each preceded by a zero byte
	grams  map[uint64]uint32
	filter filter              // says of nearly every other gram that it is in no secret
	more   map[uint64][]uint32 // further places of a gram, with other neighbours
	short  []string            // secrets shorter than a piece, looked for as they are
}

// Redactor replaces these secrets in a text, whole or in pieces, and what looks like a secret of others. It is safe
// for concurrent use.
func Redactor(values ...string) func(text string) string {
	var s secrets
	s.add(values...)
	return s.redact
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grams == nil {
		s.grams, s.more = map[uint64]uint32{}, map[uint64][]uint32{}
	}
	for _, value := range values {
		if len(value) < shortest || s.knows(value) {
			continue
		}
		for _, form := range encodings(value) {
			s.addForm(form)
		}
	}
}

// knows tells whether the whole value was added before, as a token is that is used again.
func (s *secrets) knows(value string) bool {
	if len(value) < piece || len(s.grams) == 0 {
		return slices.Contains(s.short, value)
	}
	from, to := s.find(value, 0, len(value))
	return from == 0 && to == len(value)
}

func (s *secrets) addForm(form string) {
	if len(form) < piece {
		s.short = append(s.short, form)
		return
	}
	base := len(s.arena) + 1
	s.arena = append(append(s.arena, 0), form...)
	for i := range len(form) {
		s.member[form[i]] = true
	}
	for i := 0; i+gram <= len(form); i += stride {
		s.addGram(form[i:i+gram], base+i)
	}
	s.addGram(form[len(form)-gram:], base+len(form)-gram)
}

func (s *secrets) addGram(text string, at int) {
	g := binary.LittleEndian.Uint64([]byte(text))
	first, known := s.grams[g]
	if !known {
		s.grams[g] = uint32(at)
		s.filter.add(g, s.grams)
		return
	}
	for _, other := range append([]uint32{first}, s.more[g]...) {
		if s.neighbours(int(other)) == s.neighbours(at) {
			return
		}
	}
	s.more[g] = append(s.more[g], uint32(at))
}

// neighbours is a gram with all that a piece could add to it on both sides.
func (s *secrets) neighbours(at int) string {
	return string(s.arena[max(0, at-stride+1):min(len(s.arena), at+gram+stride-1)])
}

// encodings lists the forms in which a value may be echoed: as it is, in a URL, in JSON, and in both
// alphabets of base64 at each of the three alignments that a longer text around it can give it. A
// token, of which there is one for each user, is only listed as it is and in base64url of its own, as
// it travels in a subprotocol: that keeps a load of a thousand users small.
func encodings(value string) []string {
	if strings.HasPrefix(value, "eyJ") {
		return []string{value, base64.RawURLEncoding.EncodeToString([]byte(value))}
	}
	forms := []string{value}
	add := func(form string) {
		for _, known := range forms {
			if known == form {
				return
			}
		}
		forms = append(forms, form)
	}
	add(url.QueryEscape(value))
	add(url.PathEscape(value))
	quoted, err := json.Marshal(value)
	if err == nil {
		add(string(quoted[1 : len(quoted)-1]))
	}
	for shift := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawURLEncoding, base64.RawStdEncoding} {
			add(inner(alphabet, value, shift))
		}
	}
	return forms
}

// inner is the base64 of value as it stands in the base64 of a text that has shift bytes before it,
// without the characters at its ends that neighbours share.
func inner(alphabet *base64.Encoding, value string, shift int) string {
	text := alphabet.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
	first := (shift*8 + 5) / 6
	last := (shift + len(value)) * 8 / 6
	return text[first:last]
}

func (s *secrets) redact(text string) string {
	if len(text) < shortest {
		return text
	}
	// Shapes first: a token of somebody else may share pieces with a known one, and would be no token
	// any more without them.
	return s.redactKnown(redactUnknown(text))
}

// redactKnown replaces the secrets that were added.
func (s *secrets) redactKnown(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, short := range s.short {
		text = strings.ReplaceAll(text, short, Redacted)
	}
	if len(s.grams) == 0 {
		return text
	}
	var out strings.Builder
	kept := 0
	for start := 0; start < len(text); start++ {
		if !s.member[text[start]] {
			continue
		}
		end := start + 1
		for end < len(text) && s.member[text[end]] {
			end++
		}
		for end-start >= piece {
			from, to := s.find(text, start, end)
			if from == to {
				break
			}
			out.WriteString(text[kept:from])
			out.WriteString(Redacted)
			kept, start = to, to
		}
		start = end
	}
	if kept == 0 {
		return text
	}
	out.WriteString(text[kept:])
	return out.String()
}

// find returns the first match of a piece or more in text[start:end], or an empty range.
func (s *secrets) find(text string, start, end int) (from, to int) {
	for i := start; i+gram <= end; i++ {
		g := binary.LittleEndian.Uint64([]byte(text[i : i+gram]))
		if !s.filter.mayHold(g) {
			continue
		}
		at, known := s.grams[g]
		if !known {
			continue
		}
		from, to = s.extend(text, i, int(at), start, end)
		for _, at := range s.more[g] {
			if f, t := s.extend(text, i, int(at), start, end); t-f > to-from {
				from, to = f, t
			}
		}
		if to-from >= piece {
			return from, to
		}
	}
	return 0, 0
}

// extend compares text around i with the arena around at.
func (s *secrets) extend(text string, i, at, start, end int) (from, to int) {
	from, to = i, i+gram
	for j := at; from > start && s.arena[j-1] == text[from-1]; j-- {
		from--
	}
	for j := at + gram; to < end && j < len(s.arena) && s.arena[j] == text[to]; j++ {
		to++
	}
	return from, to
}
