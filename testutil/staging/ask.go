package staging

import (
	"errors"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// An AskOption changes one thing about a prompt.
type AskOption func(*asking)

// asking is what Ask, Execute, Start or Stream was asked for.
type asking struct {
	message  wire.PromptMessage
	intent   history.Intent
	intrudes bool // its thread is another user's
}

// OnThread continues a conversation: the run must stay on the thread, that of an earlier Answer.
func OnThread(id string) AskOption {
	return func(a *asking) { a.message.ThreadID, a.intent.Thread = id, id }
}

// PromptTypes are the types of the messages that start a run (websocket.md 4.1).
var PromptTypes = wire.PromptTypes

// As asks with a message of another type, one of PromptTypes.
func As(wireType string) AskOption { return func(a *asking) { a.message.Type = wireType } }

// ToAgent asks one agent by its name, with an agent_request unless As names another type.
func ToAgent(name string) AskOption {
	return func(a *asking) { a.message.Agent, a.intent.Agent = name, name }
}

// AtRoot puts the content at the root of the frame alone, where September looks for it when there is no
// payload (websocket.md 4.2). October never does, so Ask refuses it there.
func AtRoot() AskOption { return func(a *asking) { a.message.Place = wire.AtRoot } }

// InPayload puts the content into the payload alone.
func InPayload() AskOption { return func(a *asking) { a.message.Place = wire.InPayload } }

// ContentPlaces are the places where a target of the dialect looks for the content of a prompt.
func ContentPlaces(d wire.Dialect) []AskOption {
	if d == wire.October {
		return []AskOption{InPayload()}
	}
	return []AskOption{AtRoot(), InPayload()}
}

// Claiming names another user as the sender, which must not be believed: the run is the asker's.
func Claiming(victim *User) AskOption {
	return func(a *asking) {
		a.message.UserID = victim.Subject()
		a.spoofs(victim, "claims the user id")
	}
}

// UnderRun asks under the run id of another user, which the target must replace (websocket.md 2.4).
func UnderRun(id string, victim *User) AskOption {
	return func(a *asking) {
		a.message.RunID = id
		a.spoofs(victim, "claims a run id")
	}
}

// OnThreadOf asks on another user's thread, which must be refused (websocket.md 4.4).
func OnThreadOf(victim *User, thread string) AskOption {
	return func(a *asking) {
		a.message.ThreadID, a.intrudes = thread, true
		a.spoofs(victim, "asks on a thread")
		a.intent.Expect = history.Failure
	}
}

// ExpectFailure declares that the run must end in exactly one error, and why, in words.
func ExpectFailure(why string) AskOption {
	return func(a *asking) { a.intent.Expect, a.intent.Why = history.Failure, why }
}

// SimulateFailure has the agent's tool fail, where the target declares simulated failures
// (docs/reference.md): the run must end in exactly one error. It asks with an agent_request unless As
// names another type. Of Execute, see ExecuteFailing.
func SimulateFailure() AskOption {
	return func(a *asking) {
		a.message.ForceFailure = true
		ExpectFailure("the message asks that the agent fail")(a)
	}
}

// SimulateDelay has the agent rest before it answers, so long that it runs into the target's limit, as
// SimulateFailure does otherwise.
func SimulateDelay(d time.Duration) AskOption {
	return func(a *asking) {
		a.message.SimulateDelay = d
		ExpectFailure(fmt.Sprintf("the message asks that the agent rest for %v", d))(a)
	}
}

// MayBeRefused declares that a target of which nothing is known may answer with an error as well, and why,
// in words. One that declares its shape must not.
func MayBeRefused(why string) AskOption {
	return func(a *asking) { a.intent.Expect, a.intent.Why = history.Tolerated, why }
}

// Abandoning declares that the story means to leave before the outcome.
func Abandoning() AskOption {
	return func(a *asking) { a.intent.Abandon = true }
}

// Together declares that others of the story ask at the same time, and that their runs must overlap.
func Together() AskOption { return func(a *asking) { a.intent.Together = true } }

func newAsking(p prompts.Prompt, opts []AskOption) asking {
	a := asking{
		message: wire.PromptMessage{Content: p.Text},
		intent:  history.Intent{Agent: p.Agent, NeedsTool: p.NeedsTool, Nonce: p.Nonce, Want: p.Want},
	}
	for _, opt := range opts {
		opt(&a)
	}
	if m := &a.message; m.Type == "" && (m.Agent != "" || m.ForceFailure || m.SimulateDelay != 0) {
		m.Type = "agent_request"
	}
	return a
}

// spoofs says whose id is claimed on purpose, and how.
func (a *asking) spoofs(victim *User, how string) {
	a.intent.Spoofs, a.intent.Why = victim.label, how+" of "+victim.label
}

// check refuses a prompt that would be none in the dialect.
func (a *asking) check(d wire.Dialect) error {
	switch {
	case a.message.Type != "" && !wire.PromptType(a.message.Type):
		return fmt.Errorf("a message of type %q starts no run: use one of websocket.md 4.1", a.message.Type)
	case d == wire.October && a.message.Place == wire.AtRoot:
		return errors.New("october reads the content in the payload alone: leave AtRoot out there")
	}
	return nil
}

// failed returns the failure of a run as an error, unless it is what the story wants, or may be: a target
// refuses another user's ids or ignores them.
func (a *asking) failed(given Answer, err *FailedError) (Answer, error) {
	if a.intent.Expect == history.Failure || a.intent.Expect == history.Tolerated || a.intent.Spoofs != "" {
		given.Failure = err
		return given, nil
	}
	return given, err
}
