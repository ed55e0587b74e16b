package judge

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// An utterance is what must be among the messages of a thread: the text itself or, of a run, one that quotes
// the nonce or states the figure.
type utterance struct {
	seq         uint64
	at          time.Duration // when it was surely there
	role, text  string
	nonce, want string
}

// maxUtterances bounds what is remembered of one thread. Longer ones are shown in pages.
const maxUtterances = 50

func messagesShown() Hooks {
	said := map[string][]utterance{} // by thread
	remember := func(thread string, s utterance) {
		list, known := said[thread]
		if thread == "" || len(list) >= maxUtterances || !known && len(said) >= maxThreads {
			return
		}
		said[strings.Clone(thread)] = append(list, s)
	}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if x.Purpose == history.PurposeArchive {
				delete(said, threadIn(x))
			}
			if x.Purpose != history.PurposeMessages || v.User == nil || !succeeded(x) || !ordinary(v.Record) || v.closed() {
				return
			}
			fields := object(x)
			switch {
			case fields == nil: // infra/not-the-platform, or cut
			case x.Method == http.MethodPost:
				if s := posted(v, x, fields); s.text != "" {
					remember(threadIn(x), s)
				}
			default:
				readBack(v, x, fields, said[threadIn(x)])
			}
		},
		Outcome: func(v *View) {
			st, in := v.Stream, v.Run.Intent
			if st.Session != v.Run.Session || st.Outcome != wire.Completed || in.Nonce == "" {
				return
			}
			thread := first(st.ThreadID, v.Run.Thread)
			remember(thread, utterance{seq: v.Run.SentSeq, at: st.EndAt, role: "user", nonce: in.Nonce})
			remember(thread, utterance{seq: st.EndSeq, at: st.EndAt, role: "assistant", nonce: in.Nonce, want: in.Want})
		},
		Note: func(v *View) {
			if n := v.Record.Note; n != nil && n.Topic == history.TopicRestart {
				clear(said)
			}
		},
	}
}

// posted judges the answer to a message that was said over REST, and returns what was said.
func posted(v *View, x *history.Exchange, fields map[string]any) utterance {
	s := utterance{seq: v.Record.Seq, at: v.Now, role: "user", text: requested(x, "message")}
	sameMember(v, x, fields, "thread_id", threadIn(x))
	sameMember(v, x, fields, "role", s.role)
	sameMember(v, x, fields, "content", s.text)
	return s
}

// sameMember reports a text that differs from what was said, and softly one that is not there.
func sameMember(v *View, x *history.Exchange, fields map[string]any, name, want string) {
	switch got := text(fields, name); {
	case want == "" || got == want:
	case got == "":
		v.ReportAs(v.Declared(), v.Here(), "%s answers without %s: %s", what(x), name, quote(x.Body))
	default:
		v.Report(v.Here(), "%s answers with %s %s, want %s", what(x), name, quote(got), quote(want))
	}
}

// A message is one of a thread, as it is shown.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// readBack looks for what was said before the messages were asked for.
func readBack(v *View, x *history.Exchange, fields map[string]any, said []utterance) {
	var shown struct {
		Messages []message `json:"messages"`
		Total    int       `json:"total"`
	}
	if fields["messages"] == nil || json.Unmarshal([]byte(x.Body), &shown) != nil {
		v.Report(v.Here(), "%s answers with no list of messages: %s", what(x), quote(x.Body))
		return
	}
	sameMember(v, x, fields, "thread_id", threadIn(x))
	size, later := pageOf(x, 50)
	if later || len(shown.Messages) >= size || shown.Total > len(shown.Messages) {
		return // there is more than this page
	}
	for _, s := range said {
		if s.at > v.moment().Begun || s.among(shown.Messages) {
			continue
		}
		hard := s.text != "" || v.Declared()
		v.ReportAs(hard, v.Here(s.seq), "%s lists %d messages, and none of role %s with %s", what(x), len(shown.Messages), s.role, quote(first(s.text, s.nonce)))
	}
}

func (s utterance) among(messages []message) bool {
	return slices.ContainsFunc(messages, func(m message) bool {
		if s.text != "" {
			return m.Role == s.role && m.Content == s.text
		}
		return m.Role == s.role && (strings.Contains(m.Content, s.nonce) || s.want != "" && states(m.Content, s.want))
	})
}
