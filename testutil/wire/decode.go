package wire

import (
	"slices"
	"strings"
)

// Decode reads a frame that a server sent, in any dialect, after section 5.1 of the protocol
// reference. The error is a *FrameError, and only for a text that is not one JSON object: everything
// else that is unusual is data. The event's strings may share the frame's memory.
func Decode(frame string) (Event, error) {
	var x index
	if err := x.scan(frame); err != nil {
		return Event{}, err
	}
	var e Event
	e.WireType = x.wireType()
	e.Type = x.canonicalType(e.WireType)
	x.identify(&e)
	x.stamp(&e)
	e.Agent = x.identifier(MemberAgentName, MemberAgent)
	e.Agents = x.find(anArray, MemberAgentsInvolved)
	e.ErrorCode = x.identifier(MemberErrorCode)
	e.Attempt = x.attempt()
	e.Success = x.success()
	e.Duration = x.duration()
	x.describe(&e)
	e.Shape = x.shape(e.Type)
	e.Dialect = x.dialect(&e)
	e.Variant = x.variant(&e)
	return e, nil
}

// DecodeSent reads a frame that a client sent. Every type of section 4.1 that starts a run becomes a
// Prompt. As on a server, data is not consulted. Errors are those of Decode.
func DecodeSent(frame string) (Event, error) {
	var x index
	if err := x.scan(frame); err != nil {
		return Event{}, err
	}
	var e Event
	e.WireType = x.wireType()
	e.Type = e.WireType
	e.Shape = x.shape(e.Type)
	x.forget(inData)
	x.identify(&e)
	x.stamp(&e)
	e.Agent = x.identifier(MemberAgentName, MemberAgent, MemberAgentType)
	if PromptType(e.WireType) {
		e.Type = Prompt
		e.Text = x.promptText()
	}
	return e, nil
}

// PromptTypes are the wire types of the client messages that start a run (section 4.1).
var PromptTypes = []string{
	"user_message", "chat_message", "message", "user", "user_input", "chat",
	"agent_request", "agent", "start_agent", "execute_agent", "EXECUTE_AGENT",
}

// PromptType says whether a client message of this wire type starts a run.
func PromptType(wireType string) bool { return slices.Contains(PromptTypes, wireType) }

func (x *index) wireType() string { return x.string(atRoot, MemberType) }

// string returns the text of a member that is a string at level l; "" otherwise.
func (x *index) string(l level, m Member) string {
	if raw := x.raw(l, m); raw != "" && raw[0] == '"' {
		return unquote(raw)
	}
	return ""
}

// canonicalType names the event: section 5.1, step 1.
func (x *index) canonicalType(wireType string) string {
	name := wireType
	switch name {
	case SystemMessage, "agent_progress", "agent_response_complete":
		name = x.wrapped(name)
	}
	switch name {
	case "reasoning":
		return AgentThinking
	case "agent_failed", "agent_fallback":
		return AgentError
	case "error_message":
		return Error
	case connectionEstablished:
		return Welcome
	}
	if strings.HasSuffix(name, "_"+connectionEstablished) {
		return Welcome
	}
	return name
}

const connectionEstablished = "connection_established"

// wrapped returns the name of the event that a wrapping type carries, or the wrapping type itself.
func (x *index) wrapped(wireType string) string {
	for _, l := range []level{atRoot, inData, inPayload} {
		switch name := x.string(l, MemberEvent); name {
		case AgentStarted, AgentThinking, ToolExecuting, ToolCompleted, AgentCompleted,
			AgentError, connectionEstablished:
			return name
		}
	}
	return wireType
}

// identify reads the ids. A user_id that ends in dots is a prefix, not an id.
func (x *index) identify(e *Event) {
	e.RunID = x.identifier(MemberRunID)
	e.ThreadID = x.identifier(MemberThreadID)
	e.RequestID = x.identifier(MemberRequestID)
	e.TurnID = x.identifier(MemberTurnID)
	e.EventID = x.identifier(MemberEventID)
	e.ConnectionID = x.identifier(MemberConnectionID)
	e.UserID = x.identifier(MemberUserID)
	if e.UserID == "" {
		e.UserID = x.contextUser()
	}
	if prefix, cut := strings.CutSuffix(e.UserID, "..."); cut {
		e.UserID, e.UserPrefix = "", prefix
	}
}

// contextUser is the user of E1's factory form.
func (x *index) contextUser() string {
	raw := within(x.merged(MemberUserContext), MemberUserID)
	if raw == "" || kindOf(raw[0])&(aString|aNumber) == 0 {
		return ""
	}
	return textOf(raw)
}

// describe reads what depends on the type: section 5.1, step 3.
func (x *index) describe(e *Event) {
	switch e.Type {
	case AgentThinking:
		e.Text = textOf(x.find(aString, MemberThought, MemberReasoning, MemberMessage, MemberThinking))
	case ToolExecuting, ToolCompleted:
		e.Tool = x.identifier(MemberTool, MemberToolName, MemberName)
		e.Input = x.findAny(MemberInput, MemberParameters, MemberParams, MemberToolArgs)
		e.Output = x.findAny(MemberOutput, MemberResults, MemberResult)
	case AgentCompleted:
		e.Text = textOf(x.find(anything, MemberResult, MemberFinalResponse, MemberResponse,
			MemberContent, MemberMessage, MemberSummary))
	case Error, AgentError, AgentDeath, AgentTimeout, ConnectionErr, SystemErr:
		e.Text = textOf(x.find(anything&^aBool, MemberErrorMessage, MemberError, MemberMessage))
	case Welcome:
		e.Mode = x.identifier(MemberMode)
	case SystemMessage:
		e.Status = x.identifier(MemberStatus)
	}
}

// promptText is the content of a prompt, in the order of the embedded server (section 4.2): from the
// payload where there is one, else from the root.
func (x *index) promptText() string {
	l := atRoot
	if x.has[atRoot].Has(MemberPayload) {
		l = inPayload
	}
	request := x.raw(l, MemberRequest)
	for _, raw := range []string{
		x.raw(l, MemberContent), x.raw(l, MemberMessage), x.raw(l, MemberText), x.raw(l, MemberUserRequest),
		within(request, MemberQuery), within(request, MemberUserRequest), x.raw(l, MemberQuery),
	} {
		if raw != "" && raw[0] == '"' && !isBlank(raw) {
			return unquote(raw)
		}
	}
	return ""
}
