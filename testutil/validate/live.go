package validate

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Moment is what there is to tell while a validation runs.
type Moment struct {
	// News is something that has happened, one line; empty where only the rest has changed.
	News string
	Bad  bool // News is of a story that failed
	Step bool // News says what is done from now on

	// While stories are told:
	Now      []string // at work, the longest first
	Done, Of int      // stories
	Red      int
	Events   int // that all stories heard so far
}

// live knows how far the stories have come. It is safe for concurrent use.
type live struct {
	mu    sync.Mutex
	tell  func(Moment)
	of    int
	done  int
	red   int
	heard int // by those that ended
	now   map[string]*tale
}

func newLive(of int, tell func(Moment)) *live {
	return &live{tell: tell, of: of, now: map[string]*tale{}}
}

// An event is a line of test2json.
type event struct {
	Action, Package, Test string
	Elapsed               float64
	Key, Value            string
}

// take follows what go test says. Parts of a test are the test's.
func (l *live) take(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil || e.Test == "" {
		return
	}
	name, _, part := strings.Cut(e.Test, "/")
	key := path.Base(e.Package) + "/" + name
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.Action == "run" && !part:
		l.now[key] = &tale{name: strings.TrimPrefix(name, "TestStaging"), began: time.Now()}
	case l.now[key] == nil:
	case e.Action == "attr" && e.Key == "netra.history":
		l.now[key].follow(e.Value)
	case e.Action == "attr" && e.Key == "netra.interrupted": // it did not begin
		delete(l.now, key)
	case part:
	case e.Action == "pause", e.Action == "cont":
		l.now[key].waits = e.Action == "pause"
	case e.Action == "pass", e.Action == "fail", e.Action == "skip":
		l.end(key, e)
	}
}

// end takes a story off that has ended.
func (l *live) end(key string, e event) {
	t := l.now[key]
	delete(l.now, key)
	t.look()
	l.done++
	l.heard += t.events
	m := Moment{News: fmt.Sprintf("%-4s %s/%s, %.1f s, %d events", e.Action, path.Base(e.Package), t.name, e.Elapsed, t.events)}
	if e.Action != "pass" {
		l.red++
		m.Bad = true
		m.News += t.why()
	}
	l.tell(l.whole(m))
}

// whole adds what is known of all stories.
func (l *live) whole(m Moment) Moment {
	m.Done, m.Of, m.Red, m.Events = l.done, max(l.of, l.done), l.red, l.heard
	tales := slices.SortedFunc(maps.Values(l.now), func(a, b *tale) int { return a.began.Compare(b.began) })
	for _, t := range tales {
		m.Events += t.events
		if !t.waits {
			m.Now = append(m.Now, t.name)
		}
	}
	return m
}

// result says how many were told in the end.
func (l *live) result() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%d of %d stories were told, %d of them red", l.done, max(l.of, l.done), l.red)
}

// tick is how often the histories that grow are looked at.
const tick = 200 * time.Millisecond

// watch looks at the histories as they grow, until the function that it returns is called.
func (l *live) watch() (stop func()) {
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				l.look()
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
	}
}

func (l *live) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.now {
		t.look()
	}
	l.tell(l.whole(Moment{}))
}
