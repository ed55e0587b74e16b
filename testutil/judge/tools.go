package judge

import (
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// maxPairs bounds the tool pairs of one run that stand open at once.
const maxPairs = 256

// tools pairs tool events by agent and tool. Closed pairs are dropped, so a run keeps only open ones.
func (v *View) tools() {
	e, st := v.Event, v.Stream
	switch e.Type {
	case wire.ToolExecuting:
		st.Executing++
		if i := st.pair(e); i >= 0 {
			st.Tools[i].Open++
			st.Tools[i].Seq = v.Record.Seq
		} else if len(st.Tools) < maxPairs {
			st.Tools = append(st.Tools, Pair{v.word(e.Agent), v.word(e.Tool), 1, v.Record.Seq})
		}
	case wire.ToolCompleted:
		st.Completed++
		i := st.pair(e)
		if i < 0 {
			v.Step.Alone = true
			return
		}
		if st.Tools[i].Open--; st.Tools[i].Open == 0 {
			last := len(st.Tools) - 1
			st.Tools[i] = st.Tools[last]
			st.Tools = st.Tools[:last]
		}
	}
}

// pair finds the open pair that a tool event belongs to, -1 if none does. A name that one of the two
// events leaves out fits any.
func (st *Stream) pair(e *wire.Event) int {
	fits := func(a, b string) bool { return a == "" || b == "" || a == b || strings.EqualFold(a, b) }
	for i, p := range st.Tools {
		if fits(p.Agent, e.Agent) && fits(p.Tool, e.Tool) {
			return i
		}
	}
	return -1
}
