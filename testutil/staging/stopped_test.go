package staging

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var errSignal = errors.New("interrupted by a signal")

func TestAStoryThatWasStoppedIsNotSentToItsConfiguration(t *testing.T) {
	for _, stage := range []struct {
		name string
		then func(stop func()) func(net.Conn)
		step history.Step
	}{
		{"before", nil, history.StepTCP},
		{"waiting for the answer", func(stop func()) func(net.Conn) {
			return func(c net.Conn) { stop(); wait(c) }
		}, history.StepAnswer},
		{"in the body", func(stop func()) func(net.Conn) {
			return func(c net.Conn) {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"sta")
				stop()
				wait(c)
			}
		}, history.StepBody},
	} {
		for _, kind := range []string{"exchange", "dial"} {
			if kind == "dial" && stage.step == history.StepBody {
				continue // a dial has none
			}
			t.Run(stage.name+", "+kind, func(t *testing.T) {
				d := newDoor(t, nil)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				stop := func() { cancel(errSignal) }
				c := at(d.URL)
				if stage.then != nil {
					c.WebSocketURL = strings.Replace(rawTCP(t, stage.then(stop)), "http", "ws", 1) + "/ws"
				}
				target, recorded := target(t, c, short())
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				if stage.then == nil {
					stop()
				}
				if kind == "dial" {
					_, err = user.Connect(ctx)
					require.ErrorAs(t, err, new(*DialError))
				} else {
					_, err = target.do(ctx, get(target, strings.Replace(c.WebSocketURL, "ws", "http", 1)))
					require.ErrorAs(t, err, new(*ExchangeError))
				}
				assert.Contains(t, err.Error(), errSignal.Error())
				assert.NotContains(t, err.Error(), "STAGING_")
				assert.NotContains(t, err.Error(), "check")
				assert.NotContains(t, err.Error(), "look at")
				recorded.close(t)
			})
		}
	}
}
