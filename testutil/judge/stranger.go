package judge

import (
	"strings"
)

// A Stranger is an identity found in a text that went to another user.
type Stranger struct {
	ID    string // as it stood there
	Owner *User  // nil when nobody in this history has it
}

// ownMark begins the local part of every fresh user, "go-<date>-…" (DESIGN.md, The history), in its
// e-mail address and, where the platform derives ids from it, in its id.
const ownMark = "go-2"

// maxUnmarked is how many other users whose ids lack the mark are searched for by name in every text.
// Beyond it such ids are found where a user_id stands, which is where servers put them.
const maxUnmarked = 16

// search finds the identities of other users in a text that user got. It costs a few passes of
// strings.Index when there are none.
func (n *names) search(text string, user *User) []Stranger {
	var found []Stranger
	for at := next(text, 0, "user_id"); at >= 0; at = next(text, at+1, "user_id") {
		if id := valueAfter(text, at+len("user_id")); id != "" && !user.isCalled(id) {
			found = append(found, Stranger{strings.Clone(bounded(id)), n.bySubject[id]})
		}
	}
	for at := next(text, 0, ownMark); at >= 0; at = next(text, at+1, ownMark) {
		if id := freshUser(text[at:]); id != "" && !user.owns(id) {
			found = append(found, Stranger{strings.Clone(id), n.byLocalPart[id]})
		}
	}
	if len(n.unmarked) <= maxUnmarked {
		for _, other := range n.unmarked {
			if other != user && strings.Contains(text, other.Subject) && !strings.Contains(user.Subject, other.Subject) {
				found = append(found, Stranger{other.Subject, other})
			}
		}
	}
	return found
}

func next(text string, from int, what string) int {
	if i := strings.Index(text[from:], what); i >= 0 {
		return from + i
	}
	return -1
}

// valueAfter returns the JSON string or number that follows a key, also in JSON that is quoted once
// more; "" if none does.
func valueAfter(text string, at int) string {
	rest := strings.TrimLeft(text[at:min(len(text), at+16)], `\" `)
	if !strings.HasPrefix(rest, ":") {
		return ""
	}
	start := at + strings.IndexByte(text[at:], ':') + 1
	for start < len(text) && strings.IndexByte(`\" `, text[start]) >= 0 {
		start++
	}
	end := start
	for end < len(text) && strings.IndexByte("\\\",}] \n", text[end]) < 0 {
		end++
	}
	if id := text[start:end]; id != "null" && id != "{" && id != "[" {
		return id
	}
	return ""
}

// isCalled tells whether the id, or the beginning of an id that ends in dots, names the user. Of a
// user without a known subject nothing can be said.
func (u *User) isCalled(id string) bool {
	if u.Subject == "" {
		return true
	}
	if prefix, cut := strings.CutSuffix(id, "..."); cut {
		return strings.HasPrefix(u.Subject, prefix)
	}
	return id == u.Subject
}

// owns tells whether a fresh user's local part is this user's.
func (u *User) owns(local string) bool { return local == u.local }

// freshUser returns the local part of a fresh user that the text begins with: "go-", eight digits,
// "-", and six or more of a-z and 0-9; "" if it begins with something else.
func freshUser(text string) string {
	const date = len("go-20060102-")
	if len(text) < date || text[date-1] != '-' {
		return ""
	}
	for _, c := range []byte(text[len("go-") : date-1]) {
		if c < '0' || c > '9' {
			return ""
		}
	}
	end := date
	for end < len(text) && ('0' <= text[end] && text[end] <= '9' || 'a' <= text[end] && text[end] <= 'z') {
		end++
	}
	if end < date+6 {
		return ""
	}
	return text[:end]
}
