package refstaging

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What waits for a client that does not read is bounded, in frames and in bytes.
func TestOutboxIsBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		fits  int // pushes that are taken
		frame []byte
	}{
		"frames": {queueLimit, []byte("x")},
		"bytes":  {4, make([]byte, queueBytes/4)},
	} {
		t.Run(name, func(t *testing.T) {
			idle := newTasks()
			idle.close() // nothing is ever written
			o := &outbox{tasks: idle}
			for range tt.fits {
				o.push(tt.frame)
			}
			assert.False(t, o.closing())
			assert.Len(t, o.queue, tt.fits)
			o.push(tt.frame)
			assert.True(t, o.closing(), "given up")
			assert.Empty(t, o.queue)
		})
	}
}

func TestNothingFollowsAClose(t *testing.T) {
	idle := newTasks()
	idle.close()
	o := &outbox{tasks: idle}
	o.push([]byte("last words"))
	o.close(1000, "")
	o.push([]byte("too late"))
	o.close(1001, "")
	assert.Len(t, o.queue, 2)
	assert.Equal(t, 1000, o.queue[1].code)
}
