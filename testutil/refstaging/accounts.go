package refstaging

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"
)

// accounts are the users with a password. Simulated users are not stored (http.md 3.1).
type accounts struct {
	clock clock
	ids   *idSource

	mu      sync.Mutex
	byEmail *recent[*account]
	byID    map[string]*account
}

type account struct {
	id, email, name string
	salt            string
	hash            [sha256.Size]byte
	created         time.Time
	lastLogin       time.Time
}

func newAccounts(clock clock, ids *idSource, users map[string]string) *accounts {
	a := &accounts{clock: clock, ids: ids, byID: make(map[string]*account)}
	a.byEmail = newRecent(func(known *account) { delete(a.byID, known.id) })
	for email, password := range users {
		a.register(email, password, "")
	}
	return a
}

// register makes an account; not ok when the e-mail is taken or is none (http.md 3.1).
func (a *accounts) register(email, password, name string) (account, bool) {
	if local, domain, found := strings.Cut(email, "@"); !found || local == "" || domain == "" {
		return account{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byEmail.of(email) != nil {
		return account{}, false
	}
	now := a.clock.now()
	made := &account{id: a.ids.numbered("auth_user", now), email: email, name: name, salt: secret(), created: now, lastLogin: now}
	made.hash = made.hashOf(password)
	a.byEmail.keep(email, made)
	a.byID[made.id] = made
	return *made, true
}

func (a *accounts) login(email, password string) (account, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.byEmail.of(email)
	if known == nil || known.hashOf(password) != known.hash {
		return account{}, false
	}
	known.lastLogin = a.clock.now()
	return *known, true
}

func (a *accounts) find(id string) (account, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.byID[id]
	if !ok {
		return account{}, false
	}
	a.byEmail.of(known.email) // has been seen
	return *known, true
}

// hashOf is salted but fast: these passwords live only as long as the process.
func (a *account) hashOf(password string) [sha256.Size]byte {
	return sha256.Sum256([]byte(a.salt + password))
}

func (a *account) identity() Identity { return Identity{UserID: a.id, Email: a.email} }
