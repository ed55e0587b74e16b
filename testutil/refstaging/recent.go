package refstaging

import "container/list"

// rememberedUsers bounds of how many users anything is remembered: those that were seen last.
const rememberedUsers = 20_000

// recent holds something of each of the users that were seen last. It is guarded by the lock of its owner.
type recent[V any] struct {
	most   int
	forget func(V) // told what is pushed out; nil: nobody is
	byUser map[string]*list.Element
	order  list.List // of remembered[V], who was seen last in front
}

type remembered[V any] struct {
	user  string
	value V
}

func newRecent[V any](forget func(V)) *recent[V] {
	return &recent[V]{most: rememberedUsers, forget: forget, byUser: make(map[string]*list.Element)}
}

// of returns what is held of a user, the zero value if nothing is. The user has been seen.
func (r *recent[V]) of(user string) V {
	at, known := r.byUser[user]
	if !known {
		var nothing V
		return nothing
	}
	r.order.MoveToFront(at)
	return at.Value.(remembered[V]).value
}

// keep replaces what is held of a user, who has been seen, and pushes out the one not seen for longest.
func (r *recent[V]) keep(user string, value V) {
	if at, known := r.byUser[user]; known {
		at.Value = remembered[V]{user, value}
		r.order.MoveToFront(at)
		return
	}
	r.byUser[user] = r.order.PushFront(remembered[V]{user, value})
	if r.order.Len() <= r.most {
		return
	}
	oldest := r.order.Back().Value.(remembered[V])
	r.drop(oldest.user)
	if r.forget != nil {
		r.forget(oldest.value)
	}
}

// drop forgets a user.
func (r *recent[V]) drop(user string) {
	if at, known := r.byUser[user]; known {
		r.order.Remove(at)
		delete(r.byUser, user)
	}
}
