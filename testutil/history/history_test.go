package history_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

const started = `{"type":"agent_started","run_id":"run_chat_1_00000001","agent_name":"Supervisor","timestamp":1758103201.12}`

func header() history.Header {
	return history.Header{
		Suite: "(devel)", Package: "./e2e/goldenpath", Story: "TestStagingX", Attempt: 1,
		Start:   time.Date(2026, 11, 23, 4, 5, 6, 789, time.UTC),
		Target:  history.Target{Kind: "embedded", API: "http://127.0.0.1:1", Dialect: "auto", Shape: "september", Abilities: []string{history.ExactAnswers}},
		Budgets: fixtures.EmbeddedBudgets(),
	}
}

// write makes a history of the records and returns its bytes and what the observer saw.
func write(t require.TestingT, records ...history.Record) (file []byte, seen []history.Record) {
	var out bytes.Buffer
	log := history.New(&out, header(), func(r *history.Record) { seen = append(seen, *r) })
	for i := range records {
		log.Append(&records[i], nil)
	}
	require.NoError(t, log.Close())
	return out.Bytes(), seen
}

func read(t require.TestingT, file []byte) (history.Header, []history.Record) {
	r, err := history.Read(bytes.NewReader(file))
	require.NoError(t, err)
	var all []history.Record
	for {
		next, err := r.Next()
		if errors.Is(err, io.EOF) {
			require.True(t, r.Complete())
			return r.Header, all
		}
		require.NoError(t, err)
		all = append(all, *next)
	}
}

func TestReadingGivesTheSameHeader(t *testing.T) {
	file, _ := write(t)
	got, _ := read(t, file)
	want := header()
	want.Version = history.Version
	assert.Equal(t, want, got)
}

func TestReadingGivesTheSameRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file, written := write(t, rapid.SliceOfN(record(), 0, 20).Draw(t, "records")...)
		_, got := read(t, file)
		require.Len(t, got, len(written))
		for i := range got {
			require.Equal(t, written[i], got[i])
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n")) {
			require.True(t, json.Valid(line), "%s", line)
		}
	})
}

// record draws records of every kind with hostile texts.
func record() *rapid.Generator[history.Record] {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x00\xff", "line\nbreak", "\u202e", `"\`, "</script>"}))
	frame := rapid.OneOf(text, rapid.SampledFrom([]string{
		started, "{\n}", "[]", `{"type":"pong"}`, `{"type":"\u0000"}`, "{\"type\":\"x\xff\"}", `{"a":1,"a":2}`, `{"n":1e400}`, ` {"type":"ack"}`,
	}))
	return rapid.Custom(func(t *rapid.T) history.Record {
		r := history.Record{
			At:      time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "at")),
			User:    rapid.SampledFrom([]string{"", "u1"}).Draw(t, "user"),
			Session: rapid.SampledFrom([]string{"", "u1.s1", `s"\` + "\u2028"}).Draw(t, "session"),
			Run:     rapid.SampledFrom([]string{"", "u1.s1.r1"}).Draw(t, "run"),
			Kind:    rapid.SampledFrom([]history.Kind{history.Login, history.HTTP, history.Dial, history.Open, history.Send, history.Recv, history.Close, history.Note}).Draw(t, "kind"),
		}
		valid := func(name string) string { return strings.ToValidUTF8(text.Draw(t, name), "?") }
		broken := &history.Broken{Step: history.StepTCP, Timeout: rapid.Bool().Draw(t, "timeout"), Error: valid("error")}
		switch r.Kind {
		case history.Send, history.Recv:
			r.Frame = frame.Draw(t, "frame")
			r.Binary = rapid.Bool().Draw(t, "binary")
			r.Cut = rapid.SampledFrom([]int64{0, 16 << 20}).Draw(t, "cut")
		case history.Login:
			r.Login = &history.Identity{Email: valid("email"), Method: "simulation", Expires: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "exp"), 0).UTC()}
		case history.HTTP:
			r.Exchange = &history.Exchange{Purpose: history.PurposeLogin, URL: valid("url"), Body: valid("body"), Cut: -1, Header: map[string]string{"Server": valid("server")}, Broken: broken, Took: 5}
			r.Intent = &history.Intent{Expect: "401", Why: valid("why")}
		case history.Dial:
			r.Dialled = &history.Dialled{URL: valid("url"), Offered: []string{valid("offered")}}
		case history.Open:
			r.Opened = &history.Opened{Subprotocol: valid("subprotocol"), Took: 7}
		case history.Close:
			r.Closed = &history.Closed{By: history.ByServer, Code: 1011, Reason: valid("reason"), Broken: broken}
		case history.Note:
			r.Note = &history.Remark{Topic: history.TopicGaveUp, Text: valid("text")}
		}
		return r
	})
}

