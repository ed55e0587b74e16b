package judge

import (
	"fmt"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A book is the threads of one user over REST.
type book struct{ *person }

const oneThread = "thread_0b5c7d3e91"

func (b book) ask(purpose, method, path string, status int, request, body string, in *history.Intent) *history.Record {
	x := get(path, body)
	x.Purpose, x.Method, x.Status, x.Request = purpose, method, status, request
	return b.http(x, in)
}

// makes creates the thread, which is answered with a title.
func (b book) makes(title string) *history.Record {
	return b.ask(history.PurposeThread, "POST", "/api/threads", 200, `{"title":"Costs of May"}`, `{"id":"`+oneThread+`","object":"thread","title":"`+title+`"}`, nil)
}

func (b book) made() *history.Record { return b.makes("Costs of May") }

func (b book) lists(query, body string) *history.Record {
	return b.ask(history.PurposeThreads, "GET", "/api/threads"+query, 200, "", body, nil)
}

func (b book) gets(status int, body string, in *history.Intent) *history.Record {
	return b.ask(history.PurposeThread, "GET", "/api/threads/"+oneThread, status, "", body, in)
}

func (b book) archives(status int) *history.Record {
	return b.ask(history.PurposeArchive, "DELETE", "/api/threads/"+oneThread, status, "", `{"message":"Thread archived successfully"}`, nil)
}

func (b book) says(body string) *history.Record {
	return b.ask(history.PurposeMessages, "POST", "/api/threads/"+oneThread+"/messages", 200, `{"message":"Add 4 and 5"}`, body, nil)
}

func (b book) said() {
	b.says(`{"id":"m1","thread_id":"` + oneThread + `","content":"Add 4 and 5","role":"user"}`)
}

func (b book) reads(thread, query, messages string) {
	body := fmt.Sprintf(`{"messages":[%s],"thread_id":%q,"total":%d}`, messages, thread, strings.Count(messages, `"role"`))
	b.ask(history.PurposeMessages, "GET", "/api/threads/"+thread+"/messages"+query, 200, "", body, nil)
}

func kept(tell func(b book)) func(*story) {
	return func(s *story) { tell(book{s.user()}) }
}

const (
	entry = `{"id":"` + oneThread + `","object":"thread","title":"Costs of May"}`
	heard = `{"id":"m1","role":"user","content":"Add 4 and 5"}`
)

var notFound = &history.Intent{Expect: "404", Why: "archived"}

// shortPage leaves out one message of two.
func shortPage(b book) {
	b.said()
	b.ask(history.PurposeMessages, "GET", "/api/threads/"+oneThread+"/messages", 200, "",
		`{"messages":[{"role":"user","content":"Hello"}],"thread_id":"`+oneThread+`","total":2}`, nil)
}

// runOn is a run whose thread is read afterwards, with these messages.
func runOn(messages func(j *job) string) func(*story) {
	return func(s *story) {
		j := s.user().connect().ask().whole()
		book{j.person}.reads(j.thread, "", messages(j))
		j.shut()
	}
}

// keptRun are the messages of a run.
func keptRun(j *job) string {
	return `{"role":"user","content":"quote ` + j.nonce + `"},{"role":"assistant","content":"It is ` + j.want + ` USD."}`
}

var threadTrials = []trial{
	{name: "a life", tell: kept(func(b book) {
		b.made()
		b.lists("", `[`+entry+`]`)
		b.lists("?limit=5", `[`+entry+`]`)
		b.gets(200, entry, nil)
		b.said()
		b.reads(oneThread, "", heard)
		b.archives(200)
		b.lists("", `[]`)
		b.gets(404, `{}`, notFound)
		b.gets(404, `{}`, nil)
		b.archives(404)
	})},
	{name: "the second login of its owner", tell: func(s *story) {
		a, b := book{s.user()}, book{s.user()}
		b.email, b.subject = a.email, a.subject
		b.login("simulation")
		a.made()
		b.lists("", `[`+entry+`]`)
		b.gets(200, entry, nil)
	}},
	{name: "the second login of its owner does not find it", hard: []string{"threads/listed"}, tell: func(s *story) {
		a, b := book{s.user()}, book{s.user()}
		b.email, b.subject = a.email, a.subject
		b.login("simulation")
		a.made()
		b.gets(404, `{}`, nil)
	}},
	{name: "not another user's", tell: func(s *story) {
		a, b := book{s.user()}, book{s.user()}
		a.made()
		b.lists("", `[]`)
	}},
	{name: "asked for while something was said", tell: kept(func(b book) {
		b.said()
		b.reads(oneThread, "", "")
		b.records[len(b.records)-1].Exchange.Took = time.Second
	})},
	{name: "emptied by archiving", tell: func(s *story) {
		b := book{s.user()}
		b.made()
		b.said()
		b.archives(200)
		c := b.connect()
		j := c.ask(func(in *history.Intent) { in.Thread = oneThread }).whole()
		b.reads(oneThread, "", `{"role":"user","content":"`+j.nonce+`"},{"role":"assistant","content":"`+j.nonce+`"}`)
		c.shut()
	}},
	{name: "a full page", tell: kept(func(b book) {
		b.made()
		b.lists("?limit=1", `[{"id":"another"}]`)
		b.lists("?offset=1", `[]`)
	})},
	{name: "a list that was asked for while it was made", tell: kept(func(b book) {
		b.made()
		b.lists("", `[]`).Exchange.Took = time.Second
	})},
	{name: "archived meanwhile", tell: kept(func(b book) {
		b.made()
		b.archives(200)
		b.lists("", `[`+entry+`]`).Exchange.Took = time.Second
	})},
	{name: "archived, or not", hard: []string{"infra/unavailable"}, tell: kept(func(b book) {
		b.made()
		b.archives(504)
		b.lists("", `[]`)
	})},
	{name: "a prompt opens it again", tell: func(s *story) {
		b := book{s.user()}
		b.made()
		b.archives(200)
		c := b.connect()
		c.ask(func(in *history.Intent) { in.Thread = oneThread }).whole()
		b.lists("", `[`+entry+`]`)
		c.shut()
	}},
	{name: "renamed", tell: kept(func(b book) {
		b.made()
		renamed := `{"id":"` + oneThread + `","title":"Costs of June"}`
		b.ask(history.PurposeThread, "PUT", "/api/threads/"+oneThread, 200, `{"title":"Costs of June"}`, renamed, nil)
		b.lists("", `[`+renamed+`]`)
	})},
	{name: "lost with a restart", tell: kept(func(b book) {
		b.made()
		b.said()
		b.story.note(history.TopicRestart, "")
		b.lists("", `[]`)
		b.reads(oneThread, "", "")
	})},

	{name: "not listed", hard: []string{"threads/listed"}, about: "lists 0 threads, and not", tell: undeclared(kept(func(b book) {
		b.made()
		b.lists("", `[]`)
	}))},
	{name: "not listed on a page that has room", hard: []string{"threads/listed"}, tell: kept(func(b book) {
		b.made()
		b.lists("?limit=2", `[{"id":"another"}]`)
	})},
	{name: "no list", hard: []string{"threads/listed"}, tell: kept(func(b book) { b.lists("", `{"threads":[]}`) })},
	{name: "another title in the list", hard: []string{"threads/listed"}, tell: kept(func(b book) {
		b.made()
		b.lists("", `[{"id":"`+oneThread+`","title":"New chat"}]`)
	})},
	{name: "another title at once", hard: []string{"threads/listed"}, tell: kept(func(b book) { b.makes("New chat") })},
	{name: "no id", hard: []string{"threads/listed"}, tell: kept(func(b book) {
		b.ask(history.PurposeThread, "POST", "/api/threads", 200, `{}`, `{"object":"thread"}`, nil)
	})},
	{name: "another thread", hard: []string{"threads/listed"}, tell: kept(func(b book) {
		b.made()
		b.gets(200, `{"id":"another","title":"Costs of May"}`, nil)
	})},
	{name: "not found", hard: []string{"threads/listed"}, about: "does not find the thread that u1 made", tell: kept(func(b book) {
		b.made()
		b.gets(404, `{}`, nil)
	})},
	{name: "a thread of nobody is not found", hard: []string{"infra/component-missing"}, tell: kept(func(b book) { b.gets(404, `{}`, nil) })},
	{name: "a thread of nobody is not found, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(kept(func(b book) { b.gets(404, `{}`, nil) }))},
	{name: "messages of nobody's thread are not found, nothing declared", soft: []string{"infra/component-missing"}, tell: undeclared(kept(func(b book) {
		b.ask(history.PurposeMessages, "GET", "/api/threads/"+oneThread+"/messages?limit=100", 404, "", `{}`, nil)
	}))},
	{name: "not found, nothing declared", hard: []string{"threads/listed"}, tell: undeclared(kept(func(b book) {
		b.made()
		b.gets(404, `{}`, nil)
	}))},
	{name: "threads cannot be asked for, nothing declared", hard: []string{"infra/component-missing"}, tell: undeclared(kept(func(b book) { b.gets(405, `{}`, nil) }))},
	{name: "threads cannot be made, nothing declared", hard: []string{"infra/component-missing"}, tell: undeclared(kept(func(b book) {
		b.ask(history.PurposeThread, "POST", "/api/threads", 404, `{"title":"Costs of May"}`, `{"detail":"Not Found"}`, nil)
	}))},
	{name: "listed twice", hard: []string{"threads/listed"}, about: "2 times", tell: kept(func(b book) {
		b.made()
		b.lists("", `[`+entry+`,`+entry+`]`)
	})},
	{name: "listed to another user", hard: []string{"isolation/foreign-thread"}, tell: func(s *story) {
		a, b := book{s.user()}, book{s.user()}
		a.made()
		b.lists("", `[`+entry+`]`)
	}},

	{name: "archived and listed", hard: []string{"threads/archived"}, tell: kept(func(b book) {
		b.made()
		b.archives(200)
		b.lists("", `[`+entry+`]`)
	})},
	{name: "archived and listed, nothing declared", soft: []string{"threads/archived"}, tell: undeclared(kept(func(b book) {
		b.made()
		b.archives(200)
		b.lists("", `[`+entry+`]`)
	}))},
	{name: "archived and shown", hard: []string{"threads/archived"}, about: "want 404", tell: kept(func(b book) {
		b.made()
		b.archives(200)
		b.gets(200, entry, notFound)
	})},
	{name: "archived and shown, nothing declared", soft: []string{"threads/archived"}, tell: undeclared(kept(func(b book) {
		b.made()
		b.archives(200)
		b.gets(200, entry, notFound)
	}))},
	{name: "unknown and shown, nothing declared", hard: []string{"infra/unexpected-status"}, tell: undeclared(kept(func(b book) { b.gets(200, entry, notFound) }))},
	{name: "archived and failing", hard: []string{"infra/server-error", "infra/unexpected-status"}, tell: kept(func(b book) {
		b.made()
		b.archives(200)
		b.gets(500, `{}`, notFound)
	})},

	{name: "said and not kept", hard: []string{"threads/messages"}, about: "none of the user says \"Add 4 and 5\"", tell: undeclared(kept(func(b book) {
		b.said()
		b.reads(oneThread, "", "")
	}))},
	{name: "said and changed", hard: []string{"threads/messages"}, tell: kept(func(b book) {
		b.said()
		b.reads(oneThread, "", `{"role":"user","content":"Add 4 and 6"}`)
	})},
	{name: "said by the assistant", hard: []string{"threads/messages"}, tell: kept(func(b book) {
		b.said()
		b.reads(oneThread, "", `{"role":"assistant","content":"Add 4 and 5"}`)
	})},
	{name: "answered with another text", hard: []string{"threads/messages"}, about: "content", tell: undeclared(kept(func(b book) {
		b.says(`{"thread_id":"` + oneThread + `","content":"Add","role":"user"}`)
	}))},
	{name: "answered with another role", hard: []string{"threads/messages"}, about: "role", tell: kept(func(b book) {
		b.says(`{"thread_id":"` + oneThread + `","content":"Add 4 and 5","role":"system"}`)
	})},
	{name: "answered without a thread, nothing declared", soft: []string{"threads/messages"}, about: "without thread_id", tell: undeclared(kept(func(b book) {
		b.says(`{"content":"Add 4 and 5","role":"user"}`)
	}))},
	{name: "the messages of another thread", hard: []string{"threads/messages"}, tell: kept(func(b book) {
		b.ask(history.PurposeMessages, "GET", "/api/threads/"+oneThread+"/messages", 200, "", `{"messages":[],"thread_id":"another"}`, nil)
	})},
	{name: "no messages", hard: []string{"threads/messages"}, tell: kept(func(b book) {
		b.ask(history.PurposeMessages, "GET", "/api/threads/"+oneThread+"/messages", 200, "", `{"thread_id":"`+oneThread+`"}`, nil)
	})},
	{name: "one page of the messages", tell: kept(func(b book) {
		b.said()
		b.reads(oneThread, "?limit=1", `{"role":"user","content":"Hello"}`)
	})},
	{name: "an empty page of one message", hard: []string{"threads/messages"}, about: "counts 1", tell: undeclared(kept(func(b book) {
		b.said()
		b.ask(history.PurposeMessages, "GET", "/api/threads/"+oneThread+"/messages", 200, "", `{"messages":[],"thread_id":"`+oneThread+`","total":1}`, nil)
	}))},
	{name: "a page that is shorter than asked for", hard: []string{"threads/messages"}, about: "counts 2", tell: kept(shortPage)},
	{name: "a page that is shorter than asked for, nothing declared", soft: []string{"threads/messages"}, tell: undeclared(kept(shortPage))},

	{name: "a run on a thread", tell: runOn(keptRun)},
	{name: "a run that is not kept", hard: []string{"threads/messages"}, tell: runOn(func(*job) string { return "" })},
	{name: "a run that is not kept, nothing declared", soft: []string{"threads/messages"}, tell: undeclared(runOn(func(*job) string { return "" }))},
	{name: "a run whose answer is not kept", hard: []string{"threads/messages"}, about: "none is the answer", tell: runOn(func(j *job) string {
		return `{"role":"user","content":"quote ` + j.nonce + `"},{"role":"assistant","content":"Done."}`
	})},
}
