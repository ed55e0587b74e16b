package cloud

import "slices"

// Instances come with their revision, and end when it has lost its traffic and they have nothing left to
// do: what is open, such as a WebSocket, ends where it began. The project is locked where nothing
// else is said.

// scale gives a revision its instances.
func (r *Revision) scale() {
	for range r.service.MinInstances {
		r.instances = append(r.instances, newInstance(r))
	}
}

// receives reports whether a part of the traffic is the revision's.
func (r *Revision) receives() bool {
	for _, t := range r.service.traffic {
		if t.Percent > 0 && r.service.target(t) == r {
			return true
		}
	}
	return false
}

// shrink takes away the instances that have nothing left to do, for [end]. A revision that never had
// traffic keeps its own, since it may still get some.
func (r *Revision) shrink() (idle []*Instance) {
	if r.receives() {
		r.served = true
		return nil
	}
	if !r.served {
		return nil
	}
	r.instances = slices.DeleteFunc(r.instances, func(i *Instance) bool {
		if i.open > 0 || !i.up() {
			return false
		}
		idle = append(idle, i)
		return true
	})
	return idle
}

// done takes one request from an instance, and returns the instances that may end with that; the project
// is not locked.
func (i *Instance) done() (idle []*Instance) {
	p := i.revision.service.project
	p.mu.Lock()
	defer p.mu.Unlock()
	i.open--
	return i.revision.shrink()
}

// end is SIGTERM for instances, unless they have left on their own; the project is not locked, as they
// print.
func end(idle []*Instance) {
	for _, i := range idle {
		if i.failure == nil && i.onTerm != nil {
			i.onTerm()
		}
	}
}
