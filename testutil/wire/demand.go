package wire

// eventKind numbers the events that have a documented shape: the five, and agent_error.
type eventKind int

const (
	started eventKind = iota
	thinking
	executing
	executed
	completed
	agentFailed
	eventKinds
)

func kindOfEvent(canonical string) (kind eventKind, ok bool) {
	switch canonical {
	case AgentStarted:
		return started, true
	case AgentThinking:
		return thinking, true
	case ToolExecuting:
		return executing, true
	case ToolCompleted:
		return executed, true
	case AgentCompleted:
		return completed, true
	case AgentError:
		return agentFailed, true
	}
	return 0, false
}

// A demand is what a shape asks of one event at one level.
type demand struct {
	at    level
	all   Members // every one of these
	oneOf Members // and at least one of these; 0 asks nothing
}

// A shapeDemand is what a declared shape asks of its events.
type shapeDemand struct {
	source string
	times  []TimeForm // of the root timestamp
	every  []demand   // of every event but agent_error
	of     [eventKinds][]demand
	agrees bool // repeated values have to agree
}

// demands are the shapes of sections 2.4, 2.5 and 5.2. Where a section calls contents varying, or the
// samples leave a member out, it is not demanded.
var demands = map[DeclaredShape]shapeDemand{
	ShapeSeptember: september,
	ShapeOctober: {
		source: "websocket.md 2.5", times: []TimeForm{ISOZone},
		every: []demand{
			{at: atRoot, all: Of(MemberData, MemberTimestamp)},
			{at: inData, all: Of(MemberRunID, MemberThreadID, MemberUserID, MemberAgentName)},
		},
		of: inOneObject(inData),
	},
	ShapeE1: {
		source: "websocket.md 5.2, E1", times: []TimeForm{ISONaive},
		every: []demand{
			{at: atRoot, all: Of(MemberData, MemberTimestamp, MemberCritical)},
			{at: inData, all: Of(MemberRunID, MemberAgentName)},
		},
		of: inOneObject(inData),
	},
	ShapeE2: {
		source: "websocket.md 5.2, E2", times: []TimeForm{ISOZone, FloatSeconds},
		every: []demand{{at: atRoot, all: Of(MemberUserID, MemberThreadID, MemberRunID, MemberRequestID,
			MemberTimestamp, MemberCritical, MemberAgentName, MemberStatus)}},
		of: [eventKinds][]demand{
			started:   {{all: Of(MemberTaskDescription)}},
			thinking:  {{all: Of(MemberReasoning)}},
			executing: {{all: Of(MemberToolName, MemberParameters)}},
			executed:  {{all: Of(MemberToolName, MemberResults, MemberDuration, MemberSuccess)}},
			completed: {{all: Of(MemberFinalResponse)}},
		},
	},
	ShapeE3: {
		source: "websocket.md 5.2, E3", times: []TimeForm{FloatSeconds},
		every: []demand{
			{at: atRoot, all: Of(MemberData, MemberTimestamp)},
			{at: inData, all: Of(MemberEvent)},
		},
		of: [eventKinds][]demand{
			started:   {{at: inData, all: Of(MemberUserID, MemberStatus)}},
			thinking:  {{at: inInner, all: Of(MemberAgentName), oneOf: thoughts}},
			executing: {{at: inInner, all: Of(MemberAgentName, MemberToolName)}},
			executed:  {{at: inInner, all: Of(MemberAgentName, MemberToolName)}},
			completed: {{at: inData, all: Of(MemberUserID, MemberContent, MemberMessage, MemberAgentsInvolved)}},
		},
	},
	ShapeE4: {
		source: "websocket.md 5.2, E4", times: []TimeForm{ISOZone},
		every: []demand{
			{at: atRoot, all: Of(MemberRunID, MemberUserID, MemberAgentName, MemberTimestamp, MemberData)},
			{at: inData, all: Of(MemberStatus)},
		},
		of: [eventKinds][]demand{
			thinking:    {{at: inData, all: Of(MemberReasoning)}},
			executing:   {{at: inData, all: Of(MemberToolName, MemberParameters)}},
			executed:    {{all: Of(MemberResults)}, {at: inData, all: Of(MemberToolName, MemberResult, MemberExecutionTimeMS)}},
			completed:   {{at: inData, all: Of(MemberResult, MemberExecutionTimeMS)}},
			agentFailed: {{all: Of(MemberRunID, MemberUserID, MemberAgentName)}, {at: inData, all: Of(MemberErrorMessage)}},
		},
	},
	ShapeE5: {
		source: "websocket.md 5.2, E5", times: []TimeForm{ISONaive},
		every: []demand{{all: Of(MemberTimestamp, MemberAgent, MemberRunID, MemberMessage)}},
		of: [eventKinds][]demand{
			executing: {{all: Of(MemberTool)}},
			executed:  {{all: Of(MemberTool)}},
		},
	},
	ShapeE6: {
		source: "websocket.md 5.2, E6", times: []TimeForm{FloatSeconds},
		every: []demand{{all: Of(MemberTimestamp, MemberEvent, MemberUserID, MemberThreadID)}},
		of: [eventKinds][]demand{
			started:   {{all: Of(MemberAgentName)}},
			thinking:  {{all: Of(MemberReasoning)}},
			executing: {{all: Of(MemberToolName, MemberParameters)}},
			executed:  {{all: Of(MemberToolName, MemberResult)}},
			completed: {{all: Of(MemberAgentName, MemberFinalResponse)}},
		},
	},
	ShapeE7: {
		source: "websocket.md 5.2, E7", times: []TimeForm{FloatSeconds},
		every: []demand{
			{all: Of(MemberPayload, MemberTimestamp)},
			{at: inPayload, all: Of(MemberAgentName)},
		},
		of: inOneObject(inPayload),
	},
	ShapeE8: {
		source: "websocket.md 5.2, E8", times: []TimeForm{FloatSeconds},
		every: []demand{{all: Of(MemberTimestamp, MemberEventID, MemberUserID, MemberThreadID, MemberRunID,
			MemberAgentName)}},
		of: [eventKinds][]demand{
			thinking:  {{oneOf: thoughts}},
			executing: {{all: Of(MemberToolName)}},
			executed:  {{all: Of(MemberToolName, MemberResults)}},
			completed: {{oneOf: answers}},
		},
	},
}

