package staging

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestA429BansAlthoughItsBodyStalls(t *testing.T) {
	t.Parallel() // it waits
	for _, kind := range []string{"exchange", "dial"} {
		t.Run(kind, func(t *testing.T) {
			d := newDoor(t, nil)
			busy := rawTCP(t, func(c net.Conn) {
				_, _ = io.WriteString(c, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 100\r\n\r\n<htm")
				wait(c)
			})
			c := at(d.URL)
			c.WebSocketURL = strings.Replace(busy, "http", "ws", 1) + "/ws"
			target, recorded := target(t, c, short())
			user, err := target.Login(t.Context())
			require.NoError(t, err)
			target.pace, err = newPaceIn(t.TempDir(), d.URL, 90, 900)
			require.NoError(t, err)
			if kind == "dial" {
				_, err = user.Connect(t.Context())
				require.ErrorAs(t, err, new(*DialError))
			} else {
				_, err = target.do(t.Context(), get(target, busy))
				require.ErrorAs(t, err, new(*ExchangeError))
			}

			var banned *BannedError
			_, err = user.Connect(t.Context())
			require.ErrorAs(t, err, &banned)
			assert.Equal(t, strings.TrimPrefix(busy, "http://"), banned.Host, "who answered 429")
			err = user.Verify(t.Context())
			require.ErrorAs(t, err, &banned)

			records, _ := recorded.close(t)
			ends := of(records, history.Close)
			assert.Equal(t, history.StepBanned, ends[len(ends)-1].Closed.Broken.Step)
			exchanges := of(records, history.HTTP)
			last := exchanges[len(exchanges)-1].Exchange
			assert.Equal(t, history.StepBanned, last.Broken.Step)
			assert.Zero(t, last.Status)
			assert.Empty(t, last.Trace, "nothing was sent that the server could have logged")
			dials := of(records, history.Dial)
			assert.Empty(t, dials[len(dials)-1].Dialled.Trace)
		})
	}
}
