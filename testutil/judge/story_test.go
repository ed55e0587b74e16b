package judge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A story builds a history as the client would record it, with frames of the normative shape.
type story struct {
	header  history.Header
	records []*history.Record
	at      time.Duration
	step    time.Duration // between two records
	users   []*person
	events  int
}

var storyStart = time.Date(2025, 9, 17, 10, 0, 0, 0, time.UTC)

func newStory() *story {
	return &story{
		step: 10 * time.Millisecond,
		header: history.Header{
			Version: history.Version, Story: "TestStagingOfTheJudge", Attempt: 1, Start: storyStart,
			Target: history.Target{
				Kind: "embedded", API: "http://127.0.0.1:1", Auth: "http://127.0.0.1:2", WebSocket: "ws://127.0.0.1:1/ws",
				Dialect: "auto", Shape: "september", Abilities: []string{history.ExactAnswers},
			},
			Budgets: fixtures.EmbeddedBudgets(),
		},
	}
}

// auto makes the target one that declares nothing, as a real staging may.
func (s *story) auto() *story {
	s.header.Target.Shape, s.header.Target.Abilities = "auto", nil
	return s
}

func (s *story) add(r *history.Record) *history.Record {
	s.at += s.step
	r.Seq, r.At, r.Wall = uint64(len(s.records)+1), s.at, storyStart.Add(s.at)
	s.records = append(s.records, r)
	return r
}

// wait lets time pass.
func (s *story) wait(d time.Duration) *story {
	s.at += d
	return s
}

func (s *story) note(topic, text string) *history.Record {
	return s.add(&history.Record{Kind: history.Note, Note: &history.Remark{Topic: topic, Text: text}})
}

// end closes the history in order.
func (s *story) end() *story {
	s.note(history.TopicEnd, "")
	return s
}

func (s *story) http(x history.Exchange, in *history.Intent) *history.Record {
	return s.add(&history.Record{Kind: history.HTTP, Exchange: &x, Intent: in})
}

// get is a healthy exchange that a test changes.
func get(path, body string) history.Exchange {
	return history.Exchange{
		Purpose: history.PurposeThreads, Method: http.MethodGet, URL: "http://127.0.0.1:1" + path, Bearer: true,
		Status: 200, Header: map[string]string{"Content-Type": "application/json"}, Body: body, Took: 3 * time.Millisecond,
	}
}

// A person is a user of a story.
type person struct {
	*story
	label, email, subject string
	sessions              []*conn
	prompts               int
	dials                 int
}

// user logs a fresh user in.
func (s *story) user() *person {
	n := len(s.users) + 1
	local := fmt.Sprintf("go-20250917-%012d", n*7919)
	u := &person{story: s, label: fmt.Sprintf("u%d", n), email: local + "@staging.netrasystems.ai", subject: "e2e-" + local}
	s.users = append(s.users, u)
	x := get("/auth/e2e/test-auth", fmt.Sprintf(`{"access_token":"[redacted]","token_type":"Bearer","expires_in":1800,"user":{"id":%q,"email":%q}}`, u.subject, u.email))
	x.Purpose, x.Method, x.Bearer = history.PurposeLogin, http.MethodPost, false
	u.http(x, nil)
	u.login("simulation")
	return u
}

func (u *person) http(x history.Exchange, in *history.Intent) *history.Record {
	r := u.story.http(x, in)
	r.User = u.label
	return r
}

func (u *person) login(method string) *history.Record {
	now := storyStart.Add(u.at).Truncate(time.Second)
	return u.add(&history.Record{Kind: history.Login, User: u.label, Login: &history.Identity{
		Email: u.email, Method: method, Subject: u.subject, Issued: now, Expires: now.Add(30 * time.Minute), ExpiresIn: 30 * time.Minute,
	}})
}

// A conn is a session of a story.
type conn struct {
	*person
	label string
	open  bool
	ids   int
}

