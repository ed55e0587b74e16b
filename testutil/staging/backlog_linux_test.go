package staging

import (
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func init() {
	stalls = append(stalls, stall{name: "full backlog", step: history.StepTCP, base: fullBacklog})
}

// fullBacklog listens, accepts nothing, and has no room for one more connection.
func fullBacklog(t *testing.T) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(fd, 0))
	bound, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(bound.(*syscall.SockaddrInet4).Port))
	c, err := net.Dial("tcp", address) // the one that a backlog of 0 has room for
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return "http://" + address
}
