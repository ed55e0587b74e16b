package suite_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
)

// A figure is what the backend says of its process, in a member of a member.
type figure struct{ path, group, name string }

var (
	memory      = figure{"/health/system", "process", "memory_rss"}
	threads     = figure{"/health/system", "process", "num_threads"}
	connections = figure{"/health/system", "process", "connections"}
	database    = figure{"/health/database", "database_stats", "active_connections"}
	tasks       = figure{"/api/system/debug/async_tasks", "", "total_tasks"}
)

// growing lets each sample add to one figure, and the figures of the process stay as they are, which is
// whoever runs the tests, and grows with them.
func growing(grows figure, step float64) wrong {
	var samples atomic.Int64
	return onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		altering(func(all map[string]any) {
			for _, f := range []figure{memory, threads, connections, grows} {
				if f.path != r.URL.Path {
					continue
				}
				of := all
				if f.group != "" {
					of, _ = all[f.group].(map[string]any)
				}
				of[f.name] = 1 << 28
				if f == grows {
					of[f.name] = 1<<28 + step*float64(samples.Add(1))
				}
			}
		})(next, w, r)
	})
}

// keeping lets every other session leave a task behind, as a target does that misses abrupt ends.
func keeping() wrong {
	var sessions atomic.Int64
	return onAPI(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if websocket.IsWebSocketUpgrade(r) {
			sessions.Add(1)
		}
		at(tasks.path, altering(func(all map[string]any) { all[tasks.name] = 12 + float64(sessions.Load()/2) }))(next, w, r)
	})
}

// TestStoriesSeeWhatAccumulates lets use leave something behind.
func TestStoriesSeeWhatAccumulates(t *testing.T) {
	const story = "NothingAccumulates"
	caught(t, "september", []situation{
		{"memory", story, growing(memory, 1<<20), "accumulation/memory"},
		{"connections", story, growing(connections, 1), "accumulation/connections"},
		{"threads", story, growing(threads, 1), "accumulation/threads"},
		{"connections of the database", story, growing(database, 1), "accumulation/database-connections"},
		{"a task of every other session", story, keeping(), "accumulation/tasks"},
		{"tasks", story, growing(tasks, 1), "accumulation/tasks"},
	})
}
