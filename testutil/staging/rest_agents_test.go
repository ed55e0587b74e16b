package staging

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestAgentsOverREST(t *testing.T) {
	users, _, _, recorded := pairOf(t, refstaging.Config{RunLimit: 100 * time.Millisecond})
	u, ctx := users[0], t.Context()
	p := prompts.Sum(prompts.NewNonce())

	id, err := u.Start(ctx, "data", p)
	require.NoError(t, err)
	status, err := u.AwaitAgent(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, "completed", status)
	status, err = users[1].Status(ctx, id)
	require.NoError(t, err)
	assert.Empty(t, status, "somebody else's is not listed")

	_, err = u.Start(ctx, "astrologer", p)
	require.ErrorAs(t, err, new(*FailedError))
	_, err = u.Start(ctx, "astrologer", p, ExpectFailure("unknown agent"))
	require.NoError(t, err)

	require.NoError(t, u.ExecuteFailing(ctx, "data", p))
	answer, err := u.Execute(ctx, "data", p, SimulateDelay(time.Second))
	require.NoError(t, err)
	assert.Equal(t, "timeout", answer.Failure.Code)
	assert.NotEmpty(t, answer.Failure.Text)
	answer, err = u.Execute(ctx, "data", p)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), answer.Text)

	answer, err = u.Stream(ctx, "data", p)
	require.NoError(t, err)
	assert.True(t, prompts.Contains(answer.Text, p.Want), answer.Text)
	assert.Contains(t, answer.Agent, "agent-")
	_, err = u.Stream(ctx, "astrologer", p)
	require.ErrorAs(t, err, new(*FailedError))
	answer, err = u.Stream(ctx, "astrologer", p, ExpectFailure("unknown agent"))
	require.NoError(t, err)
	assert.Contains(t, answer.Failure.Text, "astrologer")

	records, _ := recorded.close(t)
	intents := map[string][]string{}
	for _, r := range of(records, history.HTTP) {
		if r.Intent != nil {
			intents[r.Exchange.Purpose] = append(intents[r.Exchange.Purpose], r.Intent.Expect)
			assert.Equal(t, p.Nonce, r.Intent.Nonce)
		}
		if r.Exchange.Purpose == history.PurposeStream {
			require.NotNil(t, r.Exchange.Stream)
			assert.Positive(t, r.Exchange.Stream.First)
			assert.Contains(t, r.Exchange.Body, "stream_end")
		}
	}
	assert.Equal(t, map[string][]string{
		history.PurposeStart:   {"", "", history.Failure},
		history.PurposeExecute: {"500", history.Failure, ""},
		history.PurposeStream:  {"", "", history.Failure},
	}, intents)
	assert.Empty(t, topics(records))
}

func TestAFailureOnRequestIsForTheJudgeButABanIsNot(t *testing.T) {
	for status, stops := range map[int]bool{200: false, 500: false, 404: false, 429: true} {
		d := newDoor(t, nil)
		d.mux.HandleFunc("/api/agents/execute", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, status, map[string]any{}) })
		target, recorded := target(t, at(d.URL), short())
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		err = user.ExecuteFailing(t.Context(), "data", prompts.Sum(prompts.NewNonce()))
		assert.Equal(t, stops, err != nil, "%d: %v", status, err)
		recorded.close(t)
	}
}

func TestStatusesListsTheUsersOwnAgents(t *testing.T) {
	users, _, _, recorded := pairOf(t, refstaging.Config{})
	id, err := users[0].Start(t.Context(), "data", prompts.Sum(prompts.NewNonce()))
	require.NoError(t, err)
	_, err = users[0].AwaitAgent(t.Context(), id)
	require.NoError(t, err)
	own, err := users[0].Statuses(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{id: "completed"}, own)
	others, err := users[1].Statuses(t.Context())
	require.NoError(t, err)
	assert.Empty(t, others)
	recorded.close(t)
}

func TestAwaitAgentEndsWithTheAgentOrItsBudget(t *testing.T) {
	list := func(status string) any {
		return []map[string]string{{"agent_id": "b", "status": "completed"}, {"agent_id": "a", "status": status}}
	}
	for _, row := range []struct {
		name     string
		statuses []any // the last one stays
		want     string
		gaveUp   string
	}{
		{"completes", []any{list("running"), list("running"), list("completed")}, "completed", ""},
		{"fails", []any{list("running"), list("failed")}, "failed", ""},
		{"is listed late", []any{[]any{}, list("completed")}, "completed", ""},
		{"is never listed", []any{[]any{}}, "", ", which the target never listed"},
		{"is forgotten", []any{list("running"), []any{}}, "", `, which the target lists no more; its last status was "running"`},
		{"never ends", []any{list("running")}, "running", `, whose status is still "running"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
				nth := 0
				d.mux.HandleFunc("/api/agents/status", func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, "a", r.URL.Query().Get("agent_id"))
					answerJSON(w, 200, row.statuses[min(nth, len(row.statuses)-1)])
					nth++
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				start := time.Now()
				status, err := user.AwaitAgent(t.Context(), "a")
				took := time.Since(start)
				assert.Equal(t, row.want, status)
				records, _ := recorded.close(t)
				if row.gaveUp != "" {
					require.ErrorAs(t, err, new(*WaitError))
					assert.Equal(t, 15*time.Second, took)
					assert.Less(t, nth, 25, "it pauses")
					assert.Equal(t, []string{"gave-up: the end of a started agent" + row.gaveUp}, topics(records))
				} else {
					require.NoError(t, err)
					assert.Empty(t, topics(records))
				}
			})
		})
	}
}
