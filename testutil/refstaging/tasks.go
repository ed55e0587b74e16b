package refstaging

import (
	"sync"
)

// tasks owns the goroutines of connections and runs: they are counted for
// /api/system/debug/async_tasks and joined when the server closes.
type tasks struct {
	mu     sync.Mutex
	names  map[int64]string
	last   int64
	closed bool
	group  sync.WaitGroup
}

func newTasks() *tasks { return &tasks{names: make(map[int64]string)} }

// start runs f in a goroutine of its own. It reports false, and runs nothing, once the tasks are
// closed.
func (t *tasks) start(name string, f func()) bool {
	id, ok := t.enter(name)
	if !ok {
		return false
	}
	go func() {
		defer t.leave(id)
		f()
	}()
	return true
}

func (t *tasks) enter(name string) (int64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0, false
	}
	t.last++
	t.names[t.last] = name
	t.group.Add(1)
	return t.last, true
}

func (t *tasks) leave(id int64) {
	t.mu.Lock()
	delete(t.names, id)
	t.mu.Unlock()
	t.group.Done()
}

// running are the names of the tasks at work, in no order.
func (t *tasks) running() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := make([]string, 0, len(t.names))
	for _, name := range t.names {
		names = append(names, name)
	}
	return names
}

// close refuses new tasks and waits for the others.
func (t *tasks) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.group.Wait()
}
