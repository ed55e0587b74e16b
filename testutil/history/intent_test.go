package history_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestWhatAnIntentProvokes(t *testing.T) {
	for name, row := range map[string]struct {
		intent *history.Intent
		want   bool
	}{
		"no intent":                   {nil, false},
		"an ordinary request":         {&history.Intent{Agent: "triage", NeedsTool: true, Together: true, Listens: true}, false},
		"a refusal":                   {&history.Intent{Expect: history.Refused}, true},
		"a status":                    {&history.Intent{Expect: "500"}, true},
		"an error that may be":        {&history.Intent{Expect: history.Tolerated}, true},
		"good after a burst of bad":   {&history.Intent{Recovers: true}, true},
		"in the place of one's own":   {&history.Intent{Freed: true}, true},
		"a user who is somebody else": {&history.Intent{Spoofs: "u2"}, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, row.want, row.intent.Provokes()) })
	}
}
