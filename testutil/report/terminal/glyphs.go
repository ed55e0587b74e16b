package terminal

import (
	"github.com/netra-systems/staging-e2e/testutil/evidence"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A glyph stands for a record in a lane. Where several are in one column, the one with the greatest weight is
// seen.
type glyph struct {
	rune
	says   string
	style  style
	weight int
}

// glyphs are all there are, in the order of the legend.
var glyphs = []glyph{
	{'@', "login", unstyled, 2},
	{'↔', "request", unstyled, 1},
	{'✘', "request failed", red, 6},
	{'⇢', "dial", cyan, 3},
	{'o', "open", cyan, 1},
	{'w', "welcome", green, 3},
	{'→', "sent", cyan, 4},
	{'s', "agent started", unstyled, 2},
	{'t', "thinking", unstyled, 1},
	{'(', "tool executing", unstyled, 2},
	{')', "tool completed", unstyled, 2},
	{'C', "agent completed", green, 4},
	{'E', "error", red, 5},
	{'←', "other frame", unstyled, 1},
	{'?', "frame that cannot be read", red, 6},
	{'x', "closed by the client", cyan, 4},
	{'X', "ended otherwise", red, 6},
	{'c', "reading of the cloud", unstyled, 1},
	{'·', "note", yellow, 2},
}

func glyphOf(m evidence.Mark) glyph {
	r := runeOf(m)
	for _, g := range glyphs {
		if g.rune == r {
			return g
		}
	}
	return glyph{rune: r}
}

func runeOf(m evidence.Mark) rune {
	switch m.Kind {
	case history.Login:
		return '@'
	case history.HTTP:
		return either(m.Bad, '✘', '↔')
	case history.Dial:
		return '⇢'
	case history.Open:
		return 'o'
	case history.Send:
		return '→'
	case history.Close:
		return either(m.Bad, 'X', 'x')
	case history.Cloud:
		return 'c'
	case history.Recv:
		return frameOf(m)
	}
	return '·'
}

func either(is bool, yes, no rune) rune {
	if is {
		return yes
	}
	return no
}

func frameOf(m evidence.Mark) rune {
	switch m.Type {
	case wire.Welcome:
		return 'w'
	case wire.AgentStarted:
		return 's'
	case wire.AgentThinking:
		return 't'
	case wire.ToolExecuting:
		return '('
	case wire.ToolCompleted:
		return ')'
	case wire.AgentCompleted:
		return 'C'
	case wire.Error, wire.AgentError, wire.AgentDeath, wire.AgentTimeout, wire.ConnectionErr, wire.SystemErr:
		return 'E'
	}
	return either(m.Bad, '?', '←')
}
