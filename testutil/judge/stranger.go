package judge

import (
	"iter"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
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

// frameClues are what every frame is searched for: the leaks of hygiene, ids and users.
var frameClues = newSieve(append(leakClues, "user_id", ownMark+"02", ownMark+"03", ownMark+"04")...)

// sift goes through a text that user got, once: it finds the identities of other users, and whether
// the text may hold a leak. Before the user's own id is known, only those of users of this history
// can be told to be others'.
func (v *View) sift(text string, user *User) {
	v.Leaky = shortLeak(text)
	for i := frameClues.next(text, 0); i >= 0; i = frameClues.next(text, i+sieveStride) {
		if at := wordAt(text, i, "user_id"); at >= 0 {
			v.meet(user, valueAfter(text, at+len("user_id")))
		} else if at := wordAt(text, i, ownMark); at >= 0 {
			v.meetFresh(user, freshUser(text[at:]))
		} else {
			v.Leaky = true
		}
	}
	v.meetUnmarked(user, text)
}

// meet takes in what stood under a user_id.
func (v *View) meet(user *User, id string) {
	if id != "" && !user.isCalled(id) {
		v.Strangers = append(v.Strangers, Stranger{strings.Clone(bounded(id)), v.names.bySubject[id]})
	}
}

// meetFresh takes in the local part of a user that a suite made.
func (v *View) meetFresh(user *User, local string) {
	if local == "" || local == user.local {
		return
	}
	owner := v.names.byLocalPart[local]
	if owner == nil && user.Subject == "" || slices.ContainsFunc(v.Strangers, func(s Stranger) bool { return strings.Contains(s.ID, local) }) {
		return
	}
	v.Strangers = append(v.Strangers, Stranger{strings.Clone(local), owner})
}

func (v *View) meetUnmarked(user *User, text string) {
	if len(v.names.unmarked) > maxUnmarked {
		return
	}
	for _, other := range v.names.unmarked {
		if other != user && strings.Contains(text, other.Subject) && !strings.Contains(user.Subject, other.Subject) {
			v.Strangers = append(v.Strangers, Stranger{other.Subject, other})
		}
	}
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
	for limit := min(len(text), at+16); at < limit && isQuoting(text[at]); {
		at++
	}
	if at >= len(text) || text[at] != ':' {
		return ""
	}
	start := at + 1
	for start < len(text) && isQuoting(text[start]) {
		start++
	}
	end := start
	for end < len(text) && !endsValue(text[end]) {
		end++
	}
	if id := text[start:end]; id != "null" && id != "{" && id != "[" {
		return id
	}
	return ""
}

func isQuoting(c byte) bool { return c == '\\' || c == '"' || c == ' ' }

func endsValue(c byte) bool {
	return isQuoting(c) || c == ',' || c == '}' || c == ']' || c == '\n'
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

// noncesIn yields the nonces in a text, whole or cut: the mark, and the capital letters and digits
// that follow it.
func noncesIn(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for at := next(text, 0, prompts.NonceMark); at >= 0; at = next(text, at+1, prompts.NonceMark) {
			end := at
			for end < len(text) && ('0' <= text[end] && text[end] <= '9' || 'A' <= text[end] && text[end] <= 'Z') {
				end++
			}
			if !yield(text[at:end]) {
				return
			}
		}
	}
}
