package judge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

var good = &history.Intent{Recovers: true}

// burst is a story of ten bad attempts on a target with a circuit breaker, and what comes then.
func burst(then func(u *person)) func(*story) {
	return func(s *story) {
		s.header.Budgets.Recovery = 35 * time.Second
		u := s.user()
		for range 10 {
			u.refused(refusal("garbage"), nil)
		}
		then(u)
	}
}

func (u *person) welcomedAgain() { u.dial(good).opened().welcomed().shut() }

var recoveryTrials = []trial{
	{name: "at once", tell: burst((*person).welcomedAgain)},
	{name: "within the budget", tell: burst(func(u *person) {
		u.refused(good, errorCode("SERVICE_UNAVAILABLE"))
		u.wait(10 * time.Second)
		u.upgradeRefused(good, 401, nil, `{}`)
		u.threads(401, `{}`, good)
		u.wait(20 * time.Second)
		u.welcomedAgain()
		u.threads(200, `[]`, good)
	})},
	{name: "too late", hard: []string{"auth/recovery"}, about: "40.01s after the last bad credentials, budget 35s", tell: burst(func(u *person) {
		u.wait(40 * time.Second)
		u.refused(good, nil)
		u.welcomedAgain()
	})},
	{name: "REST too late", hard: []string{"auth/recovery"}, tell: burst(func(u *person) {
		u.wait(40 * time.Second)
		u.threads(401, `{}`, good)
		u.threads(200, `[]`, good)
	})},
	{name: "never again", hard: []string{"auth/recovery"}, about: "not accepted afterwards", tell: burst(func(u *person) {
		u.refused(good, nil)
		u.wait(20 * time.Second)
		u.refused(good, nil)
	})},
	{name: "sessions, and REST never again", hard: []string{"auth/recovery"}, tell: burst(func(u *person) {
		u.threads(401, `{}`, good)
		u.welcomedAgain()
	})},
	{name: "one user, and another never again", hard: []string{"auth/recovery"}, tell: burst(func(u *person) {
		u.story.user().refused(good, nil)
		u.welcomedAgain()
	})},
	{name: "again and then not", hard: []string{"auth/recovery"}, tell: burst(func(u *person) {
		c := u.dial(good).opened().welcomed()
		u.refused(good, nil)
		c.shut()
	})},
	{name: "no budget", hard: []string{"auth/recovery"}, tell: burst(func(u *person) {
		u.header.Budgets.Recovery = 0
		u.refused(good, nil)
		u.welcomedAgain()
	})},
	{name: "no burst", hard: []string{"auth/recovery"}, tell: func(s *story) {
		s.header.Budgets.Recovery = 35 * time.Second
		u := s.user()
		u.refused(good, nil)
		u.welcomedAgain()
	}},
	{name: "1011 while recovering", hard: []string{"handshake/refused"}, tell: burst(func(u *person) {
		u.refused(good, closedWith(1011))
		u.welcomedAgain()
	})},
	{name: "503 at the upgrade while recovering", hard: []string{"infra/upgrade-refused"}, tell: burst(func(u *person) {
		u.upgradeRefused(good, 503, nil, `{}`)
		u.welcomedAgain()
	})},
	{name: "503 of REST while recovering", soft: []string{"infra/unavailable"}, tell: burst(func(u *person) {
		u.threads(503, `{}`, good)
		u.wait(20 * time.Second)
		u.threads(200, `[]`, good)
	})},
	{name: "503 of REST, and never again", hard: []string{"auth/recovery"}, soft: []string{"infra/unavailable"}, tell: burst(func(u *person) { u.threads(503, `{}`, good) })},
	{name: "503 of REST too late", hard: []string{"auth/recovery"}, soft: []string{"infra/unavailable"}, about: "503 Service Unavailable", tell: burst(func(u *person) {
		u.wait(40 * time.Second)
		u.threads(503, `{}`, good)
		u.threads(200, `[]`, good)
	})},
	{name: "502 of REST while recovering", hard: []string{"infra/unavailable"}, tell: burst(func(u *person) {
		u.threads(502, `{}`, good)
		u.threads(200, `[]`, good)
	})},
	{name: "503 of REST that nobody provoked", hard: []string{"infra/unavailable"}, tell: burst(func(u *person) { u.threads(503, `{}`, nil) })},
	{name: "silence while recovering", hard: []string{"handshake/no-welcome"}, tell: burst(func(u *person) {
		u.dial(good).opened().ended(history.Closed{By: history.ByDial, Broken: &history.Broken{Step: history.StepWelcome, Timeout: true}})
		u.welcomedAgain()
	})},
	{name: "the edge while recovering", hard: []string{"infra/upgrade-refused"}, tell: burst(func(u *person) {
		u.upgradeRefused(good, 403, html, `<html>`)
		u.welcomedAgain()
	})},
	{name: "a refusal that nobody provoked", hard: []string{"auth/token-refused"}, tell: burst(func(u *person) {
		u.refused(nil, nil)
		u.welcomedAgain()
	})},
}

// Refusals in time and then too late are one fact.
func TestRecoveryThatIsTooLateIsSaidOnce(t *testing.T) {
	s := newStory()
	burst(func(u *person) {
		u.refused(good, nil)
		u.wait(40 * time.Second)
		u.refused(good, nil)
	})(s)
	s.end()
	require.Len(t, s.judged(), 1, s.listing(s.judged()))
}
