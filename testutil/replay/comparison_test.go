package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestComparisonsSayWhatIsNotTheSame(t *testing.T) {
	a1, a2, a3, b1 := Breach{"a/x", "u1"}, Breach{"a/x", "u2"}, Breach{"a/x", "u3"}, Breach{"b/y", "u1"}
	const chance = "f, s: the same but for chance: 2 replays do not agree either on where it happens; "
	for name, c := range map[string]struct {
		Comparison
		outcome Outcome
		says    string
	}{
		"the same":               {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a1}}}, Held, "f, s: the same"},
		"the same at last":       {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{b1}, {a1}}}, Held, "f, s: the same; in another replay alone: b/y"},
		"green":                  {Comparison{Again: [][]Breach{nil}}, Held, "f, s: the same"},
		"other users, by chance": {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a2}, {a3}}}, HeldByChance, chance + "lost: a/x u1; new: a/x u2"},
		"more, by chance":        {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a1, b1}, {a1, b1}}, Where: []string{"a/x u1.s1", "a/x u1.s2"}}, HeldByChance, chance + "new: b/y u1"},
		"more, always":           {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a1, b1}, {a1, b1}}, Where: []string{"a/x u1.s1", "a/x u1.s1"}}, NotHeld, "f, s: new: b/y u1"},
		"more, of another part":  {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a1, {"b/y", "u9"}}}, Where: []string{"a", "b"}}, NotHeld, "f, s: new: b/y u9"},
		"less, by chance":        {Comparison{Recorded: []Breach{a1, b1}, Again: [][]Breach{{a1}, {a1}}, Where: []string{"a/x u1.s1", "a/x u1.s2"}}, NotHeld, "f, s: lost: b/y u1"},
		"of another part":        {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{{"a/x", "u9"}}, {{"a/x", "u8"}}}}, NotHeld, "f, s: lost: a/x u1; new: a/x u9"},
		"nobody's":               {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{{"a/x", ""}}, {a2, b1}}}, NotHeld, "f, s: lost: a/x u1; new: a/x; in another replay alone: b/y"},
		"other users, always":    {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a2}, {a2}}}, NotHeld, "f, s: lost: a/x u1; new: a/x u2"},
		"other users, once":      {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a2}}}, NotHeld, "f, s: lost: a/x u1; new: a/x u2"},
		"another rule":           {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{b1}, nil}}, NotHeld, "f, s: lost: a/x u1; in another replay alone: b/y"},
		"a rule less":            {Comparison{Recorded: []Breach{a1, b1}, Again: [][]Breach{{a1}}}, NotHeld, "f, s: lost: b/y u1"},
		"red without the fault":  {Comparison{Again: [][]Breach{nil}, Healthy: []Breach{b1}}, NotHeld, "f, s: red without the fault: b/y u1"},
		"not told again":         {Comparison{Again: [][]Breach{nil}, Missing: []string{"the cloud"}}, NotHeld, "f, s: not told again: the cloud"},
		"by chance, and not healthy": {Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a2}, {a3}}, Healthy: []Breach{b1}}, NotHeld,
			"f, s: lost: a/x u1; new: a/x u2; red without the fault: b/y u1"},
	} {
		t.Run(name, func(t *testing.T) {
			c.Fault, c.Story = "f", "s"
			c.alike = func(a, b string) bool { return a != "" && b != "" && a < "u5" && b < "u5" }
			assert.Equal(t, c.outcome, c.Outcome())
			assert.Equal(t, c.says, c.String())
		})
	}
	undone := Comparison{Story: "s", Recorded: []Breach{a1}, Again: [][]Breach{{b1}, {a1}}}
	assert.Equal(t, NotHeld, undone.Outcome(), "of no fault")
	more := Comparison{Recorded: []Breach{a1}, Again: [][]Breach{{a1, b1}, {a1, b1}}, Where: []string{"a/x u1.s1", "a/x u1.s2"}}
	assert.Equal(t, NotHeld, more.Outcome(), "of no fault")
	assert.Less(t, distance([]Breach{a1}, []Breach{a2}), distance([]Breach{a1}, []Breach{b1}))
}

// Users play the same part who did the same as far as both came.
func TestPartsAreWhatUsersDo(t *testing.T) {
	login := func(u string) *Act { return &Act{User: u, What: whatLogin} }
	on := func(session, what string) *Act { return &Act{User: userOf(session), Session: session, What: what} }
	s := &Script{Acts: []*Act{
		login("u1"), login("u2"), login("u3"), login("u4"), login("u5"),
		on("u1.s1", whatDial), on("u2.s1", whatDial), on("u3.s1", whatDial), on("u4.s1", whatDial),
		on("u1.s1", whatAsk), on("u2.s1", whatAsk), on("u4.s1", whatSay+" ping"),
		on("u2.s1", whatSettle), on("u2.s1", whatLeave),
	}}
	assert.True(t, s.alike("u1", "u2"), "how they left does not matter")
	assert.True(t, s.alike("u2", "u3"), "the one did not come so far")
	assert.False(t, s.alike("u1", "u4"), "they said different things")
	assert.False(t, s.alike("u1", "u5"), "a login is no part")
	assert.False(t, s.alike("u5", "u5"))
	assert.False(t, s.alike("", ""))
}
