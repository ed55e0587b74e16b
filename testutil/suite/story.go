package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

// A Story is one TestStaging… function at work. Its methods, and those of the users, sessions and runs
// it gives, do one thing each that a user can do, and end the story, red, when that fails.
type Story struct {
	circumstances
	t          *testing.T
	ctx        context.Context
	cancel     context.CancelFunc
	deployment *deployment
	release    func() // ends its turn at the target
	target     *staging.Target
	log        *history.Log
	entry      Entry
	dir        string // of the history and the findings
	header     history.Header

	mu       sync.Mutex
	judge    *judge.Judge
	findings []judge.Finding
	file     *os.File // findings, as they come
	sessions []*staging.Session
	stopped  string        // why the story could not go on; redacted
	spoiled  chan struct{} // closed when nothing can make the story green any more
	spoil    func()        // closes it
	series   *series       // nil without Repeat
	stats    *stats
	survey   *cloud.Survey
	silence  sync.Once // the first prompt without an answer is asked again
}

// Start begins the story of a test: a history, judged as it grows. When the test ends, its sessions
// listen on for a moment and are closed, what it made is archived, and every hard finding fails it.
func Start(t *testing.T, options ...Option) *Story {
	t.Helper()
	if here == nil {
		t.Fatal("the package of a story needs: func TestMain(m *testing.M) { suite.Main(m, e2e.Plan) }")
	}
	here.started.Add(1)
	entry, planned := here.plan.find(root(t.Name()))
	if !planned {
		t.Fatalf("%s did not begin: it is not in the plan (e2e/plan.go)", t.Name())
	}
	if entry.excludes() {
		t.Parallel() // go test runs what is parallel when the rest is done
	}
	s, err := here.story(t, entry, under(options))
	if err != nil {
		t.Fatalf("%s did not begin: %v", t.Name(), err)
	}
	t.Attr("netra.target", s.target.Describe().Kind)
	t.Attr("netra.history", s.historyFile())
	t.Cleanup(s.end)
	if err := s.begin(); err != nil {
		s.stop(err)
	}
	return s
}

// begin waits for the story's turn and for the target.
func (s *Story) begin() error {
	release, err := here.turn.take(s.ctx, s.target, s.entry.excludes())
	if err != nil {
		return err
	}
	s.release = release
	if !s.cold {
		if err := s.target.WarmUp(s.ctx); err != nil {
			return err
		}
	}
	s.stats.begin()
	return nil
}

func (p *process) story(t *testing.T, entry Entry, told circumstances) (*Story, error) {
	if err := context.Cause(p.interrupted); err != nil {
		t.Attr("netra.interrupted", err.Error())
		return nil, err
	}
	reach := p.reach
	if told.own {
		reach = p.own
	}
	d, err := reach()
	if err != nil {
		return nil, err
	}
	s := &Story{t: t, circumstances: told, deployment: d, release: func() {}, entry: entry, stats: newStats()}
	s.spoiled = make(chan struct{})
	s.spoil = sync.OnceFunc(func() { close(s.spoiled) })
	s.ctx, s.cancel = p.deadline(t)
	if err := s.open(d.Target); err != nil {
		s.cancel()
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

// abandon closes the story's own deployment, if it has one.
func (s *Story) abandon() error {
	if !s.deployment.Own() {
		return nil
	}
	return s.deployment.Close()
}

// root is the test function of a subtest.
func root(name string) string {
	top, _, _ := strings.Cut(name, "/")
	return top
}

// reserve is kept of go test's -timeout for the judgement, so that a story that is cut off still says
// what it saw.
const reserve = 5 * time.Second

func (p *process) deadline(t *testing.T) (context.Context, context.CancelFunc) {
	limit, limited := t.Deadline()
	if !limited {
		return context.WithCancel(p.interrupted)
	}
	left := time.Until(limit)
	limit = limit.Add(-min(reserve, left/4))
	return context.WithDeadlineCause(p.interrupted, limit, ErrTimeout)
}

// ErrTimeout is the cause of the end of a story that go test's -timeout would have cut off.
var ErrTimeout = errors.New("go test's -timeout leaves no more time (give it a longer one)")

// open creates the history and its judge.
func (s *Story) open(target *staging.Target) error {
	attempt := here.attemptOf(s.t.Name())
	dir, err := s.directory(attempt)
	if err != nil {
		return err
	}
	s.dir = dir
	if s.file, err = os.OpenFile(filepath.Join(dir, "findings.txt"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("keep findings: %w", err)
	}
	on, err := s.deployment.Described()
	if err != nil {
		return err
	}
	s.header = history.Header{
		Suite: staging.Version, Package: "./e2e/" + here.pkg, Story: s.t.Name(), Attempt: attempt, Shows: s.entry.Criteria,
		Start: time.Now().UTC().Round(0), Target: target.Describe(), Budgets: target.Budgets(),
		AllowUnmeasured: here.config.AllowUnmeasured, Agent: target.Agent(), Deployment: on,
	}
	s.judge, s.survey = judge.New(s.header), cloud.NewSurvey(s.header, s.deployment.access)
	if s.log, err = history.Create(s.historyFile(), s.header, s.observe); err != nil {
		return errors.Join(err, s.file.Close())
	}
	s.target = target.Record(s.log)
	return nil
}

// observe judges a record. The history calls it for one record at a time.
func (s *Story) observe(r *history.Record) {
	s.stats.count(r)
	s.survey.See(r)
	s.found(s.judge.Observe(r))
}

// found keeps findings, and writes them down at once, in case the process does not live to report them.
func (s *Story) found(findings []judge.Finding) {
	if len(findings) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findings = append(s.findings, findings...)
	for _, f := range findings {
		fmt.Fprintln(s.file, report.Summary(f))
		if f.Hard {
			s.spoil()
		}
	}
}

// isSpoiled tells whether nothing can make the story green any more.
func (s *Story) isSpoiled() bool {
	select {
	case <-s.spoiled:
		return true
	default:
		return false
	}
}

// describe names the target, for every output.
func describe(t history.Target) string {
	if t.Kind == string(config.Embedded) {
		return "embedded reference deployment (" + t.API + "): says nothing about staging"
	}
	return "remote " + t.API
}
