package variants

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A speaker writes to a connection, pings until it is to hush: what an October session hears too early is lost.
type speaker struct {
	conn *websocket.Conn
	mu   sync.Mutex
	quit chan struct{}
	over sync.WaitGroup
	once sync.Once
	stop sync.Once
}

func newSpeaker(conn *websocket.Conn) *speaker {
	return &speaker{conn: conn, quit: make(chan struct{})}
}

func (s *speaker) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.WriteMessage(websocket.TextMessage, []byte(text)) // the reader will see that it is broken
}

func (s *speaker) knock() {
	s.once.Do(func() {
		s.over.Go(func() {
			ticker := time.NewTicker(50 * time.Millisecond)
			defer ticker.Stop()
			for {
				s.say(`{"type":"ping"}`)
				select {
				case <-ticker.C:
				case <-s.quit:
					return
				}
			}
		})
	})
}

func (s *speaker) hush() {
	s.stop.Do(func() { close(s.quit) })
	s.over.Wait()
}
