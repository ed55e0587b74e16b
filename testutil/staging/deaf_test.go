package staging

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// A target that reads nothing is not spoken to for ever: the session ends, and its end says at which step.
func TestWhoReadsNothingIsLeftAtTheWrite(t *testing.T) {
	for name, speak := range map[string]func(context.Context, *Session) error{
		"a prompt": func(_ context.Context, s *Session) error {
			_, err := s.Ask(prompts.Sum(prompts.NewNonce()))
			return err
		},
		"a provocation": func(ctx context.Context, s *Session) error { return s.Provoke(ctx, TooLong) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				over := make(chan struct{})
				_, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, func(c *websocket.Conn, _ *http.Request) {
					say(c, mainWelcome)
					<-over
				})
				user, err := target.Login(t.Context())
				require.NoError(t, err)
				s, err := user.Connect(t.Context())
				require.NoError(t, err)
				_ = speak(t.Context(), s) // a provocation may end a session; a prompt fails
				<-s.done
				close(over)
				assert.ErrorAs(t, s.Err(), new(*ClosedError))
				records, _ := recorded.close(t)
				ends := of(records, history.Close)
				require.Len(t, ends, 1)
				require.NotNil(t, ends[0].Closed.Broken)
				assert.Equal(t, history.ByNetwork, ends[0].Closed.By)
				assert.Equal(t, history.StepWrite, ends[0].Closed.Broken.Step)
				assert.True(t, ends[0].Closed.Broken.Timeout)
			})
		})
	}
}
