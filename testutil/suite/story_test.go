package suite

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPanicking(t *testing.T) {
	assert.False(t, panicking())
	for name, end := range map[string]func(){"panic": func() { panic("boom") }, "Goexit": runtime.Goexit, "return": func() {}} {
		var seen bool
		var group sync.WaitGroup
		group.Go(func() {
			defer func() { _ = recover() }()
			defer func() { seen = panicking() }() // as a cleanup runs
			end()
		})
		group.Wait()
		assert.Equal(t, name == "panic", seen, name)
	}
}
