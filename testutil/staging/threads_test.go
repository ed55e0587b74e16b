package staging

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

func TestThreadsOverREST(t *testing.T) {
	users, _, target, recorded := pairOf(t, refstaging.Config{})
	owner, ctx := users[0], t.Context()
	made, err := owner.CreateThread(ctx, "Bills of May")
	require.NoError(t, err)
	other, err := owner.CreateThread(ctx, "Bills of June")
	require.NoError(t, err)
	said, err := owner.Say(ctx, made.ID, "What do we pay?")
	require.NoError(t, err)
	got, err := owner.Thread(ctx, made.ID)
	require.NoError(t, err)
	assert.Equal(t, Thread{ID: made.ID, Title: "Bills of May", Messages: 1}, got)
	messages, err := owner.Messages(ctx, made.ID)
	require.NoError(t, err)
	assert.Equal(t, []Message{{ID: said.ID, Role: "user", Content: "What do we pay?"}}, messages)

	require.NoError(t, owner.Chat(ctx, made.ID, "And who pays it?"))

	require.NoError(t, users[1].TryThread(ctx, owner, made.ID))

	require.NoError(t, owner.DeleteThread(ctx, made.ID))
	listed, err := owner.Threads(ctx)
	require.NoError(t, err)
	assert.Equal(t, []Thread{other}, listed)
	var status *StatusError
	_, err = owner.Thread(ctx, made.ID)
	require.ErrorAs(t, err, &status)
	assert.Equal(t, http.StatusNotFound, status.Status)

	require.NoError(t, target.Archive(ctx))
	records, _ := recorded.close(t)
	var archived []string
	tried := 0
	for _, r := range of(records, history.HTTP) {
		switch {
		case r.Intent != nil && r.Intent.Spoofs != "":
			tried++
			assert.Equal(t, owner.Label(), r.Intent.Spoofs)
			assert.NotContains(t, r.Exchange.Body, "who pays")
			if r.Intent.Expect != "" {
				assert.Equal(t, "403", r.Intent.Expect)
				assert.Equal(t, http.StatusForbidden, r.Exchange.Status, r.Exchange.Method+r.Exchange.URL)
			}
		case r.Exchange.Purpose == history.PurposeArchive:
			archived = append(archived, r.Exchange.URL[len(target.config.APIURL):])
		}
	}
	assert.Equal(t, 6, tried)
	assert.Equal(t, []string{"/api/threads/" + made.ID, "/api/threads/" + other.ID}, archived, "each once")
}

func TestAThreadIsReadAsItIsDocumented(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/api/threads", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, map[string]any{"title": nil}) })
	target, recorded := target(t, at(d.URL), short())
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	_, err = user.CreateThread(t.Context(), "Bills")
	require.ErrorContains(t, err, `"id"`)
	_, err = user.Threads(t.Context())
	require.ErrorContains(t, err, "http.md 5.4")
	recorded.close(t)
}

// What the target serves to somebody else does not stop the story: the judge reads it.
func TestAnOpenThreadIsTriedToTheEnd(t *testing.T) {
	d := newDoor(t, nil)
	d.mux.HandleFunc("/api/threads/{rest...}", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, map[string]any{}) })
	d.mux.HandleFunc("/api/threads", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, []any{}) })
	d.mux.HandleFunc("/api/chat/messages", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, map[string]any{}) })
	target, recorded := target(t, at(d.URL), short())
	victim, err := target.Login(t.Context())
	require.NoError(t, err)
	user, err := target.Login(t.Context())
	require.NoError(t, err)
	require.NoError(t, user.TryThread(t.Context(), victim, "thread_1"))
	records, _ := recorded.close(t)
	assert.Len(t, of(records, history.HTTP), 2+7)
}