var (
	thoughts = Of(MemberThought, MemberReasoning)
	outputs  = Of(MemberResults, MemberResult, MemberOutput)
	answers  = Of(MemberFinalResponse, MemberResult, MemberSummary)
)

// inOneObject demands the facts of an event in one object, under any of their names.
func inOneObject(at level) [eventKinds][]demand {
	return [eventKinds][]demand{
		thinking:    {{at: at, oneOf: thoughts}},
		executing:   {{at: at, all: Of(MemberToolName)}},
		executed:    {{at: at, all: Of(MemberToolName), oneOf: outputs}},
		completed:   {{at: at, oneOf: answers}},
		agentFailed: {{at: at, oneOf: Of(MemberErrorMessage, MemberError, MemberMessage)}},
	}
}

// september is the normative shape of section 2.4: every member is mandatory. Only an agent_error,
// which has the body of E4, is asked for less.
var september = shapeDemand{
	source: "websocket.md 2.4", times: []TimeForm{FloatSeconds}, agrees: true,
	every: []demand{
		{at: atRoot, all: Of(MemberEventID, MemberUserID, MemberThreadID, MemberRunID, MemberRequestID,
			MemberAgentName, MemberTimestamp, MemberCritical, MemberStatus, MemberPayload, MemberData)},
		{at: inPayload, all: Of(MemberAgentName)},
		{at: inData, all: Of(MemberAgent, MemberStatus)},
	},
	of: [eventKinds][]demand{
		started: {
			{at: atRoot, all: Of(MemberTaskDescription)},
			{at: inPayload, all: Of(MemberTaskDescription)},
			{at: inData, all: Of(MemberMessage)},
		},
		thinking: {
			{at: atRoot, all: Of(MemberThought, MemberReasoning)},
			{at: inPayload, all: Of(MemberThought, MemberStepNumber)},
			{at: inData, all: Of(MemberReasoning, MemberStepNumber)},
		},
		executing: {
			{at: atRoot, all: Of(MemberToolName, MemberParameters)},
			{at: inPayload, all: Of(MemberToolName, MemberParameters)},
			{at: inData, all: Of(MemberToolName, MemberParameters)},
		},
		executed: {
			{at: atRoot, all: Of(MemberToolName, MemberResults, MemberSuccess, MemberDuration)},
			{at: inPayload, all: Of(MemberToolName, MemberResults, MemberSuccess)},
			{at: inData, all: Of(MemberToolName, MemberResults, MemberExecutionTimeMS)},
		},
		completed: {
			{at: atRoot, all: Of(MemberSuccess, MemberFinalResponse)},
			{at: inPayload, all: Of(MemberFinalResponse)},
			{at: inData, all: Of(MemberResult, MemberExecutionTimeMS)},
		},
		agentFailed: {
			{at: atRoot, all: Of(MemberEventID, MemberUserID, MemberThreadID, MemberRunID, MemberRequestID,
				MemberAgentName, MemberTimestamp, MemberData)},
			{at: inData, all: Of(MemberErrorMessage)},
		},
	},
}
