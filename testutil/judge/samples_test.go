package judge

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// Every sample conversation is legal, in whatever dialect: a target that declares nothing makes no
// hard finding with it, and one that declares the shape of the sample makes none either.
func TestSampleConversationsAreLegal(t *testing.T) {
	for _, file := range []struct {
		name, shape string
		mayFail     bool // holds a run that fails
	}{
		{"september_s1_main", "september", false}, {"september_s0", "", false}, {"october", "october", false},
		{"e1", "e1", false}, {"e2", "", false}, {"e3", "e3", false}, {"e4", "e4", false}, {"e5", "e5", false},
		{"e6", "e6", false}, {"e7", "e7", false}, {"e8", "e8", false}, {"demo", "", true},
	} {
		t.Run(file.name, func(t *testing.T) {
			for _, shape := range []string{"auto", file.shape} {
				s := newStory().auto()
				if shape != "" {
					s.header.Target.Shape = shape
				}
				s.replay(t, filepath.Join("..", "..", "fixtures", "frames", file.name+".jsonl"))
				s.end()
				hard := ids(s.judged(), true)
				if file.mayFail {
					hard = without(hard, "lifecycle/failed")
				}
				require.Empty(t, hard, "shape %q\n%s", shape, s.listing(s.judged()))
			}
		})
	}
}

// replay records a sample file as one session, as the client would: an event belongs to the latest
// prompt of its session.
func (s *story) replay(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	c := &conn{person: &person{story: s, label: "u1"}}
	s.add(&history.Record{Kind: history.Login, User: "u1", Login: &history.Identity{Email: "a@b.example", Subject: "3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611"}})
	c = c.person.dial(nil).opened()
	run := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct {
			Dir   string
			Frame json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		r := &history.Record{Kind: history.Recv, User: "u1", Session: c.label, Frame: string(line.Frame)}
		if line.Dir == "send" {
			r.Kind = history.Send
		}
		decode(r)
		if r.Event.Type == wire.Prompt {
			run += "r"
			r.Intent = &history.Intent{}
		}
		if r.Event.Type == wire.Prompt || IsRunEvent(r.Event.Type) {
			r.Run = run
		}
		s.add(r)
		if !r.Event.Time.IsZero() {
			r.Wall = r.Event.Time.Add(time.Millisecond)
		}
	}
	require.NoError(t, lines.Err())
	require.NotZero(t, strings.Count(run, "r"), "a sample without a prompt shows nothing")
	c.shut()
}
