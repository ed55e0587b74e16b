package judge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A probe is a question for the health of one endpoint, for a test to change.
type probe struct {
	endpoint
	history.Exchange
	edits []string
	ahead time.Duration // of the endpoint's clock
}

// probed is a story that measures D3: two rounds of the endpoints that it names, with the time of each
// answer. A nil answer is not asked for; n counts the rounds from 0.
func probed(change func(n int, p *probe)) func(*story) {
	return func(s *story) {
		s.note(history.TopicMeasures, "D3")
		for n := range 2 {
			s.wait(2 * time.Second)
			for _, at := range criterionD3 {
				p := &probe{endpoint: at, Exchange: history.Exchange{
					Purpose: history.PurposeHealth, Method: "GET", Status: 200, Took: 3 * time.Millisecond,
					Header: map[string]string{"Content-Type": "application/json", "Date": "of now"},
				}}
				if change != nil {
					change(n, p)
				}
				s.probe(n, p)
			}
		}
	}
}

func (s *story) probe(n int, p *probe) {
	if p.Purpose == "" {
		return
	}
	if p.Broken == nil && p.Body == "" {
		said := storyStart.Add(s.at + p.ahead).Format("2006-01-02T15:04:05.000000")
		edits := append(p.edits, `"timestamp":"t"`, `"timestamp":"`+said+`"`, `"uptime_seconds":1.5`, fmt.Sprintf(`"uptime_seconds":%d.5`, n+1))
		p.Body = strings.NewReplacer(edits...).Replace(goodHealth[p.endpoint])
	}
	p.URL = s.header.Target.API + p.path
	if p.service == fixtures.Auth {
		p.URL = s.header.Target.Auth + p.path
	}
	s.http(p.Exchange, nil)
}

// each changes what one endpoint answers.
func each(service fixtures.Service, path string, change func(n int, p *probe)) func(int, *probe) {
	return func(n int, p *probe) {
		if p.endpoint == (endpoint{service, path}) {
			change(n, p)
		}
	}
}

func answers(status int) func(int, *probe) {
	return func(_ int, p *probe) { p.Status, p.Body = status, `{"status":"unhealthy"}` }
}

const ping = "/api/monitoring/ping"

