package staging

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Stories that provoke refusals have the target for themselves, after all that share it.
func TestExcludedStoriesWaitForAllOthers(t *testing.T) {
	home(t)
	synctest.Test(t, func(t *testing.T) {
		story := func() (*Target, *recording) {
			d := at("https://api.staging.netrasystems.ai")
			d.Target = config.Remote
			return target(t, d, short())
		}
		first, _ := story()
		second, _ := story()
		leaveFirst, err := first.Share(t.Context())
		require.NoError(t, err)
		leaveSecond, err := second.Share(t.Context())
		require.NoError(t, err, "ordinary stories share")

		refusing, recorded := story()
		order := make(chan string, 2)
		var leave func()
		go func() {
			var err error
			leave, err = refusing.Exclude(t.Context())
			assert.NoError(t, err)
			order <- "excluded"
		}()
		<-time.After(10 * time.Minute) // longer than any budget
		leaveFirst()
		<-time.After(time.Minute)
		synctest.Wait()
		require.Empty(t, order, "one still shares")
		leaveSecond()
		require.Equal(t, "excluded", <-order)

		late, _ := story()
		impatient, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errSignal)
		defer cancel()
		_, err = late.Share(impatient)
		require.ErrorIs(t, err, errSignal, "nobody shares while one has it")
		_, err = late.Exclude(impatient)
		require.ErrorIs(t, err, errSignal)
		leave()
		leave, err = late.Share(t.Context())
		require.NoError(t, err)
		leave()

		records, _ := recorded.close(t)
		notes := of(records, history.Note)
		require.NotEmpty(t, notes)
		assert.Equal(t, history.TopicWaited, notes[0].Note.Topic)
		assert.Contains(t, notes[0].Note.Text, "all other stories")
	})
}

func TestTheEmbeddedTargetKnowsNoTurns(t *testing.T) {
	home(t)
	d := at("http://127.0.0.1:9")
	d.Target = config.Embedded
	one, _ := target(t, d, short())
	leave, err := one.Exclude(t.Context())
	require.NoError(t, err)
	defer leave()
	another, err := one.Exclude(t.Context())
	require.NoError(t, err)
	another()
}
