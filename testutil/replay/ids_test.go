package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
)

func TestNamesOfNowStandForThoseOfTheRecording(t *testing.T) {
	var known ids
	known.is("thread_44_e908d9c3", "thread_7_00000000")
	known.is("go-20261123-abc@staging.example", "go-20261124-xyz@staging.example")
	known.is("short", "never")
	for text, want := range map[string]string{
		"/api/threads/thread_44_e908d9c3/messages?limit=100": "/api/threads/thread_7_00000000/messages?limit=100",
		`{"email":"go-20261123-abc@staging.example"}`:        `{"email":"go-20261124-xyz@staging.example"}`,
		"It was thread_44_e908d9c3. Or not.":                 "It was thread_7_00000000. Or not.",
		"thread_44_e908d9c30":                                "thread_44_e908d9c30",
		"a short story":                                      "a short story",
	} {
		assert.Equal(t, want, known.in(text))
	}
}

// A nonce is never used twice, and everywhere replaced by the same other one.
func TestNoncesAreFresh(t *testing.T) {
	var known ids
	old := prompts.NewNonce()
	text := known.in("Please quote my reference " + old + ". Thank you, " + old)
	now := known.in(old)
	assert.NotEqual(t, old, now)
	assert.Equal(t, "Please quote my reference "+now+". Thank you, "+now, text)
}

func TestIDsAreLearntFromAnswers(t *testing.T) {
	var known ids
	known.learn(`{"id":"thread_1_aaaa","status":"running","list":[{"agent_id":"agent_12"},{"agent_id":"agent_13"}],"n":1}`,
		`{"id":"thread_9_bbbb","status":"completed","list":[{"agent_id":"agent_77"}],"n":"x"}`)
	assert.Equal(t, "thread_9_bbbb agent_77 agent_13 running", known.in("thread_1_aaaa agent_12 agent_13 running"))
	known.learn(`{"id":"thread_1_aaaa"}`, `{"id":"thread_0_cccc"}`)
	known.learn(`not JSON`, `{}`)
	assert.Equal(t, "thread_9_bbbb", known.in("thread_1_aaaa"), "the first word counts")
	assert.Equal(t, []string{"thread_1_aaaa"}, names(`{"id":"thread_1_aaaa","title":"Notes on storage","status":"running"}`))
}
