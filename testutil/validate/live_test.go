package validate

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/judge"
	"github.com/netra-systems/staging-e2e/testutil/report"
)

func line(action, test, more string) []byte {
	return fmt.Appendf(nil, `{"Action":%q,"Package":"x/e2e/goldenpath","Test":%q%s}`, action, test, more)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

const (
	heard = `{"n":1,"kind":"recv","session":"u1.s1","run":"u1.s1.r1","frame":{"type":"agent_started"}}` + "\n"
	other = `{"n":1,"kind":"recv","session":"u1.s1","frame":{"kind":"recv","run":"x"}}` + "\n"
)

func TestLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	var last Moment
	l := newLive(3, func(m Moment) { last = m })
	l.take([]byte("no JSON at all"))
	l.take(line("run", "TestStagingPath", ""))
	l.take(line("attr", "TestStagingPath", fmt.Sprintf(`,"Key":"netra.history","Value":%q`, path)))
	l.look()
	assert.Equal(t, Moment{Of: 3, Now: []string{"Path"}}, last, "a history that is not there yet")

	write(t, path, heard+other+heard[:20])
	l.look()
	assert.Equal(t, 1, last.Events)
	write(t, path, heard[20:]+heard)
	l.look()
	assert.Equal(t, 3, last.Events)

	l.take(line("run", "TestStagingLater", ""))
	l.take(line("pause", "TestStagingLater", ""))
	l.look()
	assert.Equal(t, []string{"Path"}, last.Now, "one that waits is not at work")
	l.take(line("cont", "TestStagingLater", ""))
	l.take(line("run", "TestStagingLater/part", ""))
	l.take(line("fail", "TestStagingLater/part", ""))
	l.look()
	assert.Equal(t, []string{"Path", "Later"}, last.Now, "a part is no story, and ends none")

	l.take(line("pass", "TestStagingPath", `,"Elapsed":1.25`))
	assert.Equal(t, Moment{News: "pass goldenpath/Path, 1.2 s, 3 events", Now: []string{"Later"}, Done: 1, Of: 3, Events: 3}, last)
}

// A story that an interrupt kept from beginning was not told, and did not fail.
func TestLiveLeavesOutWhatDidNotBegin(t *testing.T) {
	var news []string
	l := newLive(2, func(m Moment) { news = append(news, m.News) })
	l.take(line("run", "TestStagingPath", ""))
	l.take(line("attr", "TestStagingPath", `,"Key":"netra.interrupted","Value":"interrupted by a signal"`))
	l.take(line("fail", "TestStagingPath", ""))
	assert.Empty(t, news)
	assert.Equal(t, "0 of 2 stories were told, 0 of them red", l.result())
}

func TestLiveSaysWhatFailed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "history.jsonl"), heard)
	write(t, filepath.Join(dir, "findings.txt"), report.Summary(judge.Finding{Rule: "latency/margin", Message: "it was slow"})+"\n"+
		report.Summary(judge.Finding{Rule: "answer/canned", Hard: true, Message: "it is canned"})+"\n")
	var last Moment
	l := newLive(1, func(m Moment) { last = m })
	l.take(line("run", "TestStagingPath", ""))
	l.take(line("attr", "TestStagingPath", fmt.Sprintf(`,"Key":"netra.history","Value":%q`, filepath.Join(dir, "history.jsonl"))))
	l.take(line("fail", "TestStagingPath", ""))
	assert.Equal(t, Moment{News: "fail goldenpath/Path, 0.0 s, 1 events: FINDING answer/canned: it is canned", Bad: true, Done: 1, Of: 1, Red: 1, Events: 1}, last)
}
