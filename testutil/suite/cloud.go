package suite

import (
	"errors"

	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
)

// measure reads what shows a criterion of issue #891. What the cloud does not let the suite read leaves it
// not measured, and the story goes on.
func (s *Story) measure(criterion string) {
	s.t.Helper()
	err := s.survey.Measure(s.ctx, s.log, criterion)
	if _, unmeasured := errors.AsType[*cloud.UnmeasuredError](err); unmeasured {
		s.t.Attr("netra.not-measured", criterion)
		return
	}
	actor{s}.must(err)
}

// AwaitRollout waits until the new revision of each service serves and its application has started, for
// criterion D1.
func (s *Story) AwaitRollout() {
	s.t.Helper()
	s.measure("D1")
}

// ReadStart reads what each instance of the new revisions logged until its application had started, for
// criterion D2, and how long that took before, for P4.
func (s *Story) ReadStart() {
	s.t.Helper()
	s.measure("D2")
	s.measure("P4")
}

// CompareRevisions reads how the new revisions and those before them answered, for criterion D4. What the
// story asked before is waited for.
func (s *Story) CompareRevisions() {
	s.t.Helper()
	s.measure("D4")
}
