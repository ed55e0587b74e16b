package measure

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// An actor is a part that is played in this process.
type actor struct {
	in   *io.PipeWriter
	out  *json.Decoder
	done chan error
}

func act(t *testing.T, part string, task any) *actor {
	t.Helper()
	taskR, taskW := io.Pipe()
	answerR, answerW := io.Pipe()
	a := &actor{taskW, json.NewDecoder(answerR), make(chan error, 1)}
	go func() {
		err := Play(t.Context(), part, taskR, answerW)
		_ = answerW.CloseWithError(errors.Join(err, io.EOF))
		_ = taskR.Close()
		a.done <- err
	}()
	require.NoError(t, json.NewEncoder(taskW).Encode(task))
	return a
}

func (a *actor) end(t *testing.T) {
	t.Helper()
	require.NoError(t, a.in.Close())
	require.NoError(t, <-a.done)
}

func TestBothClientsGetTheSameFrames(t *testing.T) {
	server := act(t, partReference, struct{}{})
	defer server.end(t)
	j := job{Sessions: 3, Prompts: 2, History: filepath.Join(t.TempDir(), "history.jsonl")}
	require.NoError(t, server.out.Decode(&j.Place))

	used := map[string]usage{}
	for _, part := range []string{partBare, partClient} {
		a := act(t, part, j)
		var u usage
		require.NoError(t, a.out.Decode(&u), part)
		a.end(t)
		assert.Equal(t, int64(j.Sessions*j.Prompts*shortFrames), u.Frames, part)
		assert.Positive(t, u.CPU, part)
		assert.Positive(t, u.Wall, part)
		used[part] = u
	}
	client := used[partClient]
	assert.Positive(t, client.Rules)
	assert.Empty(t, client.Findings)
	assert.Positive(t, client.Recorded)
	assert.Zero(t, client.PerSession, "memory was not asked for")
	history, err := os.ReadFile(j.History)
	require.NoError(t, err)
	assert.Len(t, history, int(client.Recorded))
	assert.NotContains(t, string(history), j.Place.Key)
}

func TestAPartEndsWithItsParent(t *testing.T) {
	for _, part := range []string{partBurn, partReference} {
		t.Run(part, func(t *testing.T) {
			a := act(t, part, struct{}{})
			if part == partReference {
				require.NoError(t, a.out.Decode(new(place)))
			}
			a.end(t)
		})
	}
}

func TestPlayRefuses(t *testing.T) {
	for name, row := range map[string]struct{ part, in string }{
		"an unknown part":         {"nobody", "{}"},
		"no task":                 {partBurn, ""},
		"a task of another shape": {partBare, `"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, Play(t.Context(), row.part, strings.NewReader(row.in), io.Discard))
		})
	}
}

func testBench(t *testing.T) *bench {
	exe, err := os.Executable()
	require.NoError(t, err)
	return &bench{Options: Options{Staging: exe}, dir: t.TempDir()}
}

func TestChildren(t *testing.T) {
	b := testBench(t)
	burner, err := b.spawn(t.Context(), partBurn, struct{}{})
	require.NoError(t, err)
	assert.Positive(t, burner.PID())
	require.NoError(t, burner.End())
	require.NoError(t, burner.End(), "twice is once")

	_, err = ask[usage](t.Context(), b, "nobody", struct{}{})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "no such part", "what the process said")

	used, err := b.drive(t.Context(), partClient, job{Sessions: 2, Prompts: 1})
	require.NoError(t, err)
	assert.Equal(t, int64(2*shortFrames), used.Frames)
}

func TestExported(t *testing.T) {
	env, err := exported(strings.NewReader("export STAGING_TARGET='remote'\nexport STAGING_CA_FILE='/a b/ca.pem'\n# serving\nexport LATER='x'\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"STAGING_TARGET=remote", "STAGING_CA_FILE=/a b/ca.pem"}, env)
	assert.Equal(t, []string{"STAGING_TARGET", "STAGING_CA_FILE"}, variableNames(env))
	for name, out := range map[string]string{
		"nothing":           "",
		"only a comment":    "# serving\n",
		"another line":      "hello\n",
		"no quotes":         "export A=b\n",
		"text behind quote": "export A='b' c\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exported(strings.NewReader(out))
			require.Error(t, err)
		})
	}
}

func TestCleanEnvironment(t *testing.T) {
	assert.Equal(t, []string{"PATH=/bin", "MY_STAGING_X=1"}, config.Unconfigured([]string{
		"PATH=/bin", "STAGING_FAULT=x", "E2E_OAUTH_SIMULATION_KEY=k", "TEST_USER_EMAIL=e", "MY_STAGING_X=1",
	}))
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"no command":        {},
		"an unknown group":  {Staging: "staging", Only: "everything"},
		"negative runs":     {Staging: "staging", Repeat: -1},
		"negative sessions": {Staging: "staging", Sessions: -1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Run(t.Context(), o)
			require.Error(t, err)
		})
	}
}
