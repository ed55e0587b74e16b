package measure

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/netra-systems/staging-e2e/fixtures/prompts"
	"github.com/netra-systems/staging-e2e/testutil/wire"
)

// A socket is a session of the yardstick: it reads messages as gorilla/websocket gives them, and looks
// for nothing but the end of a run.
type socket struct {
	conn    *websocket.Conn
	prompts [][]byte
}

// phaseLimit bounds the prompts of one process.
const phaseLimit = 5 * time.Minute

func runBare(ctx context.Context, j job) (usage, error) {
	sockets := make([]socket, j.Sessions)
	defer func() {
		for _, s := range sockets {
			if s.conn != nil {
				_ = s.conn.Close() // what was read counts
			}
		}
	}()
	err := together(ctx, j.Sessions, dialling, func(ctx context.Context, i int) (err error) {
		sockets[i], err = dialBare(ctx, j, i)
		return err
	})
	if err != nil {
		return usage{}, err
	}
	var frames atomic.Int64
	used, err := metered(func() error {
		return together(ctx, j.Sessions, -1, func(_ context.Context, i int) error {
			n, err := sockets[i].converse()
			frames.Add(n)
			return err
		})
	})
	used.Frames = frames.Load()
	return used, err
}

func dialBare(ctx context.Context, j job, i int) (socket, error) {
	token, err := loginBare(ctx, j.Place, i)
	if err != nil {
		return socket{}, err
	}
	dialer := websocket.Dialer{Subprotocols: []string{"jwt-auth", "jwt." + base64.RawURLEncoding.EncodeToString([]byte(token))}}
	conn, answer, err := dialer.DialContext(ctx, j.Place.WebSocket, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return socket{}, fmt.Errorf("dial %s: %w", j.Place.WebSocket, err)
	}
	_ = answer.Body.Close() // gorilla has read it
	s := socket{conn: conn, prompts: make([][]byte, j.Prompts)}
	if _, _, err := conn.ReadMessage(); err != nil {
		return s, fmt.Errorf("read the welcome: %w", err)
	}
	nonce := prompts.NewNonce()
	for k := range s.prompts {
		id := fmt.Sprintf("chat_%d_%s", k, nonce)
		s.prompts[k] = wire.PromptMessage{
			Content: j.prompt(nonce).Text, ThreadID: "thread_" + id, RunID: "run_" + id, At: time.Now(),
		}.Encode(wire.September)
	}
	return s, conn.SetReadDeadline(time.Now().Add(phaseLimit))
}

// completed is in the last frame of a run: its root completes, whatever agents it led.
var completed = []byte(`{"type":"agent_completed"`)

// supervisor is in the frames of the root.
var supervisor = []byte(`"agent_name":"Supervisor"`)

// converse returns the number of frames that it read.
func (s socket) converse() (frames int64, err error) {
	for _, prompt := range s.prompts {
		if err := s.conn.WriteMessage(websocket.TextMessage, prompt); err != nil {
			return frames, fmt.Errorf("send a prompt: %w", err)
		}
		for {
			_, frame, err := s.conn.ReadMessage()
			if err != nil {
				return frames, fmt.Errorf("read a frame: %w", err)
			}
			frames++
			if bytes.HasPrefix(frame, completed) && bytes.Contains(frame, supervisor) {
				break
			}
		}
	}
	return frames, nil
}

// once opens a connection for each request, as the real client does.
var once = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// loginBare makes a user by the simulation login (docs/protocol/http.md 2.1) and returns the token.
func loginBare(ctx context.Context, p place, i int) (string, error) {
	body := fmt.Sprintf(`{"email":"go-bare-%d@staging.netrasystems.ai"}`, i)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Auth+"/auth/e2e/test-auth", bytes.NewReader([]byte(body)))
	if err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-E2E-Bypass-Key", p.Key)
	answer, err := once.Do(r)
	if err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	defer answer.Body.Close()
	var pair struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&pair); err != nil || pair.Access == "" {
		return "", fmt.Errorf("log in: status %d without an access token: %w", answer.StatusCode, err)
	}
	return pair.Access, nil
}
