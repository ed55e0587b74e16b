package wire

// Shape is the envelope of a frame: which members stood at which level, and what was odd about them.
// A member that is null counts as absent everywhere (section 5.1, step 2).
type Shape struct {
	Root, Payload, Data Members
	Inner               Members // data.payload, in E3

	Blank    Members // stood at some level as ""
	Mistyped Members // stood at some level with another JSON type than documented
	// Disagree are members that two levels repeat with different values; messages and envelope
	// members may differ and are left out. MemberAgent, MemberResult and MemberReasoning are also
	// here when they contradict the agent_name, final_response or thought of their own frame.
	Disagree Members
}

// Anywhere are the members that stood at any level.
func (s Shape) Anywhere() Members { return s.Root | s.Payload | s.Data | s.Inner }

// envelope are the members that section 5.1, step 2, leaves out of the merge.
var envelope = Of(MemberType, MemberEvent, MemberTimestamp, MemberPayload, MemberData)

// mayDiffer are the members whose repetitions are not the same fact: a message may be worded twice.
var mayDiffer = envelope | Of(MemberMessage)

func (x *index) shape(canonical string) Shape {
	s := Shape{Root: x.has[atRoot], Payload: x.has[inPayload], Data: x.has[inData], Inner: x.has[inInner]}
	for l := range levels {
		s.Blank |= x.blank[l]
		s.Mistyped |= x.mistyped[l]
	}
	s.Disagree = x.disagreeing() | x.contradicting(canonical)
	return s
}

// disagreeing are the members that do not have the same value wherever they stand.
func (x *index) disagreeing() (set Members) {
	var once, again Members
	for _, has := range x.has {
		again |= once & has
		once |= has
	}
	for m := range (again &^ mayDiffer).All() {
		for l := range levels {
			if raw := x.raw(l, m); raw != "" && !sameJSON(raw, x.merged(m)) {
				set |= Of(m)
			}
		}
	}
	return set
}

// contradicting are members that name the same fact as another member of the frame, with another
// value (section 2.4: the same facts are repeated under two names).
func (x *index) contradicting(canonical string) Members {
	differ := func(a, b Member) bool {
		av, bv := x.merged(a), x.merged(b)
		return av != "" && bv != "" && !sameJSON(av, bv)
	}
	switch {
	case differ(MemberAgentName, MemberAgent):
		return Of(MemberAgent)
	case canonical == AgentThinking && differ(MemberThought, MemberReasoning):
		return Of(MemberReasoning)
	case canonical == AgentCompleted && differ(MemberFinalResponse, MemberResult):
		return Of(MemberResult)
	}
	return 0
}

// level returns the members at one level.
func (s Shape) level(l level) Members {
	return [levels]Members{s.Root, s.Payload, s.Data, s.Inner}[l]
}

// String names the level as a path in the frame.
func (l level) String() string {
	return [levels]string{"root", "payload", "data", "data.payload"}[l]
}
