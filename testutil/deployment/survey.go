package deployment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A Survey reads what the cloud shows of the criteria of issue #891, for one story: one that is told for the
// first time, or again.
type Survey struct {
	header history.Header
	access *Access
	began  []rollout // whose start was to be read last

	mu      sync.Mutex
	samples map[string][]string // traces of samples, by the role of the service
	traffic map[string][]string // those of the last ordinary requests, likewise
}

// NewSurvey begins the survey of a story with that header, which names the deployment, what to wait for, and
// since when to look.
func NewSurvey(h history.Header, a *Access) *Survey {
	return &Survey{header: h, access: a, samples: map[string][]string{}, traffic: map[string][]string{}}
}

// See remembers of which requests the server's log tells which instance answered them. It has to see every
// record of the story.
func (s *Survey) See(r *history.Record) {
	x := r.Exchange
	if x == nil || x.Trace == "" || x.Status == 0 {
		return
	}
	role := history.Backend
	if strings.HasPrefix(x.URL, s.header.Target.Auth+"/") {
		role = history.Auth
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch x.Purpose {
	case history.PurposeSample:
		s.samples[role] = append(s.samples[role], x.Trace)
	case history.PurposeTraffic:
		last := s.traffic[role]
		s.traffic[role] = append(last[max(0, len(last)-1):], x.Trace)
	}
}

// reads is how each criterion is read that only the cloud can show.
var reads = map[string]func(*Survey, context.Context, *Cloud) error{
	"D1": (*Survey).serving, "D2": (*Survey).starting, "D4": (*Survey).answering, "P3": (*Survey).using, "P4": (*Survey).startedBefore,
}

// Shows tells whether it is the cloud that shows a criterion.
func Shows(criterion string) bool { return reads[criterion] != nil }

// An UnmeasuredError says that the cloud does not let a criterion be measured.
type UnmeasuredError struct {
	Criterion string
	Cause     error
}

func (e *UnmeasuredError) Error() string { return fmt.Sprintf("%s: %v", e.Criterion, e.Cause) }
func (e *UnmeasuredError) Unwrap() error { return e.Cause }

// Measure reads what shows a criterion, of those that the cloud [Shows], and records to log that it sets out
// to, what it read, and that the criterion is not measured where the cloud does not let it. The error then is
// an *UnmeasuredError, with which a story goes on; with a [*MissingError], or at the end of ctx, it cannot.
//
// D1 waits for the end of every rollout and of the starts, for the budgets Rollout and Ingest; so does D2,
// after which P4 is read. D4 and P3 wait until the log tells who answered, for the budget Ingest.
func (s *Survey) Measure(ctx context.Context, log *history.Log, criterion string) error {
	log.Remark(history.TopicMeasures, criterion)
	c, err := s.access.Cloud(ctx)
	if err == nil {
		err = reads[criterion](s, ctx, c.Record(log))
	}
	if _, missing := errors.AsType[*MissingError](err); err == nil || ctx.Err() != nil || missing {
		return err
	}
	unmeasured := &UnmeasuredError{criterion, err}
	log.Remark(history.TopicNotMeasured, unmeasured.Error())
	return unmeasured
}

// otherwise is an error of reading what another API may show as well. That a role is missing is none: the
// judge knows of it, and whether what the others showed is enough.
func otherwise(err error) error {
	if denied, ok := errors.AsType[*DeniedError](err); ok && denied.Status == http.StatusForbidden && !denied.Disabled {
		return nil
	}
	return err
}
