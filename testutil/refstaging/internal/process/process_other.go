//go:build !linux

package process

import (
	"runtime"
	"time"
)

// read knows only what the Go runtime knows: memory it holds from the system, and its threads' number
// as the cores it may use.
func read(time.Duration) (Figures, Machine) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	held := int64(m.Sys)
	return Figures{RSS: held - int64(m.HeapReleased), VMS: held, Threads: runtime.GOMAXPROCS(0)}, Machine{}
}