func (u *person) dial(in *history.Intent) *conn {
	u.dials++
	c := &conn{person: u, label: fmt.Sprintf("%s.s%d", u.label, u.dials)}
	u.add(&history.Record{Kind: history.Dial, User: u.label, Session: c.label, Intent: in, Dialled: &history.Dialled{URL: "ws://127.0.0.1:1/ws", Offered: []string{"jwt-auth", "jwt.[redacted]"}}})
	return c
}

func (c *conn) opened() *conn {
	c.add(&history.Record{Kind: history.Open, User: c.person.label, Session: c.label, Opened: &history.Opened{Subprotocol: "jwt-auth", Took: time.Millisecond}})
	return c
}

func (c *conn) welcomed(edits ...edit) *conn {
	c.open = true
	c.sessions = append(c.sessions, c)
	c.recv(welcomeFrame(c), "", edits...)
	return c
}

func welcomeFrame(c *conn) obj {
	return obj{
		"type": "connection_established", "timestamp": c.now(), "server_id": nil, "correlation_id": nil,
		"data": obj{
			"mode": "main", "user_id": c.subject[:min(8, len(c.subject))] + "...",
			"connection_id": "main_" + fmt.Sprintf("%08x", len(c.records)), "timestamp": "2025-09-17T10:00:00.210+00:00",
			"features": obj{"agent_orchestration": true},
		},
	}
}

// connect is a session that is ready.
func (u *person) connect() *conn { return u.dial(nil).opened().welcomed() }

// obj is a JSON object.
type obj = map[string]any

// An edit changes a frame before it is sent.
type edit func(obj)

// set sets the member at a dotted path.
func set(path string, value any) edit {
	return func(o obj) {
		parts := strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			o = o[p].(obj)
		}
		o[parts[len(parts)-1]] = value
	}
}

// del removes the members at dotted paths.
func del(paths ...string) edit {
	return func(o obj) {
		for _, path := range paths {
			at := o
			parts := strings.Split(path, ".")
			for _, p := range parts[:len(parts)-1] {
				at, _ = at[p].(obj)
			}
			delete(at, parts[len(parts)-1])
		}
	}
}

func (s *story) now() float64 { return float64(storyStart.Add(s.at).UnixMicro()) / 1e6 }

func render(o any) string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// recv is a frame that arrives at this session.
func (c *conn) recv(o obj, run string, edits ...edit) *history.Record {
	for _, e := range edits {
		e(o)
	}
	return c.raw(render(o), run)
}

func (c *conn) raw(frame, run string) *history.Record {
	r := &history.Record{Kind: history.Recv, User: c.person.label, Session: c.label, Run: run, Frame: frame}
	decode(r)
	return c.add(r)
}

func decode(r *history.Record) {
	read := wire.Decode
	if r.Kind == history.Send {
		read = wire.DecodeSent
	}
	event, err := read(r.Frame)
	if err != nil {
		r.Event, r.Unreadable = nil, err.Error()
		return
	}
	r.Event = &event
}

func (c *conn) send(o obj, run string, in *history.Intent) *history.Record {
	r := &history.Record{Kind: history.Send, User: c.person.label, Session: c.label, Run: run, Frame: render(o), Intent: in}
	decode(r)
	return c.add(r)
}

// shut closes the session from the client's side.
func (c *conn) shut() *conn {
	return c.ended(history.Closed{By: history.ByClient, Code: 1000})
}

func (c *conn) ended(how history.Closed) *conn {
	c.open = false
	c.sessions = slices.DeleteFunc(c.sessions, func(o *conn) bool { return o == c })
	c.add(&history.Record{Kind: history.Close, User: c.person.label, Session: c.label, Closed: &how})
	return c
}

func (c *conn) settled() *conn {
	r := c.story.note(history.TopicSettled, "")
	r.User, r.Session = c.person.label, c.label
	return c
}
