package refstaging

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever happens, those are remembered who were seen last, with what was kept of them last.
func TestRecentRemembersWhoWasSeenLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var forgotten, lost []int
		r := newRecent(func(v int) { forgotten = append(forgotten, v) })
		r.most = rapid.IntRange(1, 4).Draw(t, "most")
		user := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
		held := map[string]int{}
		var seen []string // oldest first
		see := func(who string) {
			seen = append(slices.DeleteFunc(seen, func(other string) bool { return other == who }), who)
		}
		kept := 0
		t.Repeat(map[string]func(*rapid.T){
			"keep": func(t *rapid.T) {
				who := user.Draw(t, "user")
				kept++
				r.keep(who, kept)
				held[who] = kept
				if see(who); len(seen) > r.most {
					lost = append(lost, held[seen[0]])
					delete(held, seen[0])
					seen = seen[1:]
				}
			},
			"of": func(t *rapid.T) {
				who := user.Draw(t, "user")
				assert.Equal(t, held[who], r.of(who))
				if held[who] != 0 {
					see(who)
				}
			},
			"drop": func(t *rapid.T) {
				who := user.Draw(t, "user")
				r.drop(who)
				delete(held, who)
				seen = slices.DeleteFunc(seen, func(other string) bool { return other == who })
			},
			"": func(t *rapid.T) {
				assert.Equal(t, lost, forgotten)
				assert.Len(t, r.byUser, len(held))
				assert.Equal(t, len(held), r.order.Len())
			},
		})
	})
}

// What hangs on a user goes with the user, in every store.
func TestAForgottenUserLeavesNothingBehind(t *testing.T) {
	clock := newClock()
	ids := &idSource{clock: clock}

	known := newThreads(clock, ids)
	known.byUser.most = 2
	require.True(t, known.claim("thread_a", "a"))
	require.True(t, known.claim("thread_b", "b"))
	require.True(t, known.claim("thread_a", "a"), "a is seen again")
	require.True(t, known.claim("thread_c", "c"))
	assert.True(t, known.owns("thread_a", "a"))
	assert.False(t, known.owns("thread_b", "b"))
	assert.Len(t, known.byID, 2)

	registered := newAccounts(clock, ids, nil)
	registered.byEmail.most = 2
	var made []account
	for _, email := range []string{"a@x", "b@x", "c@x"} {
		one, ok := registered.register(email, "secret", "")
		require.True(t, ok)
		made = append(made, one)
		_, ok = registered.find(made[0].id)
		require.True(t, ok, "a is seen again and again")
	}
	_, ok := registered.login("b@x", "secret")
	assert.False(t, ok)
	_, ok = registered.find(made[1].id)
	assert.False(t, ok)
	_, ok = registered.login("c@x", "secret")
	assert.True(t, ok)

	said := newChat()
	said.byUser.most = 1
	said.add(chatMessage{UserID: "a"})
	said.add(chatMessage{UserID: "b"})
	assert.Empty(t, said.of("a", func(chatMessage) bool { return true }))

	booked := newAgentBook()
	booked.byUser.most = 1
	require.True(t, booked.add("a", &bookedAgent{id: "agent"}))
	require.True(t, booked.add("b", &bookedAgent{id: "agent"}))
	assert.Empty(t, booked.list("a", ""))
	assert.Len(t, booked.list("b", ""), 1)
}
