package judge

import (
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// TestErrorRatesWithoutTheRequestLog: Monitoring's counts may acquit, never convict.
func TestErrorRatesWithoutTheRequestLog(t *testing.T) { measure(t, rateRules, hiddenTrials()) }

func hiddenTrials() []measured {
	hidden := func(s *story, revision string) {
		s.reads(ask{API: history.LoggingAPI, Purpose: history.ReadRequests, Service: serviceOf(revision), Revision: revision, Status: 403}, denied)
	}
	neither := func(s *story) {
		s.deployed("D4")
		hidden(s, fresh)
		hidden(s, stale)
	}
	rose := []string{"deployment/error-rate"}
	return []measured{
		{name: "no counts either", want: NotMeasured, about: "grant roles/logging.viewer", tell: neither},
		{name: "counts of one revision", want: NotMeasured, about: "nobody read the request counts of " + stale, tell: func(s *story) {
			neither(s)
			s.counts(fresh, 100, 0)
		}},
		{name: "none failed", want: Pass, tell: func(s *story) {
			neither(s)
			s.counts(fresh, 100, 0)
			s.counts(stale, 100, 2)
		}},
		{name: "fewer failed than before, when suites may have provoked them", want: NotMeasured, about: "suites may have provoked any", tell: func(s *story) {
			neither(s)
			s.counts(fresh, 100, 1)
			s.counts(stale, 100, 2)
		}},
		{name: "no log is kept, and none failed", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh)
			s.requests(stale)
			s.counts(fresh, 100, 0)
			s.counts(stale, 100, 2)
		}},
		{name: "no log is kept", want: NotMeasured, about: "the request log of " + stale + " is empty: it was not used, or the project keeps no log", tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(60, fresh, "GET", "/x", 200))
			s.requests(stale)
			s.counts(fresh, 100, 1)
			s.counts(stale, 100, 2)
		}},
		{name: "counts rose", want: NotMeasured, about: "suites may have provoked any", tell: func(s *story) {
			neither(s)
			s.counts(fresh, 100, 50)
			s.counts(stale, 100, 2)
		}},
		{name: "few counts", want: NotMeasured, about: "fewer than 50", tell: func(s *story) {
			neither(s)
			s.counts(fresh, 40, 0)
			s.counts(stale, 100, 2)
		}},
		{name: "part of a log that is worse is advice", want: NotMeasured, soft: rose, about: "followed page 1", tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(60, fresh, "GET", "/x", 200), times(20, fresh, "GET", "/x", 500))
			s.requests(fresh, times(20, fresh, "GET", "/y", 500)).Cloud.Page = 3
			s.requests(stale, times(100, stale, "GET", "/x", 200))
		}},
		{name: "part of a log that is good, and the counts", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(60, fresh, "GET", "/x", 200))
			s.requests(fresh).Cloud.Page = 3
			s.requests(stale, times(100, stale, "GET", "/x", 200))
			s.counts(fresh, 100, 0)
			s.counts(stale, 100, 0)
		}},
		{name: "the latest of a long log are a sample", want: Pass, tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(60, fresh, "GET", "/x", 200))
			s.requests(stale, times(100, stale, "GET", "/x", 200)).Cloud.Left = true
		}},
		{name: "the latest of a long log are worse", want: Fail, hard: rose, tell: func(s *story) {
			s.deployed("D4").requests(fresh, times(60, fresh, "GET", "/x", 200), times(20, fresh, "GET", "/x", 500)).Cloud.Left = true
			s.requests(stale, times(100, stale, "GET", "/x", 200))
		}},
	}
}
