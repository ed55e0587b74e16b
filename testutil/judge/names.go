package judge

import "strings"

// names know what belongs to whom: what only one user may see.
type names struct {
	bySubject   map[string]*User
	byLocalPart map[string]*User
	unmarked    []*User // whose subject does not hold its local part

	subjects map[string]*User // who had the subject first
	called   map[string]*User // who was first called so in a welcome
	nonces   map[string]*User
	runs     map[string]*User
	threads  map[string]*User

	connections map[string]*Session
}

func newNames() names {
	users := func() map[string]*User { return map[string]*User{} }
	return names{
		bySubject: users(), byLocalPart: users(), subjects: users(), called: users(),
		nonces: users(), runs: users(), threads: users(),
		connections: map[string]*Session{},
	}
}

// learn takes in a user's identity.
func (n *names) learn(u *User) {
	if u.Subject == "" {
		return
	}
	known := n.bySubject[u.Subject] != nil
	n.bySubject[u.Subject] = u
	u.local, _, _ = strings.Cut(u.Email, "@")
	if freshUser(u.local) != u.local {
		u.local = ""
	}
	if u.local != "" {
		n.byLocalPart[u.local] = u
	}
	if !known && (u.local == "" || !strings.Contains(u.Subject, u.local)) {
		n.unmarked = append(n.unmarked, u)
	}
}

// claim takes in the ids that a prompt carries. They belong to who sent them first.
func (n *names) claim(run *Run) {
	run.ownAsked = isOwn(n.runs, run.Asked, run.User)
	run.ownThread = isOwn(n.threads, run.Thread, run.User)
}

// maxNames bounds what a target that invents ids without end can make the judge remember of a kind.
const maxNames = 1 << 20

// own gives a name to the user unless somebody has it, and returns whose it is; nil for no name.
func own(m map[string]*User, name string, u *User) *User {
	if name == "" {
		return nil
	}
	if owner := m[name]; owner != nil {
		return owner
	}
	if len(m) < maxNames {
		m[strings.Clone(name)] = u
	}
	return u
}

// isOwn tells whether the name is the user's, under whichever label, now or before.
func isOwn(m map[string]*User, name string, u *User) bool {
	owner := own(m, name, u)
	return name != "" && (owner == nil || owner.is(u))
}

// connect takes in a session's connection id and returns the session that has the same one, if any.
func (n *names) connect(s *Session) *Session {
	if s.ConnectionID == "" {
		return nil
	}
	twin := n.connections[s.ConnectionID]
	n.connections[s.ConnectionID] = s
	return twin
}

// told returns another user who was called by the same name as u, nil if nobody was.
func (n *names) told(name string, u *User) *User {
	return other(n.called, name, u)
}

// twin returns another user with the same subject and another e-mail address, nil if there is none.
func (n *names) twin(u *User) *User {
	if o := other(n.subjects, u.Subject, u); o != nil && o.Email != u.Email {
		return o
	}
	return nil
}

// other returns who has the name, if that is not u, under whichever label; a name that nobody has becomes u's.
func other(m map[string]*User, name string, u *User) *User {
	if owner := own(m, name, u); owner != nil && !owner.is(u) {
		return owner
	}
	return nil
}
