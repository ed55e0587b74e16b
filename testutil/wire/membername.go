package wire

// members holds the JSON name of each member and the JSON types that the protocol documents for it.
var members = [memberCount]struct {
	name string
	want kinds
}{
	MemberType:      {"type", aString},
	MemberEvent:     {"event", aString},
	MemberTimestamp: {"timestamp", aString | aNumber},
	MemberPayload:   {"payload", anObject},
	MemberData:      {"data", anObject},

	MemberRunID:        {"run_id", aString},
	MemberThreadID:     {"thread_id", aString},
	MemberRequestID:    {"request_id", aString},
	MemberUserID:       {"user_id", aString},
	MemberTurnID:       {"turn_id", aString},
	MemberEventID:      {"event_id", aString},
	MemberConnectionID: {"connection_id", aString},
	MemberUserContext:  {"user_context", anObject},

	MemberAgentName:      {"agent_name", aString},
	MemberAgent:          {"agent", aString},
	MemberAgentType:      {"agent_type", aString},
	MemberAgentsInvolved: {"agents_involved", anArray},

	MemberThought:   {"thought", aString},
	MemberReasoning: {"reasoning", aString},
	MemberMessage:   {"message", anything},
	MemberThinking:  {"thinking", anything},

	MemberTool:       {"tool", aString},
	MemberToolName:   {"tool_name", aString},
	MemberName:       {"name", aString},
	MemberInput:      {"input", anything},
	MemberParameters: {"parameters", anything},
	MemberParams:     {"params", anything},
	MemberToolArgs:   {"tool_args", anything},
	MemberOutput:     {"output", anything},
	MemberResults:    {"results", anything},
	MemberResult:     {"result", anything},

	MemberDuration:        {"duration", aNumber},
	MemberDurationMS:      {"duration_ms", aNumber},
	MemberExecutionTimeMS: {"execution_time_ms", aNumber},
	MemberExecutionTime:   {"execution_time", aNumber},
	MemberElapsedTime:     {"elapsed_time", aNumber},

	MemberFinalResponse: {"final_response", anything},
	MemberResponse:      {"response", anything},
	MemberContent:       {"content", anything},
	MemberSummary:       {"summary", anything},

	MemberErrorMessage: {"error_message", aString},
	MemberError:        {"error", anything},
	MemberErrorCode:    {"error_code", aString},

	MemberMode:            {"mode", aString},
	MemberSuccess:         {"success", aBool},
	MemberAttempt:         {"attempt", aNumber},
	MemberRetryInfo:       {"retry_info", anObject},
	MemberAttemptNumber:   {"attempt_number", aNumber}, // in retry_info
	MemberStatus:          {"status", aString},
	MemberCritical:        {"critical", aBool},
	MemberMetadata:        {"metadata", anything},
	MemberTaskDescription: {"task_description", aString},
	MemberStepNumber:      {"step_number", aNumber},

	MemberText:        {"text", anything},
	MemberUserRequest: {"user_request", anything},
	MemberRequest:     {"request", anything},
	MemberQuery:       {"query", anything},
}

// String returns the JSON name of the member.
func (m Member) String() string { return members[m].name }

// memberNamed finds the member with a JSON name. With a map of the table above instead, the whole
// decoding takes a seventh longer.
func memberNamed(name string) (m Member, known bool) {
	switch name {
	case "type":
		return MemberType, true
	case "event":
		return MemberEvent, true
	case "timestamp":
		return MemberTimestamp, true
	case "payload":
		return MemberPayload, true
	case "data":
		return MemberData, true
	case "run_id":
		return MemberRunID, true
	case "thread_id":
		return MemberThreadID, true
	case "request_id":
		return MemberRequestID, true
	case "user_id":
		return MemberUserID, true
	case "turn_id":
		return MemberTurnID, true
	case "event_id":
		return MemberEventID, true
	case "connection_id":
		return MemberConnectionID, true
	case "user_context":
		return MemberUserContext, true
	case "agent_name":
		return MemberAgentName, true
	case "agent":
		return MemberAgent, true
	case "agent_type":
		return MemberAgentType, true
	case "agents_involved":
		return MemberAgentsInvolved, true
	case "thought":
		return MemberThought, true
	case "reasoning":
		return MemberReasoning, true
	case "message":
		return MemberMessage, true
	case "thinking":
		return MemberThinking, true
	case "tool":
		return MemberTool, true
	case "tool_name":
		return MemberToolName, true
	case "name":
		return MemberName, true
	case "input":
		return MemberInput, true
	case "parameters":
		return MemberParameters, true
	case "params":
		return MemberParams, true
	case "tool_args":
		return MemberToolArgs, true
	case "output":
		return MemberOutput, true
	case "results":
		return MemberResults, true
	case "result":
		return MemberResult, true
	case "duration":
		return MemberDuration, true
	case "duration_ms":
		return MemberDurationMS, true
	case "execution_time_ms":
		return MemberExecutionTimeMS, true
	case "execution_time":
		return MemberExecutionTime, true
	case "elapsed_time":
		return MemberElapsedTime, true
	case "final_response":
		return MemberFinalResponse, true
	case "response":
		return MemberResponse, true
	case "content":
		return MemberContent, true
	case "summary":
		return MemberSummary, true
	case "error_message":
		return MemberErrorMessage, true
	case "error":
		return MemberError, true
	case "error_code":
		return MemberErrorCode, true
	case "mode":
		return MemberMode, true
	case "success":
		return MemberSuccess, true
	case "attempt":
		return MemberAttempt, true
	case "retry_info":
		return MemberRetryInfo, true
	case "attempt_number":
		return MemberAttemptNumber, true
	case "status":
		return MemberStatus, true
	case "critical":
		return MemberCritical, true
	case "metadata":
		return MemberMetadata, true
	case "task_description":
		return MemberTaskDescription, true
	case "step_number":
		return MemberStepNumber, true
	case "text":
		return MemberText, true
	case "user_request":
		return MemberUserRequest, true
	case "request":
		return MemberRequest, true
	case "query":
		return MemberQuery, true
	}
	return 0, false
}
