package refstaging

import (
	"slices"
	"sync"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/agents"
)

// Bounds of what one user can make the deployment remember.
const (
	threadsPerUser    = 1000 // further threads push out the user's oldest
	messagesPerThread = 500  // further messages push out the thread's oldest
)

// threads are the conversations of all users.
type threads struct {
	clock clock
	ids   *idSource

	mu     sync.Mutex
	byID   map[string]*thread
	byUser *recent[[]*thread] // oldest first
}

// thread is a conversation; the fields are guarded by the lock of threads.
type thread struct {
	id, owner        string
	title            *string
	metadata         map[string]any
	created, updated time.Time
	archived         bool
	reserved         bool // nothing was said in it yet
	messages         []message
	previous         *agents.Number // the last result, for follow-ups
}

type message struct {
	id, role, content string
	created           time.Time
	metadata          map[string]any
}

func newThreads(clock clock, ids *idSource) *threads {
	t := &threads{clock: clock, ids: ids, byID: make(map[string]*thread)}
	t.byUser = newRecent(func(of []*thread) {
		for _, known := range of {
			delete(t.byID, known.id)
		}
	})
	return t
}

// claim reports whether the thread is the user's, making it if there is none. An archived thread is
// opened again by its owner and stays closed to everybody else.
func (t *threads) claim(id, user string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.byID[id]; ok {
		if known.owner == user {
			known.archived, known.reserved = false, false
			t.byUser.of(user) // has been seen
		}
		return known.owner == user
	}
	t.add(id, user)
	return true
}

// reserve makes an archived thread: nobody else can take its id, and it is not shown before its owner
// says something in it.
func (t *threads) reserve(id, user string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	made := t.add(id, user)
	made.archived, made.reserved = true, true
}

// release forgets a thread that was reserved for nothing, so that it takes no other's place.
func (t *threads) release(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.byID[id]
	if !ok || !known.reserved {
		return
	}
	delete(t.byID, id)
	own := slices.DeleteFunc(t.byUser.of(known.owner), func(of *thread) bool { return of == known })
	if len(own) == 0 {
		t.byUser.drop(known.owner)
		return
	}
	t.byUser.keep(known.owner, own)
}

// owns reports whether there is such a thread, archived or not, and it is the user's.
func (t *threads) owns(id, user string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.byID[id]
	return ok && known.owner == user
}

// add makes a thread; the lock is held.
func (t *threads) add(id, user string) *thread {
	now := t.clock.now()
	made := &thread{id: id, owner: user, created: now, updated: now, metadata: map[string]any{}}
	t.byID[id] = made
	own := append(t.byUser.of(user), made)
	if len(own) > threadsPerUser {
		delete(t.byID, own[0].id)
		own = own[1:]
	}
	t.byUser.keep(user, own)
	return made
}

// say appends a message to a thread, if it still exists.
func (t *threads) say(id, role, content string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.byID[id]; ok {
		t.append(known, role, content, nil)
	}
}

// append adds a message; the lock is held.
func (t *threads) append(to *thread, role, content string, metadata map[string]any) message {
	now := t.clock.now()
	said := message{id: t.ids.numbered("msg_"+role, now), role: role, content: content, created: now, metadata: metadata}
	to.messages = append(to.messages, said)
	if len(to.messages) > messagesPerThread {
		to.messages = to.messages[1:]
	}
	to.updated = now
	return said
}

// previous is the thread's last result; nil when there is none.
func (t *threads) previous(id string) *agents.Number {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.byID[id]; ok {
		return known.previous
	}
	return nil
}

// conclude writes an answer into its thread, result included.
func (t *threads) conclude(id string, answer Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.byID[id]
	if !ok {
		return
	}
	t.append(known, "assistant", answer.Text, nil)
	if answer.Result != nil {
		known.previous = answer.Result
	}
}
