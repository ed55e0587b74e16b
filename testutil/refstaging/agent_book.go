package refstaging

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// agentsPerUser bounds what one user can make the book remember.
const agentsPerUser = 100

// agentBook knows the agents that were started over REST, and how each kind has fared.
type agentBook struct {
	mu     sync.Mutex
	byUser *recent[[]*bookedAgent] // oldest first
	fared  map[string]*breakerView
}

type bookedAgent struct {
	id, kind, status string
	started, active  time.Time
	messages         int
	cancel           context.CancelFunc
}

func newAgentBook() *agentBook {
	return &agentBook{byUser: newRecent[[]*bookedAgent](nil), fared: make(map[string]*breakerView)}
}

// add books an agent; not ok when the user has one of that id that is still running.
func (b *agentBook) add(user string, booked *bookedAgent) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := b.byUser.of(user)
	if i := slices.IndexFunc(own, func(a *bookedAgent) bool { return a.id == booked.id }); i >= 0 {
		if own[i].status == "running" {
			return false
		}
		own = slices.Delete(own, i, i+1)
	}
	if len(own) >= agentsPerUser {
		own = slices.Delete(own, 0, 1)
	}
	b.byUser.keep(user, append(own, booked))
	return true
}

// finish sets the status of a running agent and reports whether it was running.
func (b *agentBook) finish(user, id, status string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, booked := range b.byUser.of(user) {
		if booked.id == id && booked.status == "running" {
			booked.status, booked.active = status, now
			booked.cancel()
			return true
		}
	}
	return false
}

// breakerView is how a kind of agent has fared. The breaker never opens: nothing here fails for long.
type breakerView struct {
	State       string  `json:"state"`
	Failures    int     `json:"failure_count"`
	Successes   int     `json:"success_count"`
	LastFailure *string `json:"last_failure_time"`
	NextAttempt *string `json:"next_attempt_time"`
}

func (b *agentBook) count(kind string, now time.Time, success bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kind = strings.ToLower(kind)
	if !slices.Contains(fixtures.AgentNames, kind) {
		return // a made-up kind must not make the book grow
	}
	if b.fared[kind] == nil {
		b.fared[kind] = &breakerView{State: "CLOSED"}
	}
	if success {
		b.fared[kind].Successes++
		return
	}
	b.fared[kind].Failures++
	b.fared[kind].LastFailure = new(now.Format(zuluMicros))
}

func (b *agentBook) breaker(kind string) breakerView {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.fared[kind]; known != nil {
		return *known
	}
	return breakerView{State: "CLOSED"}
}

func (b *backend) breakerStatus(w http.ResponseWriter, r *http.Request, _ Identity) {
	kind := strings.ToLower(r.PathValue("name"))
	if !slices.Contains(fixtures.AgentNames, kind) {
		b.fail(w, http.StatusNotFound, http.StatusNotFound, notFound(kind))
		return
	}
	answer(w, http.StatusOK, b.agents.breaker(kind))
}

// agentAction is the answer to start, stop and cancel.
type agentAction struct {
	Success   bool   `json:"success"`
	AgentID   string `json:"agent_id"`
	Action    string `json:"action"`
	Message   string `json:"message"`
	Timestamp string `json:"timestamp"`
}

// startAgent runs an agent in the background. A user_id in the body is not believed.
func (b *backend) startAgent(w http.ResponseWriter, r *http.Request, user Identity) {
	asked, ok := readBody(w, r)
	if !ok {
		return
	}
	message, kind := asked.required("message"), asked.optional("agent_type", "triage")
	id := firstText(asked.optional("agent_id", ""), "agent-"+uuid.NewString())
	asked.dict("context")
	if !asked.valid(w) {
		return
	}
	reply := agentAction{AgentID: id, Action: "start", Timestamp: b.clock.now().Format(zuluMicros)}
	switch _, known := b.runs.lookup(kind); {
	case !known:
		reply.Message = notFound(kind)
	case !b.startBooked(user.UserID, id, kind, message):
		reply.Message = "Agent " + id + " is running already"
	default:
		reply.Success, reply.Message = true, "Agent "+kind+" started"
	}
	answer(w, http.StatusOK, reply)
}

func (b *backend) startBooked(user, id, kind, message string) bool {
	now := b.clock.now()
	ctx, cancel := context.WithCancel(b.runs.ctx)
	booked := &bookedAgent{id: id, kind: kind, status: "running", started: now, active: now, messages: 1, cancel: cancel}
	if !b.agents.add(user, booked) {
		cancel()
		return false
	}
	started := b.tasks.start("agent", func() {
		defer cancel() // also of an agent that the book has forgotten
		status := "completed"
		if _, err := b.answerOf(ctx, kind, message, simulation{}); err != nil {
			status = "failed"
		}
		b.agents.finish(user, id, status, b.clock.now())
	})
	if !started {
		cancel()
	}
	return started
}

func (b *backend) endAgent(action, status string) userRoute {
	return func(w http.ResponseWriter, r *http.Request, user Identity) {
		asked, ok := readBody(w, r)
		if !ok {
			return
		}
		id := asked.required("agent_id")
		if !asked.valid(w) {
			return
		}
		now := b.clock.now()
		reply := agentAction{AgentID: id, Action: action, Timestamp: now.Format(zuluMicros), Message: "No running agent has the id " + id}
		if b.agents.finish(user.UserID, id, status, now) {
			reply.Success, reply.Message = true, "Agent "+id+" "+status
		}
		answer(w, http.StatusOK, reply)
	}
}

type agentView struct {
	ID       string `json:"agent_id"`
	Status   string `json:"status"`
	Kind     string `json:"agent_type"`
	Started  string `json:"start_time"`
	Active   string `json:"last_activity"`
	Messages int    `json:"message_count"`
}

func (b *backend) agentStatus(w http.ResponseWriter, r *http.Request, user Identity) {
	answer(w, http.StatusOK, b.agents.list(user.UserID, r.URL.Query().Get("agent_id")))
}

// list shows a user's agents, or the one that is named.
func (b *agentBook) list(user, id string) []agentView {
	b.mu.Lock()
	defer b.mu.Unlock()
	views := []agentView{}
	for _, a := range b.byUser.of(user) {
		if id == "" || a.id == id {
			views = append(views, agentView{a.id, a.status, a.kind, a.started.Format(zuluMicros), a.active.Format(zuluMicros), a.messages})
		}
	}
	return views
}
