package html

import (
	"html/template"

	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A shape is how a mark looks: an SVG path from its middle, about 12 pixels wide, and a class for its colour. No
// two things have the same shape, so that nothing is told by colour alone.
type shape struct{ path, class, means string }

// shapes are in the order of the legend.
var shapes = []shape{
	dialled, opened, sent, started, thought, executing, executed, completed, received, ended, failed, exchanged, loggedIn, noted, read,
}

var (
	dialled   = shape{"m-5-6 11 6-11 6v-2l7-4-7-4z", "k-conn", "dial"}
	opened    = shape{"m-5 0a5 5 0 1 0 10 0 5 5 0 1 0-10 0zm2 0a3 3 0 1 1 6 0 3 3 0 1 1-6 0z", "k-conn", "upgraded to a WebSocket"}
	sent      = shape{"m0-6 6 11h-12z", "k-send", "sent by the client"}
	started   = shape{"m-5-6 11 6-11 6z", "k-run", "agent_started"}
	thought   = shape{"m-5 0a5 5 0 1 0 10 0 5 5 0 1 0-10 0z", "k-run", "agent_thinking"}
	executing = shape{"m-5-5h10v10h-10zm2 2v6h6v-6z", "k-run", "tool_executing"}
	executed  = shape{"m-5-5h10v10h-10z", "k-run", "tool_completed"}
	completed = shape{"m0-7 7 7-7 7-7-7z", "k-done", "agent_completed"}
	received  = shape{"m0 5-6-11h12z", "k-recv", "another frame from the server"}
	ended     = shape{"m-2-7h4v14h-4z", "k-conn", "closed by the client"}
	failed    = shape{"m-6-4 2-2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4z", "k-bad", "an error, a break, a close that is not the client's"}
	exchanged = shape{"m-7 0 3-5h8l3 5-3 5h-8z", "k-http", "HTTP exchange"}
	loggedIn  = shape{"m0-6 6 4-2 8h-8l-2-8z", "k-http", "login"}
	noted     = shape{"m-1-5h2v10h-2z", "k-note", "what the suite did or decided"}
	read      = shape{"m-7 5v-4l7-6 7 6v4z", "k-http", "reading of the cloud"}
)

// shapeOf is how a mark looks.
func shapeOf(m evidence.Mark) shape {
	switch m.Kind {
	case history.Dial:
		return dialled
	case history.Open:
		return opened
	case history.Send:
		return sent
	case history.Recv:
		return frame(m)
	case history.Note:
		return noted
	}
	if m.Bad {
		return failed
	}
	switch m.Kind {
	case history.Close:
		return ended
	case history.Login:
		return loggedIn
	case history.Cloud:
		return read
	}
	return exchanged
}

func frame(m evidence.Mark) shape {
	if m.Bad {
		return failed
	}
	switch m.Type {
	case wire.AgentStarted:
		return started
	case wire.AgentThinking:
		return thought
	case wire.ToolExecuting:
		return executing
	case wire.ToolCompleted:
		return executed
	case wire.AgentCompleted:
		return completed
	case wire.AgentError, wire.Error:
		return failed
	}
	return received
}

// An entry explains a shape.
type entry struct {
	Path, Class template.HTMLAttr
	Means       string
}

func legend() (all []entry) {
	for _, s := range shapes {
		all = append(all, entry{template.HTMLAttr(`d="M9 9` + s.path + `"`), template.HTMLAttr(`class="` + s.class + `"`), s.means})
	}
	return all
}
