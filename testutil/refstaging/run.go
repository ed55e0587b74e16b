package refstaging

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// runs executes agents. A run belongs to a user, not to a session: it goes on when the session that
// asked for it ends, and ends with the server.
type runs struct {
	ctx     context.Context // ends when the server closes
	clock   clock
	ids     *idSource
	tasks   *tasks
	threads *threads
	emit    Emit
	lookup  Lookup
	pacing  Pacing
	limit   time.Duration

	working  atomic.Int64 // runs and REST agents
	epilogue []string     // the types of the events that follow a run's end

	mu     sync.Mutex
	owners map[string]string // run id to user
	oldest []string          // the same run ids, in the order they came
}

// rememberedRuns bounds the run ids whose owner is known; a run id forgotten since could be taken by
// another user, which touches nothing but that user's own events.
const rememberedRuns = 20_000

// maxID is the longest id that is taken over from a client.
const maxID = 256

type runIDs struct{ thread, run, request string }

type run struct {
	runIDs
	user   Identity
	agent  string // as asked for
	prompt string
	simulation
}

// identify takes over the client's ids or mints them (websocket.md 2.4): a foreign run id is replaced,
// a foreign thread is not ok.
func (r *runs) identify(user, thread, run string) (runIDs, bool) {
	mintedThread, mintedRun, request := r.ids.conversation("chat")
	ids := runIDs{thread: thread, run: run, request: request}
	if thread == "" || len(thread) > maxID {
		ids.thread = mintedThread
	}
	if run == "" || len(run) > maxID || !r.claim(run, user) {
		ids.run = mintedRun
		r.claim(mintedRun, user)
	}
	return ids, r.threads.claim(ids.thread, user)
}

// claim reports whether the run id is the user's, making it so if it is nobody's.
func (r *runs) claim(run, user string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if owner, known := r.owners[run]; known {
		return owner == user
	}
	r.owners[run] = user
	r.oldest = append(r.oldest, run)
	if len(r.oldest) > rememberedRuns {
		delete(r.owners, r.oldest[0])
		r.oldest = r.oldest[1:]
	}
	return true
}

// start executes a run in the background and sends its events to the user's sessions.
func (r *runs) start(run run) {
	r.tasks.start("run", func() { r.execute(run) })
}

var (
	errRunLimit     = errors.New("the run took too long")
	errUnknownAgent = errors.New("the agent is not in the registry")
)

// execute is a whole run with its events and its thread.
func (r *runs) execute(run run) {
	r.threads.say(run.thread, "user", run.prompt)
	event := Event{UserID: run.user.UserID, ThreadID: run.thread, RunID: run.run, RequestID: run.request}
	_, err := r.perform(r.ctx, job{
		agent: run.agent, event: event, emit: r.emit, simulation: run.simulation,
		task:     Task{Prompt: run.prompt, Previous: r.threads.previous(run.thread)},
		conclude: func(answer Answer) { r.threads.conclude(run.thread, answer) },
	})
	if r.ctx.Err() != nil {
		return
	}
	if err != nil {
		failed := event
		failed.Type, failed.Agent, failed.Error = AgentError, r.wireName(run.agent), r.failure(run.agent, err)
		failed.TimedOut = errors.Is(err, errRunLimit)
		r.emit(r.ctx, failed)
	}
	for _, event.Type = range r.epilogue {
		r.emit(r.ctx, event)
	}
}

// job is one execution of an agent.
type job struct {
	agent    string
	task     Task
	event    Event        // carries the ids that the job's events have
	emit     Emit         // hears the job's events
	conclude func(Answer) // called before the answer is emitted
	simulation
}

// perform runs a job to its end: the answer, errUnknownAgent, errRunLimit, or what else went wrong.
func (r *runs) perform(ctx context.Context, j job) (Answer, error) {
	agent, ok := r.lookup(j.agent)
	if !ok {
		return Answer{}, errUnknownAgent
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.limit, errRunLimit)
	defer cancel()
	r.working.Add(1)
	defer r.working.Add(-1)
	report := &reporter{
		paced: paced{ctx, r.pacing}, clock: r.clock, emit: j.emit, event: j.event,
		root: agent.Name(), conclude: j.conclude, simulation: j.simulation,
	}
	answer, err := agent.Run(ctx, j.task, report)
	if err != nil && errors.Is(context.Cause(ctx), errRunLimit) {
		err = errRunLimit
	}
	return answer, err
}

// wireName is the name that an agent's events carry; an unknown agent keeps the name it was asked by.
func (r *runs) wireName(asked string) string {
	if agent, ok := r.lookup(asked); ok {
		return agent.Name()
	}
	return cut(asked)
}

// failure is the text that a user gets to see of a run's error.
func (r *runs) failure(asked string, err error) string {
	switch {
	case errors.Is(err, errUnknownAgent):
		return notFound(asked)
	case errors.Is(err, errRunLimit):
		return fmt.Sprintf("Agent %s timed out after %v", r.wireName(asked), r.limit)
	}
	return fmt.Sprintf("Agent %s failed: %v", r.wireName(asked), err)
}

func notFound(agent string) string { return fmt.Sprintf("Agent %s not found in registry", cut(agent)) }

// paced makes a run rest; every wait ends with the run.
type paced struct {
	ctx    context.Context
	pacing Pacing
}

func (p paced) rest(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return p.ctx.Err()
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}
