package refstaging_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// figures are what deployment.md 6 looks at for sessions that accumulate.
type figures struct{ connections, tasks, store float64 }

func figuresOf(t *testing.T, s *refstaging.Server) figures {
	t.Helper()
	get := func(path string) object { return call(t, "GET", s.APIURL()+path, nil, nil).json }
	return figures{
		get("/health/system")["process"].(object)["connections"].(float64),
		get("/api/system/debug/async_tasks")["total_tasks"].(float64),
		get("/health/database")["database_stats"].(object)["active_connections"].(float64),
	}
}

// Use shows in the figures of the backend while it lasts, and is gone when it is over: also that of
// clients that go without a word in the middle of a run, and of those that were not let in.
func TestFiguresComeBack(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"september", "october"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			figuresComeBack(t, dialect)
		})
	}
}

func figuresComeBack(t *testing.T, dialect string) {
	goOn := make(chan struct{}, 1_000) // one for each event that may be sent
	cfg := refstaging.Config{Dialect: dialect}
	cfg.Hooks.Emitter.Emit = func(next refstaging.Emit) refstaging.Emit {
		return func(ctx context.Context, e refstaging.Event) {
			select {
			case <-goOn:
				next(ctx, e)
			case <-ctx.Done():
			}
		}
	}
	s := start(t, cfg)
	settle := func(want figures) {
		t.Helper() // a connection that asked before may be on its way out still
		require.Eventually(t, func() bool { return figuresOf(t, s) == want }, patience, 5*time.Millisecond, "%+v", want)
	}
	idle := figures{connections: 1, tasks: 0, store: 1} // who asks
	settle(idle)
	clients := connectAll(t, s, login(t, s, "clean").access, login(t, s, "abrupt").access, login(t, s, "midway").access)
	settle(figures{connections: 1 + 3, tasks: 3, store: 1})
	for _, c := range clients {
		c.send(object{"type": "user_message", "payload": object{"content": "Add 1 and 2."}})
	}
	settle(figures{connections: 1 + 3, tasks: 3 + 3, store: 1 + 3})
	require.NoError(t, clients[2].conn.NetConn().Close())
	settle(figures{connections: 1 + 2, tasks: 2 + 3, store: 1 + 3}) // a run outlives its session
	for range cap(goOn) {
		goOn <- struct{}{}
	}
	clients[1].readUntil(outcome)
	require.NoError(t, clients[1].conn.NetConn().Close())
	clients[0].readUntil(outcome)
	clean := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	require.NoError(t, clients[0].conn.WriteControl(websocket.CloseMessage, clean, time.Now().Add(patience)))
	assert.Equal(t, websocket.CloseNormalClosure, clients[0].closed().Code)
	refused := dial(t, s.WebSocketURL(), http.Header{"Authorization": {"Bearer not.a.token"}})
	assert.Equal(t, websocket.ClosePolicyViolation, refused.closed().Code)
	settle(idle)
}
