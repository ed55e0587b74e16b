package refstaging

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// idSource mints the ids of one deployment by the patterns of websocket.md 7.
type idSource struct {
	clock   clock
	counter atomic.Int64
}

// next is a number that no other id of the deployment has.
func (s *idSource) next() int64 { return s.counter.Add(1) }

// numbered is <prefix>_<ms>_<n>_<8 hex>, the generator's base form.
func (s *idSource) numbered(prefix string, at time.Time) string {
	return fmt.Sprintf("%s_%d_%d_%s", prefix, at.UnixMilli(), s.next(), hex8())
}

// counted is <prefix>_<n>_<8 hex>, the form of REST ids.
func (s *idSource) counted(prefix string) string {
	return fmt.Sprintf("%s_%d_%s", prefix, s.next(), hex8())
}

// conversation mints the three ids of a run for an operation, "chat" or "cli"; thread and run share
// number and hex.
func (s *idSource) conversation(operation string) (thread, run, request string) {
	n := s.counter.Add(2) - 1
	tail := operation + "_" + strconv.FormatInt(n, 10) + "_" + hex8()
	return "thread_" + tail, "run_" + tail, "req_" + operation + "_" + strconv.FormatInt(n+1, 10) + "_" + hex8()
}

func (s *idSource) uuid() string { return uuid.NewString() }

func hex8() string {
	var raw [4]byte
	rand.Read(raw[:]) // never fails (crypto/rand)
	return hex.EncodeToString(raw[:])
}
