package summary

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// Contacts say who heard of whom in one story.
type Contacts struct {
	Users []string `json:"users"`
	// Heard counts for each user, in the order of Users, the frames and bodies about each; in a last column
	// those about somebody whom the story does not know.
	Heard [][]int `json:"heard"`
	Leaks int     `json:"leaks"` // beside the diagonal, of all users
	// Left counts the users who are not shown.
	Left int `json:"left"`
}

// maxUsers bounds a matrix.
const maxUsers = 30

// newContacts is nil where there is nobody to be kept apart.
func newContacts(c evidence.Contacts) *Contacts {
	leaks := c.Leaks()
	if len(c.Users) < 2 && leaks == 0 {
		return nil
	}
	users := slices.SortedFunc(slices.Values(shown(c)), byNumber)
	contacts := &Contacts{Leaks: leaks, Left: len(c.Users) - len(users), Users: []string{}}
	for _, listener := range users {
		contacts.Users = append(contacts.Users, report.Clean(listener))
		var row []int
		for _, owner := range append(users[:len(users):len(users)], judge.Nobody) {
			row = append(row, c.Heard[evidence.Contact{Listener: listener, Owner: owner}])
		}
		contacts.Heard = append(contacts.Heard, row)
	}
	return contacts
}

// byNumber orders u2 before u10.
func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }

// shown are the users of the matrix, in their order: if there are too many, first those whom a leak concerns.
func shown(c evidence.Contacts) (users []string) {
	if len(c.Users) <= maxUsers {
		return c.Users
	}
	leaking := map[string]bool{}
	for contact := range c.Heard {
		if contact.Listener != contact.Owner {
			leaking[contact.Listener], leaking[contact.Owner] = true, true
		}
	}
	room := maxUsers
	kept := map[string]bool{}
	for _, concerned := range []bool{true, false} {
		for _, user := range c.Users {
			if room > 0 && leaking[user] == concerned {
				kept[user] = true
				room--
			}
		}
	}
	for _, user := range c.Users {
		if kept[user] {
			users = append(users, user)
		}
	}
	return users
}