func TestConcurrentAppendsKeepOneOrder(t *testing.T) {
	var out bytes.Buffer
	var seen []uint64
	log := history.New(&out, header(), func(r *history.Record) { seen = append(seen, r.Seq) })
	var writers sync.WaitGroup
	for session := range 20 {
		writers.Go(func() {
			for i := range 100 {
				log.Append(&history.Record{Kind: history.Recv, Session: fmt.Sprint("s", session), Run: fmt.Sprint(i), Frame: started}, nil)
			}
		})
	}
	writers.Wait()
	require.NoError(t, log.Close())

	_, records := read(t, out.Bytes())
	require.Len(t, records, 2001)
	next := map[string]int{}
	for i, r := range records {
		require.EqualValues(t, i+1, r.Seq)
		require.EqualValues(t, i+1, seen[i])
		if r.Kind == history.Recv {
			require.Equal(t, fmt.Sprint(next[r.Session]), r.Run, "the order within a session")
			next[r.Session]++
		}
	}
}

func TestLabelSeesTheDecodedEvent(t *testing.T) {
	r := history.Record{Kind: history.Recv, Session: "u1.s1", Frame: started}
	log := history.New(io.Discard, header(), nil)
	label := func(r *history.Record) { log.Append(r, nil) }
	label(&r)
	require.NoError(t, log.Close())
	require.NotNil(t, r.Event)
	assert.Equal(t, "Supervisor", r.Event.Agent)
	assert.EqualValues(t, 1, r.Seq)
}

func TestEveryTruncationIsReadUpToTheDamage(t *testing.T) {
	file, written := write(t, history.Record{Kind: history.Recv, Frame: started}, history.Record{Kind: history.Recv, Frame: "no JSON\n"})
	for length := range len(file) {
		r, err := history.Read(bytes.NewReader(file[:length]))
		var damage *history.DamageError
		if err != nil {
			require.ErrorAs(t, err, &damage, "cut at %d", length)
			continue
		}
		n := 0
		for {
			record, err := r.Next()
			if err != nil {
				require.False(t, r.Complete(), "cut at %d", length)
				if !errors.Is(err, io.EOF) {
					require.ErrorAs(t, err, &damage)
					require.Equal(t, int64(bytes.LastIndexByte(file[:length], '\n')+1), damage.Offset)
				}
				break
			}
			require.Equal(t, written[n], *record)
			n++
		}
		require.Equal(t, max(0, bytes.Count(file[:length], []byte("\n"))-1), n, "cut at %d", length)
	}
}

func TestReaderRefusesWhatItCannotKnow(t *testing.T) {
	good, _ := write(t)
	for name, row := range map[string]struct{ file, want string }{
		"empty":         {"", "the file is empty"},
		"newer":         {`{"version":2}` + "\n", "use the suite that wrote it"},
		"not a history": {`{"hello":1}` + "\n", `has no "version"`},
		"not JSON":      {"hello\n", "not a history header"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := history.Read(strings.NewReader(row.file))
			require.ErrorContains(t, err, row.want)
		})
	}
	for name, line := range map[string]string{
		"a record that is missing": `{"n":7,"at":0.000000001,"wall":"2026-11-23T04:05:06Z","kind":"note"}`,
		"a record without a kind":  `{"n":2,"at":0.000000001}`,
		"an offset in other units": `{"n":2,"at":12,"kind":"note"}`,
		"a broken line":            `{"n":2,`,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := history.Read(strings.NewReader(string(good) + line + "\n"))
			require.NoError(t, err)
			_, err = r.Next()
			require.NoError(t, err, "the note that ends the history")
			_, err = r.Next()
			var damage *history.DamageError
			require.ErrorAs(t, err, &damage)
			assert.Equal(t, 3, damage.Line)
			assert.Equal(t, int64(len(good)), damage.Offset)
		})
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	log, err := history.Create(path, header(), nil)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	_, err = history.Create(path, header(), nil)
	require.Error(t, err)

	r, err := history.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "TestStagingX", r.Header.Story)
	require.NoError(t, r.Close())
}

