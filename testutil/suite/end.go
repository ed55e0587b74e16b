package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

// end brings the story to its end, whatever became of it: sessions listen on and close, what was made
// is archived, the rest is judged, and the result told.
func (s *Story) end() {
	s.t.Helper()
	if panicking() {
		s.note(errors.New("it panicked"))
	}
	defer s.handOver()
	s.leave()
	broken := s.log.Close()
	s.found(s.judge.Finish())
	broken = errors.Join(broken, s.file.Close())
	if broken != nil {
		s.t.Errorf("the history is not whole, so nothing is shown: %v", broken)
	}
	if s.t.Skipped() {
		s.t.Error("a story never skips: what cannot be shown is not shown, and red")
	}
	s.checkCost()
	s.checkSeries()
	s.checkTurn()
	s.tell()
}

// leave lets every open session hear what should not come, and then puts the target back in order. A
// story that was cut short only closes.
func (s *Story) leave() {
	// The story's own context may be done; closing has a limit of its own.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), s.target.Budgets().Settle+s.target.Budgets().Reply)
	defer cancel()
	short := s.ctx.Err() != nil
	if short {
		topic, why := history.TopicInterrupted, context.Cause(s.ctx)
		if errors.Is(why, ErrTimeout) {
			topic = history.TopicTimeout
		}
		s.log.Remark(topic, why.Error())
	}
	var closing sync.WaitGroup
	for _, session := range s.openSessions() {
		closing.Go(func() {
			if short {
				session.Abort() // no time to wait for the server's part of a close
				return
			}
			// Their errors are in the history, and a rule's concern.
			_ = session.Settle(ctx)
			_ = session.Close(ctx)
		})
	}
	closing.Wait()
	if !short {
		if err := s.target.Archive(s.ctx); err != nil {
			s.note(fmt.Errorf("archive the threads of the story: %w", err))
			s.t.Fail()
		}
	}
}

// handOver gives the target, or the one user where there is only one, to the next story.
func (s *Story) handOver() {
	s.target.Close()
	s.release()
	s.cancel()
	if err := s.abandon(); err != nil {
		s.t.Error(err)
	}
}

// checkCost fails a story that asked more of the target than the plan says. Only the embedded target is
// sure to ask for no second token and to advertise no further agent.
func (s *Story) checkCost() {
	if here.config.Target != config.Embedded {
		return
	}
	cost := s.entry.Cost
	edge, api, prompts := cost.edge(loadOf(here.config)), cost.api(loadOf(here.config)), cost.prompts(loadOf(here.config))
	if s.isSpoiled() {
		prompts = max(prompts, s.stats.prompts) // one may be asked again, for the diagnosis
	}
	if s.stats.edge > edge || s.stats.api > api || s.stats.prompts > prompts {
		s.t.Errorf("the plan (e2e/plan.go) allows this story %d requests, %d below /api/ and %d prompts, and it made %d, %d and %d: correct the plan",
			edge, api, prompts, s.stats.edge, s.stats.api, s.stats.prompts)
	}
}

// checkSeries fails a story that is to repeat runs and has not, or not often enough.
func (s *Story) checkSeries() {
	if s.entry.Cost.Repeats && !s.isSpoiled() && (s.series == nil || !s.series.tally(s.findings).clean()) {
		s.t.Error("the plan (e2e/plan.go) says that the story repeats runs, and it has not asked all of them: let it Repeat")
	}
}

// checkTurn fails a story that provoked refusals out of its turn.
func (s *Story) checkTurn() {
	if s.stats.refusals > 0 && !s.entry.Refusing {
		s.t.Errorf("the story provoked %s beside others: mark it as Refusing in the plan (e2e/plan.go)", report.Many(s.stats.refusals, "refusal", "refusals"))
	}
}

// tell fails the test if there is a hard finding or the story stopped, and says all that is known.
func (s *Story) tell() {
	s.t.Helper()
	hard := 0
	for _, f := range s.findings {
		if f.Hard {
			hard++
		}
	}
	s.t.Attr("netra.findings", fmt.Sprintf("%d hard, %d soft", hard, len(s.findings)-hard))
	criteria := s.criteria()
	known := s.consistency()
	failed := s.t.Failed() || hard > 0 || s.stopped != ""
	if !failed {
		for _, f := range s.findings {
			s.t.Log(report.Summary(f))
		}
		s.t.Logf("target: %s\n%s\n%s%sjudged by %d rules, none of them broken hard", describe(s.target.Describe()), s.stats, criteria, known, len(judge.Standing()))
		s.discard()
		return
	}
	f := report.Failure{
		Target:   describe(s.target.Describe()),
		Findings: s.findings,
		Stopped:  s.stopped,
		Rerun:    report.Rerun(s.header),
		Replay:   report.Replay(s.header, s.historyFile()),
		Needs:    report.Needs(s.header),
		History:  s.historyFile(),
	}
	b := new(strings.Builder)
	b.WriteString(known)
	seen, err := readSeen(s.historyFile(), s.findings)
	server := s.serverLog(seen)
	f.Server = server.side
	var undiagnosed error
	f.Suspects, undiagnosed = s.suspects()
	if err = errors.Join(err, undiagnosed, f.Text(b, seen.record), server.close()); err != nil {
		s.t.Errorf("read the history back: %v", err)
	}
	s.t.Error("\n" + b.String())
}

// criteria says what became of the criteria of issue #891 that the story is about, on a line of its own.
func (s *Story) criteria() string {
	var verdicts []string
	for _, c := range s.judge.Criteria() {
		verdicts = append(verdicts, fmt.Sprintf("%s %s", c.ID, c.Verdict))
	}
	if len(verdicts) == 0 {
		return ""
	}
	all := strings.Join(verdicts, ", ")
	s.t.Attr("netra.criteria", all)
	return all + "\n"
}

// consistency says how many of the runs that were repeated failed, on a line of its own.
func (s *Story) consistency() string {
	if s.series == nil {
		return ""
	}
	known := s.series.tally(s.findings).String()
	s.t.Attr("netra.consistency", known)
	return known + "\n"
}

// discard removes the history of a green story, unless go test -artifacts asks for it.
func (s *Story) discard() {
	if s.keeps() {
		return
	}
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Logf("remove the history of a green story: %v", err)
	}
}

// seen are the records of a history that findings are about.
type seen struct {
	records map[uint64]*history.Record
	dials   map[string]*history.Record // by session
}

func (s seen) record(seq uint64) *history.Record   { return s.records[seq] }
func (s seen) dial(session string) *history.Record { return s.dials[session] }

// readSeen reads the records that prove the findings, and the dials of sessions. What it has read is good
// also with an error.
func readSeen(path string, findings []judge.Finding) (seen, error) {
	kept := seen{map[uint64]*history.Record{}, map[string]*history.Record{}}
	for _, f := range findings {
		for _, seq := range f.Records {
			kept.records[seq] = nil
		}
	}
	r, err := history.ReadFile(path)
	if err != nil {
		return kept, err
	}
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) {
			return kept, r.Close()
		}
		if err != nil {
			return kept, errors.Join(err, r.Close())
		}
		if _, wanted := kept.records[next.Seq]; wanted {
			kept.records[next.Seq] = next
		}
		if next.Kind == history.Dial {
			kept.dials[next.Session] = next
		}
	}
}
