package measure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// behind opens a door and returns its variables.
func behind(t *testing.T, name string) map[string]string {
	t.Helper()
	for _, d := range doors {
		if d.name == name {
			l := newLobby(t.Context())
			t.Cleanup(func() { require.NoError(t, l.close()) })
			env, err := d.open(l)
			require.NoError(t, err)
			variables := map[string]string{}
			for _, entry := range env {
				key, value, _ := strings.Cut(entry, "=")
				variables[key] = value
			}
			require.NotEmpty(t, variables["E2E_OAUTH_SIMULATION_KEY"])
			return variables
		}
	}
	t.Fatalf("there is no door %q", name)
	return nil
}

// get follows no redirect and keeps no connection.
func get(t *testing.T, url string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(body), nil
}

func TestDoorsThatAnswer(t *testing.T) {
	for name, status := range map[string]int{"503 with HTML": 503, "redirect": 302, "200 with HTML": 200} {
		t.Run(name, func(t *testing.T) {
			answer, body, err := get(t, behind(t, name)["STAGING_API_URL"]+"/health")
			require.NoError(t, err)
			assert.Equal(t, status, answer.StatusCode)
			assert.Contains(t, answer.Header.Get("Content-Type"), "text/html")
			assert.Contains(t, body, "<")
		})
	}
}

func TestDoorsWithoutAConnection(t *testing.T) {
	for name, service := range map[string]string{"closed port": "STAGING_AUTH_URL", "missing component": "STAGING_API_URL"} {
		t.Run(name, func(t *testing.T) {
			_, _, err := get(t, behind(t, name)[service])
			var op *net.OpError
			require.ErrorAs(t, err, &op)
			assert.Equal(t, "dial", op.Op)
			assert.False(t, op.Timeout())
		})
	}
}

func TestFullBacklog(t *testing.T) {
	address := strings.TrimPrefix(behind(t, "full backlog")["STAGING_API_URL"], "http://")
	conn, err := (&net.Dialer{Timeout: 300 * time.Millisecond}).DialContext(t.Context(), "tcp", address)
	if err == nil {
		require.NoError(t, conn.Close())
	}
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	assert.True(t, op.Timeout())
}

func TestSilence(t *testing.T) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(behind(t, "accepts and stays silent")["STAGING_API_URL"], "http://"))
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn) // the end of ours is its end, and nothing comes before
	require.NoError(t, err)
	assert.Empty(t, answer)
	require.NoError(t, conn.Close())
}

func TestWrongCertificate(t *testing.T) {
	_, _, err := get(t, behind(t, "wrong certificate")["STAGING_AUTH_URL"])
	var unknown *tls.CertificateVerificationError
	require.ErrorAs(t, err, &unknown)
	require.ErrorAs(t, err, new(x509.UnknownAuthorityError))
}

func TestMissingComponentHasAuth(t *testing.T) {
	answer, _, err := get(t, behind(t, "missing component")["STAGING_AUTH_URL"]+"/health")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestLogins(t *testing.T) {
	v := behind(t, "refused login")
	_, err := loginBare(t.Context(), place{Auth: v["STAGING_AUTH_URL"], Key: v["E2E_OAUTH_SIMULATION_KEY"]}, 1)
	require.Error(t, err)
	v = behind(t, "missing component")
	_, err = loginBare(t.Context(), place{Auth: v["STAGING_AUTH_URL"], Key: v["E2E_OAUTH_SIMULATION_KEY"]}, 1)
	require.NoError(t, err)
}

func TestMidFrame(t *testing.T) {
	v := behind(t, "stream that stops in mid-frame")
	answer, _, err := get(t, v["STAGING_API_URL"]+"/health")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, answer.StatusCode, "what is no WebSocket gets through")

	token, err := loginBare(t.Context(), place{Auth: v["STAGING_AUTH_URL"], Key: v["E2E_OAUTH_SIMULATION_KEY"]}, 1)
	require.NoError(t, err)
	url := "ws" + strings.TrimPrefix(v["STAGING_API_URL"], "http") + "/ws"
	conn, upgraded, err := websocket.DefaultDialer.DialContext(t.Context(), url, http.Header{"Authorization": {"Bearer " + token}})
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(upgraded.Body.Close(), conn.Close())) }()
	kind, frame, err := conn.NextReader()
	require.NoError(t, err, "the frame begins")
	assert.Equal(t, websocket.TextMessage, kind)
	text, err := io.ReadAll(frame)
	var closed *websocket.CloseError
	require.ErrorAs(t, err, &closed)
	assert.Equal(t, websocket.CloseAbnormalClosure, closed.Code, "no close frame came")
	assert.NotEmpty(t, text)
}
