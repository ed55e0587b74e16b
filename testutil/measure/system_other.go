//go:build !unix

package measure

import (
	"errors"
	"net"
	"os"
	"time"
)

func processTime() (time.Duration, error) {
	return 0, errors.New("the CPU time of a process is measured on Unix only")
}

func peakMemory(*os.ProcessState) (int64, error) {
	return 0, errors.New("the memory of a process is measured on Unix only")
}

// listenBriefly listens on loopback with the system's own backlog; a door that cannot be filled says so.
func listenBriefly() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
