package faults

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// Members of a symptom class look alike to a client that goes everywhere, and not like a deployment without
// any of them.
func TestMembersOfAClassLookAlike(t *testing.T) {
	entries, err := regressions.All()
	require.NoError(t, err)
	classes := map[string][]string{}
	for _, e := range entries {
		if e.Reproducible {
			classes[e.Class] = append(classes[e.Class], e.ID)
		}
	}
	healthy := tour(t)
	for class, members := range classes {
		if len(members) == 1 {
			continue
		}
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			first := tour(t, members[0])
			assert.NotEqual(t, healthy, first, "without the fault")
			for _, other := range members[1:] {
				assert.Equal(t, first, tour(t, other), "%s is not like %s", other, members[0])
			}
		})
	}
}

// tour says what a client sees of all of a deployment, one visit a line: statuses, types of frames and close
// codes, and no texts.
func tour(t *testing.T, ids ...string) string {
	g := invited(t, ids...)
	var seen []string
	note := func(where, what string) { seen = append(seen, where+": "+structure(what)) }
	for _, path := range []string{"/health", "/api/threads", "/api/agents", "/api/health"} {
		note(path, g.ask("GET", path, ""))
	}
	note("auth", g.fetch("GET", g.server.AuthURL()+"/health", "", silence))
	note("wrong form", g.greeted("/ws", "jwt.!"))
	note("encoded", g.greeted("/ws", "jwt-auth", g.encoded()))
	for range 3 {
		note("run", g.run(`{"type":"user_message","content":"Good morning!"}`))
	}
	note("with a tool", g.run(`{"type":"user_message","content":"Analyze the costs of my cloud."}`))
	note("by name", g.run(`{"type":"agent_request","agent":"data","message":"Good morning!"}`))
	note("no agent", g.run(`{"type":"agent_request","agent":"nobody","message":"Good morning!"}`))
	for range 45 { // limits of sessions that are left
		session, instead := g.knock("/ws")
		if session == nil {
			note("again", instead)
			continue
		}
		note("again", session.hear("connection_established"))
		require.NoError(t, session.conn.Close())
	}
	return strings.Join(seen, "\n")
}

// run hears what comes of one message on a session of its own.
func (g *guest) run(message string) string {
	session, instead := g.knock("/ws")
	if session == nil {
		return instead
	}
	defer session.conn.Close()
	if welcome := session.hear("connection_established"); welcome != "connection_established" {
		return welcome
	}
	return session.say(message).outcome()
}

var wording = regexp.MustCompile(`^(\d{3,4}|[a-z_]+)`)

// structure leaves of each part of what a guest saw its status, type or code.
func structure(seen string) string {
	parts := strings.Split(seen, ", ")
	if _, status, found := strings.Cut(seen, " "); found && strings.HasPrefix(strings.TrimSpace(status), "{") {
		parts = parts[:1] // a body, whose commas are its own
	}
	var shape []string
	for _, part := range parts {
		if word := wording.FindString(part); word != "" {
			shape = append(shape, word)
		}
	}
	return fmt.Sprint(shape)
}
