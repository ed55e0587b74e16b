package suite

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
)

// A Plan lists every story of every package below e2e, so that each test process knows the whole: what
// a -run pattern selects anywhere, and what the selected stories cost at the pace of a remote target.
type Plan []Entry

// An Entry describes one story.
type Entry struct {
	Package string // folder below e2e
	Story   string // name of its test function
	Shows   string // what a green result says about the target, one sentence
	// Criteria are those of issue #891 that a green result shows (of F1 to F5, P1, P2: deployment.md 7); the others
	// are measured by readings. They must not depend on an ability that a target may lack.
	Criteria []string
	// Exercises are the needs of the catalogue of regressions (fixtures/regressions) that it fulfils.
	Exercises []string
	// Refusing stories provoke refusals of credentials or of sessions. They are told when all others of
	// their process are done, and on a remote target when no other process of this machine tells one: a
	// target may take refusals as an attack, and then refuse others too (websocket.md 3.5).
	Refusing bool
	// Alone is a story that measures what others would disturb; it is told as the Refusing ones are.
	Alone bool
	Cost  Cost
}

// excludes tells whether a story has the target for itself.
func (e Entry) excludes() bool { return e.Refusing || e.Alone }

// Cost bounds what a story asks of a target; the suite reports it before a remote run, and fails a story that
// exceeds it on the embedded target. Warm-up and health, the same for every story, are not in it. The
// parts PerUser count for each of Config.Users.
type Cost struct {
	Edge           int // requests and dials outside /api/: login, verify, connect
	API            int // requests below /api/, archived threads included
	Prompts        int // that agents are to answer, in sessions and over REST
	EdgePerUser    int
	APIPerUser     int
	PromptsPerUser int
	Runs           int // agent runs one after the other; overlapping ones count once
	Cleanups       int // how often it waits until the target has cleaned up, for the budget Cleanup
	// Repeats adds the runs of Story.Repeat, each with a thread to archive.
	Repeats bool
}

// A load is what the cost of a story depends on.
type load struct{ users, runs int }

func loadOf(c config.Config) load { return load{users: c.Users, runs: c.Runs()} }

// repeated is how many runs Story.Repeat makes.
func (c Cost) repeated(l load) int {
	if !c.Repeats {
		return 0
	}
	return l.runs
}

// What every story begins with, when the target is quick: the health of the auth service, twice, and of
// the backend; below /api/, the public configuration.
const (
	preconditions    = 3
	apiPreconditions = 1
)

func (c Cost) edge(l load) int    { return c.Edge + l.users*c.EdgePerUser }
func (c Cost) api(l load) int     { return c.API + l.users*c.APIPerUser + c.repeated(l) }
func (c Cost) prompts(l load) int { return c.Prompts + l.users*c.PromptsPerUser + c.repeated(l) }

// find returns the entry of a story.
func (p Plan) find(story string) (Entry, bool) {
	for _, e := range p {
		if e.Story == story {
			return e, true
		}
	}
	return Entry{}, false
}

// selected returns the entries that go test's -run and -skip select.
func (p Plan) selected(run, skip string) (Plan, error) {
	var wanted, unwanted []*regexp.Regexp
	for _, alternative := range split(run, '|') {
		// The part before the first slash selects the test, the rest its subtests.
		re, err := regexp.Compile(split(alternative, '/')[0])
		if err != nil {
			return nil, fmt.Errorf("-run: %w", err)
		}
		wanted = append(wanted, re)
	}
	for _, alternative := range split(skip, '|') {
		if skip == "" || len(split(alternative, '/')) > 1 {
			continue // it skips subtests only
		}
		re, err := regexp.Compile(alternative)
		if err != nil {
			return nil, fmt.Errorf("-skip: %w", err)
		}
		unwanted = append(unwanted, re)
	}
	var chosen Plan
	for _, e := range p {
		if matches(wanted, e.Story) && !matches(unwanted, e.Story) {
			chosen = append(chosen, e)
		}
	}
	return chosen, nil
}

// of returns the entries of one package.
func (p Plan) of(pkg string) (own Plan) {
	for _, e := range p {
		if e.Package == pkg {
			own = append(own, e)
		}
	}
	return own
}

func matches(patterns []*regexp.Regexp, name string) bool {
	return slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(name) })
}

// split cuts a pattern at each separator that stands outside brackets, as go test does.
func split(pattern string, separator byte) (parts []string) {
	class, group, from := 0, 0, 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '[':
			class++
		case c == ']':
			class = max(0, class-1)
		case c == '(' && class == 0:
			group++
		case c == ')' && class == 0:
			group--
		case c == separator && class == 0 && group == 0:
			parts = append(parts, pattern[from:i])
			from = i + 1
		}
	}
	return append(parts, pattern[from:])
}

// need is what the selected stories ask of a remote target.
type need struct {
	stories, edge, api, prompts int
	paced                       time.Duration // that the pace alone takes
	expected                    time.Duration // with slow but healthy answers
}

// answerEstimate is how long a slow but healthy answer takes: half the budget of P2 of issue #891.
const answerEstimate = 30 * time.Second

// cleanupEstimate is how long a remote target is given to clean up.
var cleanupEstimate = fixtures.RemoteBudgets().Cleanup

// waits is how long the story waits for a slow but healthy target, besides the pace.
func (c Cost) waits(l load) time.Duration {
	runs := c.Runs + (c.repeated(l)+repeatedAtOnce-1)/repeatedAtOnce
	return time.Duration(runs)*answerEstimate + time.Duration(c.Cleanups)*cleanupEstimate
}

// need adds up the stories. They run one after the other in a package, the packages side by side (go
// test -p), and those that have the target for themselves one after the other when all others are done. All share the pace;
// edgePace and apiPace are in requests a minute, 0 without a limit.
func (p Plan) need(l load, edgePace, apiPace int) need {
	n := need{stories: len(p)}
	beside := map[string]time.Duration{} // package → what its stories take that have others beside them
	var alone, longest time.Duration
	for _, e := range p {
		n.edge += preconditions + e.Cost.edge(l)
		n.api += apiPreconditions + e.Cost.api(l)
		n.prompts += e.Cost.prompts(l)
		if e.excludes() {
			alone += e.Cost.waits(l)
		} else {
			beside[e.Package] += e.Cost.waits(l)
			longest = max(longest, beside[e.Package])
		}
	}
	n.paced = max(spread(n.edge, edgePace), spread(n.api, apiPace))
	n.expected = n.paced + longest + alone
	return n
}

// times is the need of running everything n times.
func (n need) times(rounds int) need {
	n.stories, n.edge, n.api, n.prompts = n.stories*rounds, n.edge*rounds, n.api*rounds, n.prompts*rounds
	n.paced, n.expected = n.paced*time.Duration(rounds), n.expected*time.Duration(rounds)
	return n
}

func spread(requests, perMinute int) time.Duration {
	if perMinute == 0 {
		return 0
	}
	return time.Duration(requests) * time.Minute / time.Duration(perMinute)
}
