package wire

import (
	"iter"
	"math/bits"
)

// A Member is a JSON member that the protocol gives a meaning (sections 2.2, 4.2 and 5.1).
type Member uint8

// The members that the decoder looks at. The first five are of the envelope and take no part in the
// merge of section 5.1, step 2.
const (
	MemberType Member = iota
	MemberEvent
	MemberTimestamp
	MemberPayload
	MemberData

	MemberRunID
	MemberThreadID
	MemberRequestID
	MemberUserID
	MemberTurnID
	MemberEventID
	MemberConnectionID
	MemberUserContext

	MemberAgentName
	MemberAgent
	MemberAgentType
	MemberAgentsInvolved

	MemberThought
	MemberReasoning
	MemberMessage
	MemberThinking

	MemberTool
	MemberToolName
	MemberName
	MemberInput
	MemberParameters
	MemberParams
	MemberToolArgs
	MemberOutput
	MemberResults
	MemberResult

	MemberDuration
	MemberDurationMS
	MemberExecutionTimeMS
	MemberExecutionTime
	MemberElapsedTime

	MemberFinalResponse
	MemberResponse
	MemberContent
	MemberSummary

	MemberErrorMessage
	MemberError
	MemberErrorCode

	MemberMode
	MemberSuccess
	MemberAttempt
	MemberRetryInfo
	MemberAttemptNumber
	MemberStatus
	MemberCritical
	MemberMetadata
	MemberTaskDescription
	MemberStepNumber

	MemberText
	MemberUserRequest
	MemberRequest
	MemberQuery

	memberCount
)

// Members is a set of members.
type Members uint64

// Of returns the set of the given members.
func Of(ms ...Member) Members {
	var set Members
	for _, m := range ms {
		set |= 1 << m
	}
	return set
}

// Has says whether m is in the set.
func (s Members) Has(m Member) bool { return s&(1<<m) != 0 }

// All yields the members of the set, in the order of their constants.
func (s Members) All() iter.Seq[Member] {
	return func(yield func(Member) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(Member(bits.TrailingZeros64(uint64(s)))) {
				return
			}
		}
	}
}

// first is the first member of a set that is not empty.
func (s Members) first() Member { return Member(bits.TrailingZeros64(uint64(s))) }
