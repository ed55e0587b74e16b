package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A heartbeat was waited for if the story went on soon after it, and had rested. One that comes with another frame
// was not: who waits for it in a replay may wait for ever.
func TestAStoryIdlesUntilASignOfLife(t *testing.T) {
	for name, row := range map[string]struct {
		beat, next time.Duration
		idles      bool
	}{
		"waited for":                {3 * time.Second, 3001 * time.Millisecond, true},
		"shortly":                   {300 * time.Millisecond, 301 * time.Millisecond, true},
		"of a rest for another end": {time.Second, 3 * time.Second, false},
		"with a frame":              {40 * time.Microsecond, 45 * time.Microsecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := newReading(history.Header{})
			const welcome = time.Second
			g.take(&history.Record{Kind: history.Dial, At: 1, User: "u1", Session: "u1.s1", Dialled: &history.Dialled{}})
			g.take(&history.Record{Kind: history.Recv, At: welcome, User: "u1", Session: "u1.s1", Event: &wire.Event{Type: wire.Welcome}})
			g.take(&history.Record{Kind: history.Recv, At: welcome + row.beat, User: "u1", Session: "u1.s1", Event: &wire.Event{Type: wire.Heartbeat}})
			g.take(&history.Record{Kind: history.Send, At: welcome + row.next, User: "u1", Session: "u1.s1", Event: &wire.Event{Type: "ping"}})
			g.take(&history.Record{Kind: history.Recv, At: welcome + row.next + 1, User: "u1", Session: "u1.s1", Event: &wire.Event{Type: wire.Pong}})
			if script := done(g.finish()); row.idles {
				assert.Contains(t, script, "u1.s1: idle")
			} else {
				assert.NotContains(t, script, "u1.s1: idle")
			}
		})
	}
}
