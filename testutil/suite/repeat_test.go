package suite

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// As many acts as there are places go on at a time, and never two at one place.
func TestActsShareThePlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		busy, most, times := map[int]bool{}, 0, map[int]int{}
		begun := inTurn(99, 9, nil, func(i, place int) {
			mu.Lock()
			assert.False(t, busy[place])
			busy[place] = true
			most = max(most, len(busy))
			times[i]++
			mu.Unlock()

			<-time.After(time.Duration(i%4+1) * time.Second)

			mu.Lock()
			delete(busy, place)
			mu.Unlock()
		})
		assert.Equal(t, 99, begun)
		assert.Equal(t, 9, most)
		assert.Len(t, times, 99, "each is done once")
		assert.Empty(t, busy, "all have ended")
	})
}

// After the first failure nothing is begun, and what goes on is waited for.
func TestNothingIsBegunAfterTheFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		var begun, ended atomic.Int32
		n := inTurn(99, 9, stop, func(i, _ int) {
			begun.Add(1)
			defer ended.Add(1)
			if i == 20 {
				close(stop)
				return
			}
			<-time.After(time.Minute + time.Duration(i)*time.Millisecond) // no two end at the same time
		})
		assert.Equal(t, 21, n)
		assert.Equal(t, int32(n), begun.Load())
		assert.Equal(t, begun.Load(), ended.Load(), "what goes on is waited for")
	})
}

func TestNothingIsBegunWhenAllIsLostAlready(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	assert.Zero(t, inTurn(99, 9, stop, func(int, int) { t.Error("begun") }))
	assert.Zero(t, inTurn(0, 9, nil, func(int, int) { t.Error("begun") }))
}

// An act that ends as FailNow ends it leaves its place.
func TestAnActMayEndItsGoroutine(t *testing.T) {
	var acts atomic.Int32
	assert.Equal(t, 5, inTurn(5, 1, nil, func(int, int) {
		acts.Add(1)
		runtime.Goexit()
	}))
	assert.Equal(t, int32(5), acts.Load())
}
