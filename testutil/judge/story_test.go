package judge

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

func render(o obj) string {
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

// A job is a run of a story.
type job struct {
	*conn
	label, run, thread, agent, nonce, want string
	intent                                 history.Intent
}

// ask sends a prompt that needs a tool. change may alter the intent.
func (c *conn) ask(change ...func(*history.Intent)) *job {
	c.ids++
	c.person.prompts++
	n := len(c.records)
	j := &job{
		conn: c, label: fmt.Sprintf("%s.r%d", c.label, c.ids), agent: "Supervisor",
		run: fmt.Sprintf("run_chat_%d_%08x", n, n*7919), thread: fmt.Sprintf("thread_chat_%d_%08x", n, n*7919),
		nonce: fmt.Sprintf("QX7%010d", n*7919+17), want: fmt.Sprint(1000 + n),
	}
	j.intent = history.Intent{NeedsTool: true, Nonce: j.nonce, Want: j.want}
	for _, f := range change {
		f(&j.intent)
	}
	if j.intent.Thread != "" {
		j.thread = j.intent.Thread
	}
	text := fmt.Sprintf("Please add up the monthly storage figures and quote my reference %s in your answer.", j.nonce)
	j.send(obj{
		"type": "user_message", "content": text, "message": text, "thread_id": j.thread,
		"payload": obj{"content": text, "message": text, "thread_id": j.thread, "run_id": j.run, "timestamp": "2025-09-17T10:00:01.000+00:00"},
	}, j.label, &j.intent)
	return j
}

func failing(in *history.Intent) {
	in.Expect, in.Why, in.NeedsTool, in.Want, in.Nonce = history.Failure, "unknown agent", false, "", ""
}

func toolless(in *history.Intent) { in.NeedsTool, in.Want = false, "" }

// by makes the next events those of a nested agent.
func (j *job) by(agent string) *job {
	nested := *j
	nested.agent = agent
	return &nested
}

func (j *job) answer() string {
	return fmt.Sprintf("The sum of the monthly storage figures is %s (reference %s).", j.want, j.nonce)
}

// emit delivers one event to every open session of the user.
func (j *job) emit(kind string, body obj, edits ...edit) *job {
	j.events++
	n := j.events
	for _, c := range slices.Clone(j.sessions) {
		frame := obj{
			"type": kind, "event_id": fmt.Sprintf("evt_%s_%d_%d_%08x", kind, storyStart.UnixMilli(), n, n*7919),
			"user_id": j.subject, "thread_id": j.thread, "run_id": j.run, "request_id": "req" + strings.TrimPrefix(j.run, "run"),
			"agent_name": j.agent, "timestamp": j.now(), "critical": true, "status": statusOf[kind],
			"payload": obj{"agent_name": j.agent}, "data": obj{"agent": j.agent, "status": statusOf[kind]},
		}
		for path, value := range body {
			set(path, value)(frame)
		}
		c.recv(frame, j.label, edits...)
	}
	return j
}

var statusOf = map[string]string{
	wire.AgentStarted: "started", wire.AgentThinking: "thinking", wire.ToolExecuting: "executing",
	wire.ToolCompleted: "completed", wire.AgentCompleted: "completed", wire.AgentError: "error",
}

func (j *job) started(edits ...edit) *job {
	task := "Add up the figures, reference " + j.nonce
	return j.emit(wire.AgentStarted, obj{
		"task_description": task, "payload.task_description": task, "data.message": j.agent + " has started processing your request",
	}, edits...)
}

func (j *job) thinking(edits ...edit) *job {
	thought := "Adding the figures of " + j.nonce + " one by one."
	return j.emit(wire.AgentThinking, obj{
		"thought": thought, "reasoning": thought, "payload.thought": thought, "payload.step_number": 1,
		"data.reasoning": thought, "data.step_number": 1,
	}, edits...)
}

func (j *job) executing(edits ...edit) *job {
	parameters := obj{"limit": 3}
	return j.emit(wire.ToolExecuting, obj{
		"tool_name": "sum_figures", "parameters": parameters, "payload.tool_name": "sum_figures", "payload.parameters": parameters,
		"data.tool_name": "sum_figures", "data.parameters": parameters,
	}, edits...)
}

func (j *job) executed(edits ...edit) *job {
	results := obj{"sum": 697}
	return j.emit(wire.ToolCompleted, obj{
		"tool_name": "sum_figures", "results": results, "success": true, "duration": 0.412,
		"payload.tool_name": "sum_figures", "payload.results": results, "payload.success": true,
		"data.tool_name": "sum_figures", "data.results": results, "data.execution_time_ms": 412,
	}, edits...)
}

func (j *job) completed(edits ...edit) *job { return j.completedWith(j.answer(), edits...) }

func (j *job) completedWith(text string, edits ...edit) *job {
	return j.emit(wire.AgentCompleted, obj{
		"success": true, "final_response": text, "payload.final_response": text, "data.result": text, "data.execution_time_ms": 2290,
	}, edits...)
}

func (j *job) failed(edits ...edit) *job {
	return j.emit(wire.AgentError, obj{"data.error_message": "Agent nobody not found in registry"}, edits...)
}

// unsuccessful is the edit that turns a completion into one of a failure.
var unsuccessful = set("success", false)

// whole is a complete healthy run.
func (j *job) whole() *job {
	return j.started().thinking().executing().executed().completed()
}

// full is a complete healthy run with nested agents (websocket.md 5.4).
func (j *job) full() *job {
	j.started().thinking()
	orchestrator := j.by("WorkflowOrchestrator").started()
	for _, name := range []string{"triage", "data"} {
		agent := j.by(name).started()
		for range 4 {
			agent.thinking()
		}
		agent.executing().executed().completedWith("Step done, with 697 as its result.")
	}
	orchestrator.completedWith("All steps are done, the sum is 697.")
	return j.completed()
}

func (j *job) gaveUp(what string) *job {
	r := j.story.note(history.TopicGaveUp, what)
	r.User, r.Session, r.Run = j.person.label, j.conn.label, j.label
	return j
}

// judged are the findings of the story under the rules.
func (s *story) judged(rules ...Rule) []Finding {
	j := New(s.header, rules...)
	var found []Finding
	for _, r := range s.records {
		found = append(found, j.Observe(r)...)
	}
	return append(found, j.Finish()...)
}

// ids are the ids of the rules that the findings of one class broke.
func ids(found []Finding, hard bool) []string {
	set := map[string]bool{}
	for _, f := range found {
		if f.Hard == hard {
			set[f.Rule] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// A trial is a story and exactly the rules that it breaks.
type trial struct {
	name  string
	tell  func(*story)
	hard  []string
	soft  []string
	about string // a text that a finding's message must hold
	// killed leaves out the note that closes the history.
	killed bool
}

// run tells every trial's story and compares all findings of the standing rules.
func run(t *testing.T, trials []trial) {
	t.Helper()
	for _, try := range trials {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			try.tell(s)
			if !try.killed {
				s.end()
			}
			found := s.judged()
			listing := s.listing(found)
			require.Equal(t, try.hard, orNil(ids(found, true)), "hard findings\n%s", listing)
			require.Equal(t, try.soft, orNil(ids(found, false)), "soft findings\n%s", listing)
			requireProof(t, s, found)
			if try.about != "" {
				require.Contains(t, listing, try.about)
			}
		})
	}
}

func orNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// requireProof checks that findings point to records of the history, in order.
func requireProof(t *testing.T, s *story, found []Finding) {
	t.Helper()
	for _, f := range found {
		require.True(t, slices.IsSorted(f.Records), f.String())
		for _, seq := range f.Records {
			require.NotZero(t, seq, f.String())
			require.LessOrEqual(t, seq, uint64(len(s.records)), f.String())
		}
	}
}

func (s *story) listing(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "  %v %s/%s/%s %v\n", f, f.User, f.Session, f.Run, f.Records)
	}
	return b.String()
}

// timeline is the story as a person reads it, one record a line.
func (s *story) timeline() string {
	var b strings.Builder
	for _, r := range s.records {
		kind := ""
		if r.Event != nil {
			kind = r.Event.Type + " " + r.Event.Agent
		}
		fmt.Fprintf(&b, "  %3d %8s %-5s %-6s %-9s %s\n", r.Seq, r.At, r.Kind, r.Session, r.Run, kind)
	}
	return b.String()
}