var proofTrials = []verdictTrial{
	{trial{name: "two rounds", tell: probed(nil)}, "D3"},
	{trial{name: "two rounds at one address", tell: func(s *story) {
		s.header.Target.Auth = s.header.Target.API
		probed(nil)(s)
	}}, "D3"},
	{trial{name: "two rounds, with the clocks of other zones", tell: probed(func(_ int, p *probe) { p.Skew, p.ahead = -26*time.Hour, -26*time.Hour })}, "D3"},
	{trial{name: "two rounds, one after a redirect", hard: []string{"health/reached", "infra/redirected"}, about: "was answered 307", tell: probed(each(fixtures.Backend, "/health", answers(307)))}, "D3!"},
	{trial{name: "unavailable", hard: []string{"health/agree", "health/reached", "infra/unavailable"}, tell: probed(each(fixtures.Backend, ping, func(n int, p *probe) {
		if n == 1 {
			p.Status, p.Body = 503, `{"error":"Database connectivity test failed"}`
		}
	}))}, "D3!"},
	{trial{name: "not there", hard: []string{"health/reached", "infra/component-missing"}, tell: probed(each(fixtures.Auth, "/health/auth", answers(404)))}, "D3!"},
	{trial{name: "unreachable", hard: []string{"health/reached", "infra/tcp"}, about: "was not answered: \"refused\"", tell: probed(each(fixtures.Auth, "/health", func(_ int, p *probe) {
		p.Status, p.Header, p.Broken = 0, nil, &history.Broken{Step: history.StepTCP, Error: "refused"}
	}))}, "D3!"},
	{trial{name: "slower than ten seconds", about: "after 10.5s", hard: []string{"health/reached"}, tell: func(s *story) {
		s.header.Budgets.HTTP = 30 * time.Second
		probed(each(fixtures.Backend, "/health", func(_ int, p *probe) { p.Took = 10500 * time.Millisecond }))(s)
	}}, "D3!"},
	{trial{name: "as slow as ten seconds", tell: func(s *story) {
		s.header.Budgets.HTTP = 30 * time.Second
		probed(each(fixtures.Backend, "/health", func(_ int, p *probe) { p.Took = 10 * time.Second }))(s)
	}}, "D3"},
	{trial{name: "the edge bans the suite", hard: []string{"infra/not-measured", "infra/rate-limited"}, about: "/api/monitoring/ping of the backend service was not asked", tell: probed(each(fixtures.Backend, ping, func(_ int, p *probe) {
		p.Status, p.Header, p.Broken = 0, nil, &history.Broken{Step: history.StepBanned, Error: "until 10:10"}
	}))}, "D3?"},
	{trial{name: "one was not asked", hard: []string{"infra/not-measured"}, about: "/health of the backend service was not asked", tell: probed(each(fixtures.Backend, "/health", func(_ int, p *probe) { p.Purpose = "" }))}, "D3?"},
	{trial{name: "says that it is not well", hard: []string{"health/agree", "health/endpoint"}, tell: probed(each(fixtures.Backend, "/health", func(_ int, p *probe) { p.edits = []string{`"ok"`, `"degraded"`} }))}, "D3!"},
	{trial{name: "a database that is away, nothing declared", hard: []string{"health/reached"}, soft: []string{"health/endpoint"}, about: `says database_status "error"`,
		tell: undeclared(probed(each(fixtures.Auth, "/health", func(_ int, p *probe) { p.edits = []string{`"connected"`, `"error"`} })))}, "D3!"},
	{trial{name: "another word for a database, nothing declared", soft: []string{"health/endpoint"},
		tell: undeclared(probed(each(fixtures.Auth, "/health", func(_ int, p *probe) { p.edits = []string{`"connected"`, `"ok"`} })))}, "D3"},
	{trial{name: "a golden path that is not spoken of, nothing declared", hard: []string{"health/reached"}, soft: []string{"health/endpoint"}, about: "does not say golden_path_ready",
		tell: undeclared(probed(each(fixtures.Auth, "/health/auth", func(_ int, p *probe) { p.edits = []string{`golden_path_ready`, `other`} })))}, "D3!"},

	{trial{name: "one round", about: "the auth service was not seen to be more than a constant", hard: []string{"infra/not-measured"}, tell: probed(func(n int, p *probe) {
		if n == 1 {
			p.Purpose = ""
		}
	})}, "D3?"},
	{trial{name: "nothing but constants", about: "the backend service was not seen to be more than a constant", hard: []string{"infra/not-measured"}, soft: []string{"health/endpoint"},
		tell: undeclared(probed(each(fixtures.Backend, ping, func(_ int, p *probe) { p.Body = `{"status":"ok"}` })))}, "D3?"},
	{trial{name: "times without substance", hard: []string{"infra/not-measured"}, soft: []string{"health/endpoint"},
		tell: undeclared(probed(each(fixtures.Backend, ping, func(_ int, p *probe) { p.edits = []string{`response_time_ms`, `other`} })))}, "D3?"},
	{trial{name: "the same time twice", about: "says the same as 2.037s before", hard: []string{"health/fresh"}, tell: probed(each(fixtures.Backend, ping, func(n int, p *probe) {
		p.ahead = time.Duration(-n) * (2*time.Second + 40*time.Millisecond)
	}))}, "D3!"},
	{trial{name: "the same time twice in a second, which may be one of whole seconds", hard: []string{"infra/not-measured"}, tell: probed(each(fixtures.Backend, ping, func(n int, p *probe) {
		p.Took, p.ahead = time.Duration(n)*1200*time.Millisecond, time.Duration(-n)*(2*time.Second+40*time.Millisecond)
	}))}, "D3?"},
	{trial{name: "the same uptime twice", hard: []string{"health/fresh"}, tell: probed(each(fixtures.Auth, "/health", func(n int, p *probe) { p.edits = []string{`"uptime_seconds":1.5`, `"uptime_seconds":7.25`} }))}, "D3!"},
	{trial{name: "the same whole uptime twice, of two instances", tell: probed(each(fixtures.Auth, "/health", func(n int, p *probe) { p.edits = []string{`"uptime_seconds":1.5`, `"uptime_seconds":7`} }))}, "D3"},
	{trial{name: "a time of old", about: "which was 1m1s before it was asked", hard: []string{"health/fresh"}, tell: probed(each(fixtures.Backend, ping, func(_ int, p *probe) { p.ahead = -61 * time.Second }))}, "D3!"},
	{trial{name: "a time of nearly old", tell: probed(each(fixtures.Backend, ping, func(_ int, p *probe) { p.ahead = -59 * time.Second }))}, "D3"},
	{trial{name: "a time of old, with as old a date", about: "/api/monitoring/ping says that it is", hard: []string{"health/fresh"}, tell: probed(each(fixtures.Backend, ping, func(_ int, p *probe) { p.Skew, p.ahead = -time.Hour, -time.Hour }))}, "D3!"},
	{trial{name: "nobody knows how old it is", tell: probed(func(_ int, p *probe) {
		p.Header, p.ahead = map[string]string{"Content-Type": "application/json"}, -time.Hour
	})}, "D3"},
	{trial{name: "a restart between the rounds", hard: []string{"infra/not-measured"}, tell: func(s *story) {
		probed(nil)(s)
		s.records = s.records[:5]
		s.note(history.TopicRestart, "")
		s.wait(2 * time.Second)
		for _, at := range criterionD3 {
			s.says(at, 200)
		}
	}}, "D3?"},
}

func TestVerdictsOfHealth(t *testing.T) {
	for _, try := range proofTrials {
		t.Run(try.name, func(t *testing.T) {
			s := newStory()
			try.tell(s)
			got, why := verdicts(s.end())
			require.Equal(t, try.want, got, why)
		})
	}
}

func TestTimesOfHealth(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2025-09-17T00:06:34":              time.Date(2025, 9, 17, 0, 6, 34, 0, time.UTC),
		"2025-09-17T00:06:34.5":            time.Date(2025, 9, 17, 0, 6, 34, 5e8, time.UTC),
		"2025-09-17T02:06:34.000001+02:00": time.Date(2025, 9, 17, 0, 6, 34, 1000, time.UTC),
		"2025-09-17T00:06:34Z":             time.Date(2025, 9, 17, 0, 6, 34, 0, time.UTC),
	} {
		got, err := timeOf(text)
		require.NoError(t, err)
		require.True(t, want.Equal(got), text)
	}
	for _, text := range []string{"", "t", "1758067594"} {
		_, err := timeOf(text)
		require.Error(t, err, text)
	}
}