func TestWriteErrorsAreNotLost(t *testing.T) {
	log := history.New(failing{}, header(), nil)
	log.Remark(history.TopicStory, "x")
	require.ErrorIs(t, log.Close(), errDisk)
}

func TestAppendAfterCloseIsReported(t *testing.T) {
	log := history.New(io.Discard, header(), nil)
	require.NoError(t, log.Close())
	log.Remark(history.TopicStory, "late")
	require.NoError(t, log.Close(), "only the first Close reports")
}

var errDisk = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

func FuzzRead(f *testing.F) {
	file, _ := write(f, history.Record{Kind: history.Recv, Frame: started}, history.Record{Kind: history.Close, Closed: &history.Closed{By: history.ByNetwork}})
	f.Add(file)
	f.Add([]byte(`{"version":1}` + "\n" + `{"n":1,"at":0.000000000,"kind":"recv","bytes":"/w=="}` + "\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := history.Read(bytes.NewReader(file))
		for err == nil {
			_, err = r.Next()
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	const september = `{"type":"agent_thinking","event_id":"evt_agent_thinking_1758103201740_2_41b7d0c8","user_id":"3f6b1c9e-52d4-4a07-9b1e-8c2d7f40a611","thread_id":"thread_chat_41_5d0e9c37","run_id":"run_chat_41_5d0e9c37","request_id":"req_chat_42_a83f10bd","agent_name":"Supervisor","timestamp":1758103201.74,"critical":true,"status":"thinking","thought":"Comparing bucket sizes with prices.","reasoning":"Comparing bucket sizes with prices.","payload":{"agent_name":"Supervisor","thought":"Comparing bucket sizes with prices.","step_number":1},"data":{"agent":"Supervisor","status":"thinking","reasoning":"Comparing bucket sizes with prices.","step_number":1}}`
	for _, users := range []int{1, 1000} {
		b.Run(fmt.Sprintf("%d users", users), func(b *testing.B) {
			log, err := history.Create(filepath.Join(b.TempDir(), "h.jsonl"), header(), nil)
			require.NoError(b, err)
			for i := range users {
				log.Secret(token(i))
			}
			b.ReportAllocs()
			for b.Loop() {
				log.Append(&history.Record{Kind: history.Recv, User: "u1", Session: "u1.s1", Run: "u1.s1.r1", Frame: september}, nil)
			}
			require.NoError(b, log.Close())
		})
	}
}

// TestEveryVersionIsRead reads a history that each version of the format wrote; none is ever removed.
func TestEveryVersionIsRead(t *testing.T) {
	files, err := filepath.Glob("testdata/v*.jsonl")
	require.NoError(t, err)
	require.Len(t, files, history.Version)
	for _, file := range files {
		r, err := history.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("testdata/v%d.jsonl", r.Header.Version), filepath.ToSlash(file))
		assert.Equal(t, "TestStagingCompleteGoldenPathUserFlow", r.Header.Story)
		kinds := map[history.Kind]int{}
		types := map[string]int{}
		for {
			next, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			kinds[next.Kind]++
			if next.Event != nil {
				types[next.Event.Type]++
			}
		}
		require.True(t, r.Complete())
		require.NoError(t, r.Close())
		for _, kind := range []history.Kind{history.Login, history.HTTP, history.Dial, history.Open, history.Send, history.Recv, history.Close, history.Note} {
			assert.NotZero(t, kinds[kind], kind)
		}
		for _, event := range wire.TheFive {
			assert.Equal(t, 1, types[event], event)
		}
	}
}
