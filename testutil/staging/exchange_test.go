package staging

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func get(target *Target, url string) call {
	return call{purpose: history.PurposeHealth, method: http.MethodGet, url: url}
}

func TestAnAnswerIsRecordedAsItIs(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		status int
		body   string
		cut    int64
		header string
	}{
		{"200", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, map[string]string{"status": "ok"}) }, 200, "{\"status\":\"ok\"}\n", 0, "Content-Type"},
		{"503 HTML", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusServiceUnavailable) }, 503, "<html>\n", 0, "Date"},
		{"a redirect is not followed", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, 302, "<a href=\"/elsewhere\">Found</a>.\n\n", 0, "Location"},
		{"more than is kept", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", maxBody+7)) }, 200, strings.Repeat("x", maxBody), -1, "Date"},
		{"as much as is kept", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", maxBody)) }, 200, strings.Repeat("x", maxBody), 0, "Date"},
		{"more than is kept, of known length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(maxBody+7))
			_, _ = io.WriteString(w, strings.Repeat("x", maxBody+7))
		}, 200, strings.Repeat("x", maxBody), 7, "Content-Length"},
		{"X-Service", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Service-Version", "1.0.0") }, 200, "", 0, "X-Service-Version"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDoor(t, nil)
			d.mux.HandleFunc("/asked", row.answer)
			d.mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
			target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
			_, err := target.do(t.Context(), get(target, d.URL+"/asked"))
			var status *StatusError
			if row.status == 200 {
				require.NoError(t, err)
			} else {
				require.ErrorAs(t, err, &status)
				assert.Equal(t, row.status, status.Status)
			}
			records, _ := recorded.close(t)
			x := of(records, history.HTTP)[0].Exchange
			assert.Equal(t, row.status, x.Status)
			assert.True(t, row.body == x.Body, "body of %d bytes", len(x.Body))
			assert.Equal(t, row.cut, x.Cut)
			assert.Contains(t, x.Header, row.header)
			assert.Nil(t, x.Broken)
		})
	}
}

func TestABodyThatStops(t *testing.T) {
	t.Parallel() // it waits
	head := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"sta"
	for _, row := range []struct {
		name    string
		then    func(net.Conn)
		timeout bool
	}{
		{"and hangs up", func(net.Conn) {}, false},
		{"and stalls", wait, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			base := rawTCP(t, func(c net.Conn) { _, _ = io.WriteString(c, head); row.then(c) })
			target, recorded := target(t, at(base), short())
			_, err := target.do(t.Context(), get(target, base))
			require.ErrorAs(t, err, new(*ExchangeError))
			records, _ := recorded.close(t)
			x := of(records, history.HTTP)[0].Exchange
			assert.Equal(t, history.StepBody, x.Broken.Step)
			assert.Equal(t, row.timeout, x.Broken.Timeout)
			assert.Equal(t, 200, x.Status)
			assert.Equal(t, `{"sta`, x.Body)
		})
	}
}

func TestTheSkewOfTheTargetsClockIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, target, recorded := bubble(t, fixtures.EmbeddedBudgets(), nil, nil)
		d.mux.HandleFunc("/late", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		})
		_, err := target.do(t.Context(), get(target, d.URL+"/late"))
		require.NoError(t, err)
		records, _ := recorded.close(t)
		assert.Equal(t, -time.Hour, of(records, history.HTTP)[0].Exchange.Skew)
	})
}

func TestA429StopsTheStoryAndEveryOther(t *testing.T) {
	d := newDoor(t, nil)
	asked := 0
	d.mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(429)
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	var err error
	target.pace, err = newPaceIn(t.TempDir(), d.URL, 90, 900)
	require.NoError(t, err)
	_, err = target.do(t.Context(), get(target, d.URL+"/busy"))
	require.ErrorAs(t, err, new(*StatusError))
	_, err = target.do(t.Context(), get(target, d.URL+"/busy"))
	require.ErrorAs(t, err, new(*BannedError))
	_, err = target.Login(t.Context())
	require.ErrorAs(t, err, new(*BannedError))
	assert.Equal(t, 1, asked)
	records, _ := recorded.close(t)
	exchanges := of(records, history.HTTP)
	require.Len(t, exchanges, 3)
	assert.Equal(t, history.StepBanned, exchanges[1].Exchange.Broken.Step)
	assert.Contains(t, exchanges[1].Exchange.Broken.Error, "429")
}

func TestWaitingForThePaceCountsToNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := fixtures.EmbeddedBudgets()
		d, target, recorded := bubble(t, b, nil, nil)
		d.mux.HandleFunc("/asked", func(w http.ResponseWriter, _ *http.Request) {})
		var err error
		target.pace, err = newPaceIn(t.TempDir(), d.URL, 2, 20)
		require.NoError(t, err)
		for range 2 {
			_, err := target.do(t.Context(), get(target, d.URL+"/asked"))
			require.NoError(t, err)
		}
		records, _ := recorded.close(t)
		x := of(records, history.HTTP)[1].Exchange
		assert.Greater(t, x.Waited, b.HTTP)
		assert.Less(t, x.Took, time.Second)
	})
}

func TestCookiesAreAUsersOwn(t *testing.T) {
	d := newDoor(t, nil)
	seen := make(chan string, 2)
	d.mux.HandleFunc("/auth/verify", func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Cookie")
		http.SetCookie(w, &http.Cookie{Name: "affinity", Value: "instance-of-" + r.Header.Get("Authorization")[7:20]})
		answerJSON(w, 200, map[string]bool{"valid": true})
	})
	target, recorded := target(t, at(d.URL), fixtures.EmbeddedBudgets())
	for range 2 {
		user, err := target.Login(t.Context())
		require.NoError(t, err)
		require.NoError(t, user.Verify(t.Context()))
		assert.Empty(t, <-seen)
		require.NoError(t, user.Verify(t.Context()))
		assert.Contains(t, <-seen, "affinity=instance-of-")
	}
	recorded.close(t)
}
