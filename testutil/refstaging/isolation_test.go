package refstaging_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A hundred users with overlapping runs on two sessions each: both sessions see all and only the
// user's own events, with answers to the user's own figures.
func TestHundredUsersAtOnce(t *testing.T) {
	s := start(t, refstaging.Config{})
	var group sync.WaitGroup
	var mu sync.Mutex
	owner := map[string]string{} // run to user
	for i := range 100 {
		name := fmt.Sprintf("user-%d", i)
		token := login(t, s, name).access
		group.Go(func() {
			speaker, listener := connect(t, s, token), connect(t, s, token)
			for n := range 3 {
				speaker.send(object{"type": "chat", "content": fmt.Sprintf("Add %d and %d.", 1000*(i+1), n)})
			}
			for _, c := range []*client{speaker, listener} {
				var answers []string
				for len(answers) < 3 {
					frame := c.read()
					assert.Equal(t, "e2e-"+name, frame["user_id"])
					mu.Lock()
					if run := frame["run_id"].(string); owner[run] == "" {
						owner[run] = name
					}
					assert.Equal(t, name, owner[frame["run_id"].(string)])
					mu.Unlock()
					if outcome(frame) {
						answers = append(answers, frame["final_response"].(string))
					}
				}
				slices.Sort(answers)
				for n := range 3 {
					assert.True(t, slices.ContainsFunc(answers, func(a string) bool { return strings.HasSuffix(a, fmt.Sprintf(" is %d.", 1000*(i+1)+n)) }))
				}
			}
		})
	}
	group.Wait()
	assert.Len(t, owner, 300)
}

// Claimed ids of another user are refused, replaced or ignored.
func TestClaimedIdentities(t *testing.T) {
	s := start(t, refstaging.Config{})
	ann, bob := login(t, s, "ann").access, login(t, s, "bob").access
	hers, his := connect(t, s, ann), connect(t, s, bob)
	hers.send(object{"type": "chat", "content": "Add 1 and 2.", "thread_id": "thread_ann", "run_id": "run_ann"})
	hers.readUntil(outcome)

	his.send(object{"type": "chat", "content": "Add 3 and 4.", "thread_id": "thread_ann"})
	assert.Equal(t, object{"type": "error", "message": "Access denied to thread"}, his.read())

	his.send(object{"type": "execute_agent", "content": "Add 3 and 4.", "user_id": "e2e-ann", "run_id": "run_ann", "payload": object{"content": "Add 3 and 4.", "user_id": "e2e-ann", "run_id": "run_ann"}})
	for _, frame := range his.readUntil(outcome) {
		assert.Equal(t, "e2e-bob", frame["user_id"])
		assert.NotEqual(t, "run_ann", frame["run_id"])
	}
	hers.send(object{"type": "ping"})
	assert.Equal(t, "pong", hers.read()["type"], "she has heard nothing of it")

	for _, tt := range [][2]string{{"GET", ""}, {"PUT", ""}, {"DELETE", ""}, {"GET", "/messages"}, {"POST", "/messages"}} {
		r := call(t, tt[0], s.APIURL()+"/api/threads/thread_ann"+tt[1], bearer(bob), object{"message": "x"})
		require.Equal(t, 403, r.status, tt)
		assert.Equal(t, object{"status_code": 403.0}, r.json["details"])
	}
	assert.Equal(t, 200, call(t, "GET", s.APIURL()+"/api/threads/thread_ann", bearer(ann), nil).status)
	assert.NotContains(t, call(t, "GET", s.APIURL()+"/api/threads", bearer(bob), nil).text, "thread_ann")
}

func TestChatMessagesOfOthersAreNotShown(t *testing.T) {
	s := start(t, refstaging.Config{})
	ann, bob := login(t, s, "ann").access, login(t, s, "bob").access
	url := s.APIURL() + "/api/chat/messages"
	r := call(t, "POST", url, bearer(ann), object{"content": "secret", "thread_id": "t1"})
	require.Equal(t, 200, r.status)
	id := r.json["message"].(object)["id"].(string)
	for _, query := range []string{"", "?thread_id=t1"} {
		assert.Equal(t, 1.0, call(t, "GET", url+query, bearer(ann), nil).json["total_count"])
		assert.Equal(t, 0.0, call(t, "GET", url+query, bearer(bob), nil).json["total_count"])
	}
	assert.Equal(t, 200, call(t, "GET", url+"/"+id, bearer(ann), nil).status)
	assert.Equal(t, 404, call(t, "GET", url+"/"+id, bearer(bob), nil).status)
}
