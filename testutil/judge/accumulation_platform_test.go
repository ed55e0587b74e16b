package judge

import (
	"testing"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// metric is Monitoring's answer about a revision: a point for each round.
func (s *story) metric(purpose, revision string, values ...float64) {
	var points []obj
	for round, at := range s.roundStarts() {
		if round < len(values) {
			end := at.Add(30 * time.Second).Format(time.RFC3339Nano)
			points = append(points, obj{"interval": obj{"startTime": end, "endTime": end}, "value": obj{"doubleValue": values[round]}})
		}
	}
	s.reads(ask{API: history.MonitoringAPI, Purpose: purpose, Service: serviceOf(revision), Revision: revision},
		render(obj{"timeSeries": []obj{{"metric": obj{"type": gcp.MemoryUse}, "resource": obj{"labels": obj{"revision_name": revision}}, "points": points}}}))
}

func (s *story) roundStarts() (all []time.Time) {
	for _, r := range s.records {
		if r.Note != nil && r.Note.Topic == history.TopicRound {
			all = append(all, r.Wall)
		}
	}
	return all
}

func values(n int, of func(round int) float64) (all []float64) {
	for round := range n {
		all = append(all, of(round))
	}
	return all
}

func TestAccumulationAsThePlatformSeesIt(t *testing.T) { measure(t, usedRules, platformTrials()) }

func platformTrials() []measured {
	blind := func(s *story) {
		f := healthy()
		f.answers = func(int, int) int { return -1 }
		f.used(s)
	}
	flat := func(value float64) []float64 { return values(10, func(int) float64 { return value }) }
	rising := values(10, func(round int) float64 { return 0.3 + 0.01*float64(round) })
	memory := []string{"accumulation/platform-memory"}
	return []measured{
		{name: "memory of two that cannot be told apart grows", want: Fail, hard: memory, about: "went from 32.0 % to 39.0 % in 8 rounds", tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, flat(2)...)
			s.metric(history.ReadMemory, fresh, rising...)
		}},
		{name: "there were more of them in the warm-up", want: Fail, hard: memory, tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, values(10, func(round int) float64 { return 2 + float64(max(0, 2-round)) })...)
			s.metric(history.ReadMemory, fresh, rising...)
		}},
		{name: "it stays, but the tasks are not known", want: NotMeasured, about: "does not say which of them answered", tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, flat(2)...)
			s.metric(history.ReadMemory, fresh, flat(0.3)...)
		}},
		{name: "as many did not stay", want: NotMeasured, tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, values(10, func(round int) float64 { return 2 + float64(round/5) })...)
			s.metric(history.ReadMemory, fresh, rising...)
		}},
		{name: "nobody knows how many", want: NotMeasured, tell: func(s *story) {
			blind(s)
			s.metric(history.ReadMemory, fresh, rising...)
		}},
		{name: "too few points", want: NotMeasured, tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, flat(2)...)
			s.metric(history.ReadMemory, fresh, rising[:7]...)
		}},
		{name: "samples tell, the platform need not", want: Pass, tell: func(s *story) {
			healthy().used(s)
			s.metric(history.ReadInstances, fresh, flat(2)...)
			s.metric(history.ReadMemory, fresh, rising...)
		}},
		{name: "there is only one", want: Pass, tell: func(s *story) {
			blind(s)
			s.metric(history.ReadInstances, fresh, flat(1)...)
		}},
		{name: "there can be only one", want: Fail, hard: []string{"accumulation/tasks"}, about: "total_tasks of the only instance went", tell: func(s *story) {
			f := healthy()
			f.answers, f.tasks = func(int, int) int { return -1 }, growing(-1, 12, 4)
			f.used(s)
			s.reads(ask{API: history.RunAPI, Purpose: history.ReadRevisions, Service: fixtures.BackendService},
				revisionList(revisionState(fresh, -time.Minute, `"maxInstanceCount":15`, `"maxInstanceCount":1`)))
		}},
		{name: "the auth service's", want: Fail, hard: memory, about: fixtures.AuthService + " uses went", tell: func(s *story) {
			healthy().used(s)
			s.header.Deployment.Services = append(s.header.Deployment.Services, history.Service{Role: history.Auth, Name: fixtures.AuthService})
			s.reads(ask{API: history.RunAPI, Purpose: history.ReadService, Service: fixtures.AuthService}, serviceState(freshAuth))
			s.metric(history.ReadInstances, freshAuth, flat(1)...)
			s.metric(history.ReadMemory, freshAuth, rising...)
		}},
	}
}
