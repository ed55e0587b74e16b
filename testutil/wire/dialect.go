package wire

import "strings"

// dialect knows a generation of the protocol by its welcome (section 2.1). Only the frame itself
// counts; that October also sends a handshake_response is for the client to wait for.
func (x *index) dialect(e *Event) Dialect {
	data := x.has[atRoot].Has(MemberData)
	switch {
	case e.Type != Welcome:
		return UnknownDialect
	case e.WireType == SystemMessage:
		return SeptemberS0
	case data && e.Mode != "":
		return September
	case data && strings.HasPrefix(e.ConnectionID, "ws_conn_"):
		return October
	case !data && isUUID(e.ConnectionID):
		return Demo
	}
	return UnknownDialect
}

// isUUID says whether an id has the form of a UUID, which DEMO's connection ids have.
func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i, c := range []byte(id) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isHex(c) {
			return false
		}
	}
	return true
}

// rootFacts are the members that tell a frame with its event at root from one with all in data.
var rootFacts = Of(MemberRunID, MemberUserID, MemberAgentName)

// variant knows the shape of one of the five by its envelope (section 5.2), whatever may be missing
// from it: a defect in one member must not make the frame look like another variant's.
func (x *index) variant(e *Event) Variant {
	if !isOneOfTheFive(e.Type) {
		return UnknownVariant
	}
	root := x.has[atRoot]
	flat := root&Of(MemberData, MemberPayload) == 0
	switch {
	case e.WireType != e.Type && e.WireType != "reasoning":
		return E3
	case flat:
		return x.flatVariant(e)
	case !root.Has(MemberData):
		return E7
	case root.Has(MemberPayload):
		return Normative
	case root&rootFacts != 0:
		return E4
	case root&Of(MemberCritical, MemberAttempt, MemberUserContext) == 0 && e.TimeForm == ISOZone:
		return OctoberEvent
	}
	return E1
}

// flatVariant tells the variants without data and payload apart.
func (x *index) flatVariant(e *Event) Variant {
	root := x.has[atRoot]
	switch {
	case x.string(atRoot, MemberEvent) == e.Type:
		return E6
	case root.Has(MemberAgent) && !root.Has(MemberAgentName):
		return E5
	case root&Of(MemberCritical, MemberMetadata) != 0 || e.WireType == "reasoning":
		return E2
	case root.Has(MemberEventID):
		return E8
	}
	return UnknownVariant
}

func isOneOfTheFive(canonical string) bool {
	switch canonical {
	case AgentStarted, AgentThinking, ToolExecuting, ToolCompleted, AgentCompleted:
		return true
	}
	return false
}
