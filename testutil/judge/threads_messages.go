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

// An utterance is what must be among the messages of a thread: a text that was said over REST, or of a
// run its prompt, which quotes the nonce, and its answer, which quotes it or states the figure.
type utterance struct {
	said, ended uint64        // records: what was said, and the end of a run
	at          time.Duration // when it was surely there
	text        string        // "": it is a run
	nonce, want string
}

const (
	// maxTalks bounds how many threads are remembered. Few stories read their threads, and all have some.
	maxTalks = 256
	// maxUtterances bounds what is remembered of one. Longer ones are shown in pages.
	maxUtterances = 50
)

func messagesShown() Hooks {
	talks := map[string][]utterance{} // by thread
	remember := func(thread string, u utterance) {
		list, known := talks[thread]
		switch {
		case thread == "" || len(list) >= maxUtterances:
		case known:
			talks[thread] = append(list, u)
		case len(talks) < maxTalks:
			talks[strings.Clone(thread)] = []utterance{u}
		}
	}
	return Hooks{
		Exchange: func(v *View) {
			x := v.Record.Exchange
			if x.Purpose == history.PurposeArchive {
				delete(talks, threadIn(x))
			}
			if x.Purpose != history.PurposeMessages || v.User == nil || !succeeded(x) || !ordinary(v.Record) || v.closed() {
				return
			}
			fields := object(x)
			switch {
			case fields == nil: // infra/not-the-platform, or cut
			case x.Method == http.MethodPost:
				if u := posted(v, x, fields); u.text != "" {
					remember(threadIn(x), u)
				}
			default:
				readBack(v, x, fields, talks[threadIn(x)])
			}
		},
		Outcome: func(v *View) {
			st, in := v.Stream, &v.Run.Intent
			if st.Session == v.Run.Session && st.Outcome == wire.Completed && in.Nonce != "" && in.Spoofs == "" {
				remember(first(st.ThreadID, v.Run.Thread), utterance{said: v.Run.SentSeq, ended: st.EndSeq, at: st.EndAt, nonce: in.Nonce, want: in.Want})
			}
		},
		Note: func(v *View) {
			if n := v.Record.Note; n != nil && n.Topic == history.TopicRestart {
				clear(talks)
			}
		},
	}
}

// posted judges the answer to a message that was said over REST, and returns what was said.
func posted(v *View, x *history.Exchange, fields map[string]any) utterance {
	u := utterance{said: v.Record.Seq, at: v.Now, text: requested(x, "message")}
	sameMember(v, x, fields, "thread_id", threadIn(x))
	sameMember(v, x, fields, "role", "user")
	sameMember(v, x, fields, "content", u.text)
	return u
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
func readBack(v *View, x *history.Exchange, fields map[string]any, talk []utterance) {
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
	switch n := len(shown.Messages); {
	case later || n >= size:
		return // there is more than this page
	case shown.Total > n: // a target may give shorter pages than it is asked for, but not empty ones
		v.ReportAs(v.Declared() || n == 0, v.Here(), "%s lists %d messages on a page of %d, and counts %d", what(x), n, size, shown.Total)
		return
	}
	is := func(role string, what func(content string) bool) bool {
		return slices.ContainsFunc(shown.Messages, func(m message) bool { return m.Role == role && what(m.Content) })
	}
	for _, u := range talk {
		switch {
		case u.at > v.moment().Begun:
		case u.text != "":
			if !is("user", func(content string) bool { return content == u.text }) {
				v.Report(v.Here(u.said), "%s lists %d messages, and none of the user says %s", what(x), len(shown.Messages), quote(u.text))
			}
		case !is("user", u.quoted):
			v.ReportAs(v.Declared(), v.Here(u.said), "%s lists %d messages, and none is the user's prompt with reference %s", what(x), len(shown.Messages), u.nonce)
		case !is("assistant", u.answered):
			v.ReportAs(v.Declared(), v.Here(u.said, u.ended), "%s lists %d messages, and none is the answer to the prompt with reference %s", what(x), len(shown.Messages), u.nonce)
		}
	}
}

func (u utterance) quoted(content string) bool { return strings.Contains(content, u.nonce) }

func (u utterance) answered(content string) bool {
	return u.quoted(content) || u.want != "" && states(content, u.want)
}
