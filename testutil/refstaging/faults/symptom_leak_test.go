package faults

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatAClientSeesOfLeaks(t *testing.T) {
	const lockedOut = "101, error_message SERVICE_INIT_FAILED, 1011 Service initialization failed"
	afterTwenty := func(g *guest) string {
		for range 20 {
			assert.NoError(g.t, g.welcomed("/ws").conn.Close())
		}
		return g.greeted("/ws")
	}
	seen(t, []sighting{
		{"leak-manager-limit", lockedOut, afterTwenty},
		{"leak-cleanup-ineffective", lockedOut, afterTwenty},
		{"leak-connection-cap", lockedOut, func(g *guest) string {
			for range 10 {
				g.welcomed("/ws")
			}
			return g.greeted("/ws")
		}},
		{"leak-db-pool", "50 are 200, the next is 503, 50 of 50 are in use", func(g *guest) string {
			return g.drained()
		}},
		{"leak-memory-growth", "1006 unexpected EOF", func(g *guest) string {
			first := g.welcomed("/ws")
			for range 60 {
				if session, _ := g.knock("/ws"); session != nil {
					session.conn.Close()
				}
			}
			return first.hear()
		}},
	})
}

// drained asks what needs a connection of the database.
func (g *guest) drained() string {
	const pool = 50
	for range pool - 1 {
		if answer := g.ask("GET", "/api/threads", ""); !strings.HasPrefix(answer, "200") {
			return answer
		}
	}
	next := g.ask("GET", "/api/threads", "")
	if !strings.Contains(g.ask("GET", "/health/database", ""), `"active_connections":50`) {
		return "the pool is well, and the next is " + next[:3]
	}
	return "50 are 200, the next is " + next[:3] + ", 50 of 50 are in use"
}

func TestAnotherUserHasManagersOfHerOwn(t *testing.T) {
	t.Parallel()
	g := invited(t, "leak-manager-limit")
	for range 21 {
		g.greeted("/ws")
	}
	g.logIn("bob")
	assert.Equal(t, "101, connection_established", g.greeted("/ws"))
}
