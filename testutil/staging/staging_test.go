package staging

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestMain(m *testing.M) {
	for _, child := range []func() (bool, int){paceChild, turnChild} {
		if done, code := child(); done {
			os.Exit(code)
		}
	}
	goleak.VerifyTestMain(m)
}

// A recording is a history in memory, with every record as a reader would see it.
type recording struct {
	log  *history.Log
	stop func() // ends what may still record; nil: nothing

	mu      sync.Mutex
	text    bytes.Buffer
	records []history.Record
}

func record(t *testing.T) *recording {
	r := &recording{}
	r.log = history.New(r, history.Header{Story: t.Name()}, func(x *history.Record) { r.records = append(r.records, *x) })
	t.Cleanup(func() { _ = r.log.Close() })
	return r
}

func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// close ends the history and returns its records and its text.
func (r *recording) close(t *testing.T) ([]history.Record, string) {
	t.Helper()
	if r.stop != nil {
		r.stop()
	}
	require.NoError(t, r.log.Close())
	return r.records, r.text.String()
}

func of(records []history.Record, kind history.Kind) (found []history.Record) {
	for _, r := range records {
		if r.Kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// topics returns the notes as "topic: text".
func topics(records []history.Record) (notes []string) {
	for _, r := range of(records, history.Note) {
		if r.Note.Topic != history.TopicEnd {
			notes = append(notes, strings.TrimSuffix(r.Note.Topic+": "+r.Note.Text, ": "))
		}
	}
	return notes
}

// short are budgets under which what must run out does so soon.
func short() fixtures.Budgets {
	b := fixtures.EmbeddedBudgets()
	b.HTTP, b.Connect, b.FirstEvent, b.Gap, b.Reply = time.Second, time.Second, time.Second, time.Second, time.Second
	return b
}

// at is the configuration of a target at one base URL.
func at(base string) config.Config {
	return config.Config{
		Target: config.Embedded, APIURL: base, AuthURL: base, WebSocketURL: strings.Replace(base, "http", "ws", 1) + "/ws",
		SimulationKey: config.NewSecret("a-simulation-key"), Dialect: "auto", EventShape: "auto",
	}
}

func target(t *testing.T, c config.Config, b fixtures.Budgets) (*Target, *recording) {
	t.Helper()
	whole, err := NewTarget(c, b)
	require.NoError(t, err)
	r := record(t)
	story := whole.Record(r.log)
	r.stop = story.Close
	t.Cleanup(story.Close)
	return story, r
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
