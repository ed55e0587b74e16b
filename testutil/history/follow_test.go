package history_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A history that is written while it is followed, cut anywhere, gives the same records.
func TestFollowWaitsForWhatIsToCome(t *testing.T) {
	whole, want := write(t, history.Record{Kind: history.Recv, User: "u1", Frame: started}, history.Record{Kind: history.Close, Closed: &history.Closed{By: history.ByClient}})
	path := filepath.Join(t.TempDir(), "history.jsonl")
	file, err := os.Create(path)
	require.NoError(t, err)
	writing := make(chan error, 1)
	go func() {
		var wrong error
		for i := range whole {
			if _, err := file.Write(whole[i : i+1]); err != nil {
				wrong = err
			}
		}
		writing <- wrong
	}()
	r, err := history.Follow(t.Context(), path)
	require.NoError(t, err)
	var got []history.Record
	for {
		next, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		got = append(got, *next)
	}
	require.NoError(t, <-writing)
	require.NoError(t, file.Close())
	require.NoError(t, r.Close())
	assert.True(t, r.Complete())
	assert.Len(t, got, len(want))
}

func TestFollowEndsWithItsContext(t *testing.T) {
	whole, _ := write(t, history.Record{Kind: history.Recv, User: "u1", Frame: started})
	path := filepath.Join(t.TempDir(), "history.jsonl")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)-10], 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := history.Follow(ctx, path)
	require.NoError(t, err)
	defer r.Close()
	_, err = r.Next()
	require.NoError(t, err)
	cancel()
	_, err = r.Next()
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, r.Complete())
}
