package evidence

import (
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// A Contact is one user who heard, and one whom it was about.
type Contact struct{ Listener, Owner string }

// Contacts count the frames and bodies that users got, by whom they named: the isolation of a story. What a user
// gets of her own is on the diagonal; everything beside it is what nobody should have heard, by an id or by a finding
// of a leak. Of rules that are broken very often not every finding is kept: then it counts at least so many.
type Contacts struct {
	Users []string // in the order of their first logins
	Heard map[Contact]int

	last map[Contact]uint64 // record that was counted
}

func newContacts() Contacts { return Contacts{Heard: map[Contact]int{}, last: map[Contact]uint64{}} }

func (c *Contacts) is(user string) {
	if !slices.Contains(c.Users, user) {
		c.Users = append(c.Users, user)
	}
}

// met counts the frame or body at hand, and whose ids are in it.
func (c *Contacts) met(v *judge.View) {
	if v.User == nil {
		return
	}
	listener := v.User.Label
	c.hear(listener, listener, v.Record.Seq)
	for _, s := range v.Strangers {
		if s.Owner != nil {
			c.hear(listener, s.Owner.Label, v.Record.Seq)
		}
	}
}

// leaked counts what findings say of the record; an unknown owner only if no finding and no id says whose it was.
func (c *Contacts) leaked(findings []judge.Finding, seq uint64) {
	for _, known := range []bool{true, false} {
		for _, f := range findings {
			if f.Hard && f.Owner != "" && known == (f.Owner != judge.Nobody) && (known || !c.knows(f.User, seq)) {
				c.hear(f.User, f.Owner, seq)
			}
		}
	}
}

// hear counts a record once for each that it is about.
func (c *Contacts) hear(listener, owner string, seq uint64) {
	contact := Contact{strings.Clone(listener), strings.Clone(owner)}
	if c.last[contact] != seq {
		c.last[contact] = seq
		c.Heard[contact]++
	}
}

// knows tells whether it is known about whom else the record was.
func (c *Contacts) knows(listener string, seq uint64) bool {
	for _, owner := range c.Users {
		if owner != listener && c.last[Contact{listener, owner}] == seq {
			return true
		}
	}
	return false
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
