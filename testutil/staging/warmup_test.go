package staging

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A doctor answers a health probe.
type doctor func(http.ResponseWriter)

func says(status int, body map[string]string) doctor {
	return func(w http.ResponseWriter) { answerJSON(w, status, body) }
}

func (d doctor) after(wait time.Duration) doctor {
	return func(w http.ResponseWriter) { <-time.After(wait); d(w) }
}

// A clinic is a target whose auth service answers its health as told, and then always as at the end.
func clinic(t *testing.T, auth []doctor, change func(*config.Config), backend map[string]doctor) (*Target, *recording) {
	d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), func(c *config.Config) {
		c.APIURL = "http://Backend.example"
		if change != nil {
			change(c)
		}
	}, nil)
	n := 0
	d.mux.HandleFunc("door.example/health", func(w http.ResponseWriter, _ *http.Request) {
		auth[min(n, len(auth)-1)](w)
		n++
	})
	answers := map[string]doctor{
		"/health":            says(200, map[string]string{"status": "ok"}),
		"/api/config/public": says(200, map[string]string{"environment": "staging"}),
	}
	for path, answer := range backend {
		answers[path] = answer
	}
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w) })
	return target, recorded
}

// asked counts the exchanges of a purpose.
func asked(records []history.Record, purpose string) (n int) {
	for _, r := range of(records, history.HTTP) {
		if r.Exchange.Purpose == purpose {
			n++
		}
	}
	return n
}

var (
	well = says(200, map[string]string{"status": "healthy", "environment": "staging"})
	slow = well.after(350 * time.Millisecond)
	down = says(503, map[string]string{"status": "unhealthy", "environment": "staging"})
)

func TestTheWarmUpOfTheAuthService(t *testing.T) {
	for _, row := range []struct {
		name   string
		auth   []doctor
		probes int // 0: as many as fit
		atMost int
		check  func(*testing.T, error)
		note   string // its topic
		says   string // in it
	}{
		{name: "warm", auth: []doctor{well}, probes: 2},
		{name: "cold once", auth: []doctor{slow, well}, probes: 3},
		{name: "twice in a row", auth: []doctor{well, slow, well}, probes: 4},
		{name: "starting", auth: []doctor{down, down, well}, probes: 4},
		{name: "far away", auth: []doctor{slow}, probes: 5, note: history.TopicSlowStart, says: "350ms last"},
		{name: "never twice in a row", auth: []doctor{well, slow, well, slow, well, slow}, probes: 5, note: history.TopicSlowStart, says: "350ms at most"},
		{name: "very far away", auth: []doctor{well.after(3 * time.Second)}, probes: 4, note: history.TopicSlowStart, says: "3s last"},
		{name: "far away after a start", auth: []doctor{down, slow, down, slow}, probes: 8, note: history.TopicSlowStart},
		{name: "never up", auth: []doctor{down}, note: history.TopicGaveUp, check: func(t *testing.T, err error) {
			require.ErrorAs(t, err, new(*WaitError))
			require.ErrorAs(t, err, new(*StatusError))
		}},
		{name: "slow and never healthy", atMost: 20, note: history.TopicGaveUp, check: func(t *testing.T, err error) { require.ErrorAs(t, err, new(*WaitError)) },
			auth: []doctor{says(200, map[string]string{"status": "degraded"}).after(350 * time.Millisecond)}},
		{name: "broken", auth: []doctor{says(500, nil)}, probes: 1, check: func(t *testing.T, err error) {
			require.ErrorAs(t, err, new(*StatusError))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target, recorded := clinic(t, row.auth, nil, nil)
				start := time.Now()
				err := target.WarmUp(t.Context())
				if row.check != nil {
					row.check(t, err)
				} else {
					require.NoError(t, err)
				}
				assert.LessOrEqual(t, time.Since(start), 14*time.Second, "within Ready and one exchange")
				records, _ := recorded.close(t)
				probes := asked(records, history.PurposeWarmUp)
				if row.probes > 0 {
					assert.Equal(t, row.probes, probes)
				}
				if row.atMost > 0 {
					assert.LessOrEqual(t, probes, row.atMost, "it hammers nobody")
				}
				assert.Equal(t, row.check == nil, asked(records, history.PurposeHealth) == 1)
				assert.Equal(t, row.check == nil, asked(records, history.PurposeConfig) == 1)
				notes := of(records, history.Note)
				if row.note == "" {
					require.Len(t, notes, 1, "only the end")
					return
				}
				assert.Equal(t, row.note, notes[0].Note.Topic)
				assert.Contains(t, notes[0].Note.Text, row.says)
			})
		})
	}
}

func TestAPauseOfTheWarmUpEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, _ := clinic(t, []doctor{down}, nil, nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		context.AfterFunc(t.Context(), func() { cancel(nil) })
		go func() {
			<-time.After(5 * time.Second)
			cancel(errSignal)
		}()
		start := time.Now()
		require.ErrorIs(t, target.WarmUp(ctx), errSignal)
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

func TestATargetThatCallsItselfProductionIsLeftAlone(t *testing.T) {
	calls := func(environment string) doctor {
		return says(200, map[string]string{"status": "ok", "environment": environment})
	}
	for _, row := range []struct {
		name            string
		auth            doctor
		health, public  doctor
		allow           []string
		refused         bool
		warm, api, conf int // exchanges
	}{
		{name: "staging", auth: well, health: calls("staging"), public: calls("Staging"), warm: 2, api: 1, conf: 1},
		{name: "auth", auth: calls("Production"), refused: true, warm: 1},
		{name: "auth that is down", auth: says(503, map[string]string{"environment": "production"}), refused: true, warm: 1},
		{name: "backend's health", auth: well, health: calls("PRODUCTION"), refused: true, warm: 2, api: 1},
		{name: "backend's configuration", auth: well, health: calls(""), public: calls("prod"), refused: true, warm: 2, api: 1, conf: 1},
		{name: "backend without a configuration", auth: well, health: calls(""), public: says(404, map[string]string{"detail": "Not Found"}), warm: 2, api: 1, conf: 1},
		{name: "all allowed", auth: calls("production"), health: calls("production"), public: calls("production"),
			allow: []string{"Door.Example", "backend.example."}, warm: 2, api: 1, conf: 1},
		{name: "only auth allowed", auth: calls("production"), health: calls(""), public: calls("production"), allow: []string{"door.example"}, refused: true, warm: 2, api: 1, conf: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target, recorded := clinic(t, []doctor{row.auth}, func(c *config.Config) { c.AllowProduction = row.allow },
					map[string]doctor{"/health": row.health, "/api/config/public": row.public})
				err := target.WarmUp(t.Context())
				if row.refused {
					require.ErrorIs(t, err, ErrProduction)
				} else {
					require.NoError(t, err)
				}
				records, _ := recorded.close(t)
				assert.Equal(t, row.warm, asked(records, history.PurposeWarmUp))
				assert.Equal(t, row.api, asked(records, history.PurposeHealth))
				assert.Equal(t, row.conf, asked(records, history.PurposeConfig))
				assert.Equal(t, row.refused, of(records, history.Note)[0].Note.Topic == history.TopicRefusal)
			})
		})
	}
}

func TestABackendThatIsDownEndsTheWarmUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, path := range []string{"/health", "/api/config/public"} {
			target, _ := clinic(t, []doctor{well}, nil, map[string]doctor{path: down})
			require.ErrorAs(t, target.WarmUp(t.Context()), new(*StatusError), path)
		}
	})
}
