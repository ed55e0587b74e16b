package staging

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
)

func TestSecretsAreRedactedWhereverATargetEchoesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{t: t, life: time.Hour}
		d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
		i.serve(d)
		echo := ""
		d.mux.HandleFunc("/echo", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, echo, http.StatusBadRequest) })
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		echo = fmt.Sprintf("debug: %s and %s and %s", i.valid, target.config.SimulationKey.Reveal(), user.pair.Access)
		_, err = target.do(t.Context(), get(target, d.URL+"/echo"))
		require.Error(t, err)
		_, text := recorded.close(t)
		for _, secret := range []string{i.valid, target.config.SimulationKey.Reveal(), user.pair.Access, user.pair.Access[40:60]} {
			assert.NotContains(t, text, secret)
			assert.NotContains(t, err.Error(), secret)
		}
	})
}

func TestThreadsAreArchived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{t: t, life: time.Hour}
		d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
		i.serve(d)
		statuses := map[string]int{"t1": 200, "t2": 404, "t/3": 500, "t4": 200}
		archived := map[string]int{}
		d.mux.HandleFunc("DELETE /api/threads/{id}", func(w http.ResponseWriter, r *http.Request) {
			archived[r.PathValue("id")]++
			w.WriteHeader(statuses[r.PathValue("id")])
		})
		d.mux.HandleFunc("/auth/logout", func(http.ResponseWriter, *http.Request) {})
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		require.NoError(t, user.Logout(t.Context()))
		dead, err := user.Token()
		require.NoError(t, err)
		for id := range statuses {
			user.correlation.add(&Run{session: &Session{}, thread: id})
		}
		err = target.Archive(t.Context())
		var status *StatusError
		require.ErrorAs(t, err, &status)
		assert.Equal(t, 500, status.Status)
		assert.Equal(t, map[string]int{"t1": 1, "t2": 1, "t/3": 1, "t4": 1}, archived)
		live, err := user.Token()
		require.NoError(t, err)
		assert.NotEqual(t, dead.AccessToken, live.AccessToken, "a dead token archives nothing")
		require.NoError(t, target.Archive(t.Context()), "nothing is left")
		assert.Equal(t, []string{loggedIn, refreshed}, i.asked)
		recorded.close(t)
	})
}
