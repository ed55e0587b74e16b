package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestFiguresAreReal(t *testing.T) {
	before, _ := Read(time.Now().Add(-time.Second))
	assert.Greater(t, before.RSS, int64(1<<20))
	assert.GreaterOrEqual(t, before.VMS, before.RSS)
	assert.Positive(t, before.Threads)
	ballast := make([]byte, 64<<20)
	for i := range ballast {
		ballast[i] = 1
	}
	after, _ := Read(time.Now().Add(-time.Second))
	assert.Greater(t, after.RSS, before.RSS+32<<20, "memory in use shows")
	assert.Equal(t, byte(1), ballast[len(ballast)-1])
}

func TestUsedPercent(t *testing.T) {
	assert.Equal(t, 75.0, usedPercent(4, 1))
	assert.Zero(t, usedPercent(0, 0))
}
