package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A door is a target that cannot be used.
type door struct {
	name string
	want string // the rule that must find it
	// open starts it and returns the variables that configure the suite; whatever it starts is closed
	// with the lobby.
	open func(*lobby) ([]string, error)
}

// doors are the ways to be unreachable of issue "Foundation", Must hold.
var doors = []door{
	{"closed port", "infra/tcp", (*lobby).closedPort},
	{"accepts and stays silent", "infra/no-answer", (*lobby).silent},
	{"full backlog", "infra/tcp", (*lobby).fullBacklog},
	{"wrong certificate", "infra/tls", (*lobby).wrongCertificate},
	{"503 with HTML", "infra/unavailable", (*lobby).unavailable},
	{"redirect", "infra/redirected", (*lobby).redirect},
	{"200 with HTML", "infra/not-the-platform", (*lobby).parked},
	{"stream that stops in mid-frame", "infra/half-answer", (*lobby).midFrame},
	{"missing component", "infra/tcp", (*lobby).missing},
	{"refused login", "auth/login-refused", (*lobby).refusedLogin},
}

// doorLimit is how long a story may take to say that its target is unreachable: one budget of a remote
// target, 30 s, and time to work.
const doorLimit = 35 * time.Second

// oneStory is the story that stands before every door.
var oneStory = []string{"./e2e/goldenpath", "-run", "^TestStagingCompleteGoldenPathUserFlow$", "-v"}

func (b *bench) unreachable(ctx context.Context, _ group) (rows []Row, err error) {
	if _, err := b.take(ctx); err != nil {
		return nil, err
	}
	for _, d := range doors {
		row, err := b.knock(ctx, d)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", d.name, err)
		}
		b.say("unreachable: %s: %s", d.name, row.Measured)
		rows = append(rows, row)
	}
	return rows, nil
}

func (b *bench) knock(ctx context.Context, d door) (row Row, err error) {
	l := newLobby(ctx)
	defer func() { err = errors.Join(err, l.close()) }()
	env, err := d.open(l)
	if err != nil {
		return row, err
	}
	env = append(env, "STAGING_TARGET=remote", "STAGING_MAX_REQUESTS_PER_MINUTE=0", "STAGING_DIALECT=september")
	run, err := b.goTest(ctx, env, oneStory...)
	if err != nil {
		return row, err
	}
	row = doorRow(d, run.reading)
	if !row.Met {
		row.Notes = append(row.Notes, "output: "+b.keep(strings.ReplaceAll(d.name, " ", "-"), run))
	}
	return row, nil
}

func doorRow(d door, r reading) Row {
	row := Row{
		What: "unreachable: " + d.name,
		Bar:  fmt.Sprintf("red by %s, at most %.0f s", d.want, doorLimit.Seconds()),
	}
	switch {
	case r.green || len(r.failed) == 0:
		row.Measured = "not red"
	case r.panicked || len(r.skipped) > 0:
		row.Measured = "panic or skip"
	default:
		row.Measured = fmt.Sprintf("red by %s in %s", strings.Join(r.rules, " "), seconds(r.longest))
		row.Met = slices.Contains(r.rules, d.want) && r.longest <= doorLimit
	}
	return row
}
