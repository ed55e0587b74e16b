package evidence

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Contact is one user who heard, and one whom it was about.
type Contact struct{ Listener, Owner string }

// Contacts count the frames and bodies that users got, by whom they named: the isolation of a story. What a user
// gets of her own is on the diagonal; everything beside it is what nobody should have heard.
type Contacts struct {
	Users []string // in the order of their first logins
	Heard map[Contact]int
}

// Nobody owns an identity that no user of the story has.
const Nobody = "?"

func newContacts() Contacts { return Contacts{Heard: map[Contact]int{}} }

func (c *Contacts) is(user string) {
	if !slices.Contains(c.Users, user) {
		c.Users = append(c.Users, user)
	}
}

// met counts what the frame or body at hand says.
func (c *Contacts) met(v *judge.View) {
	if v.User == nil {
		return
	}
	listener := v.User.Label
	c.Heard[Contact{listener, listener}]++
	for _, s := range v.Strangers {
		owner := Nobody
		if s.Owner != nil {
			owner = s.Owner.Label
		}
		c.Heard[Contact{strings.Clone(listener), owner}]++
	}
}

// Leaks count what users got of others.
func (c *Contacts) Leaks() (n int) {
	for contact, times := range c.Heard {
		if contact.Listener != contact.Owner {
			n += times
		}
	}
	return n
}
