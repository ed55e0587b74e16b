package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// Who waits for a reply goes on with that, and with nothing else that comes meanwhile.
func TestAWaitEndsWithItsReply(t *testing.T) {
	stray := &wire.Event{Type: wire.AgentStarted, RunID: "run_of_nobody"}
	for what, row := range map[string]struct{ other, reply *wire.Event }{
		"ping":           {stray, &wire.Event{Type: wire.Pong}},
		"heartbeat":      {&wire.Event{Type: wire.Error}, &wire.Event{Type: wire.HeartbeatAck}},
		"connect":        {&wire.Event{Type: wire.SystemMessage, Status: "degraded"}, &wire.Event{Type: wire.SystemMessage, Status: "connected"}},
		"disconnect":     {&wire.Event{Type: wire.Ack}, &wire.Event{Type: wire.SystemMessage, Status: "disconnect_acknowledged"}},
		"typing_started": {stray, &wire.Event{Type: wire.SystemMessage, Status: "typing_acknowledged"}},
		"wrong":          {stray, &wire.Event{Type: wire.Error}},
		"wrong, unknown": {&wire.Event{Type: wire.Pong}, &wire.Event{Type: wire.Ack}},
		"given up":       {stray, nil},
	} {
		t.Run(what, func(t *testing.T) {
			g := newReading(history.Header{})
			take := func(at time.Duration, kind history.Kind, e *wire.Event, i *history.Intent) {
				g.take(&history.Record{Kind: kind, At: at * time.Second, User: "u1", Session: "u1.s1", Event: e, Intent: i, Dialled: &history.Dialled{}, Note: &history.Remark{Topic: history.TopicGaveUp}})
			}
			take(1, history.Dial, nil, nil)
			take(2, history.Recv, &wire.Event{Type: wire.Welcome}, nil)
			if _, plain := controls[what]; plain {
				take(3, history.Send, &wire.Event{Type: what}, nil)
			} else {
				take(3, history.Send, nil, &history.Intent{Expect: history.Failure, Why: staging.Provocations[0].Name})
			}
			take(4, history.Recv, row.other, nil)
			assert.Equal(t, time.Duration(0), g.Acts[1].End, "not yet")
			if row.reply != nil {
				take(5, history.Recv, row.reply, nil)
			} else {
				take(5, history.Note, nil, nil)
			}
			assert.Equal(t, 5*time.Second, g.Acts[1].End)
		})
	}
}
