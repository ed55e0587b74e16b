package refstaging

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Server is a running reference deployment.
type Server struct {
	cfg      Config
	urls     urls
	tokens   *tokens
	hub      *hub
	platform *platform
	tasks    *tasks             // connections and runs
	requests *tasks             // HTTP requests being answered
	ending   context.Context    // that of all runs and starts
	stop     context.CancelFunc // ends it

	connections atomic.Int64 // open ones to the backend

	services []*http.Server
	serving  sync.WaitGroup
	closing  sync.Once
}

// Start runs a reference deployment until Close. When it returns, the first revisions of both services
// have started and answer, as do the cloud's APIs.
func Start(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("start the reference deployment: %w", err)
	}
	auth, err := net.Listen("tcp", cfg.AuthAddr)
	if err != nil {
		return nil, fmt.Errorf("start the reference deployment: auth service: %w", err)
	}
	api, err := net.Listen("tcp", cfg.APIAddr)
	if err != nil {
		auth.Close() // nothing was accepted yet
		return nil, fmt.Errorf("start the reference deployment: backend: %w", err)
	}
	platform, err := net.Listen("tcp", cfg.Cloud.Addr)
	if err != nil {
		auth.Close()
		api.Close()
		return nil, fmt.Errorf("start the reference deployment: cloud APIs: %w", err)
	}
	cfg.AuthAddr, cfg.APIAddr, cfg.Cloud.Addr = auth.Addr().String(), api.Addr().String(), platform.Addr().String()
	urls := newURLs(cfg, auth.Addr(), api.Addr())
	urls.reach(platform.Addr())
	s := assemble(cfg, urls)
	s.platform.deployAll(s.ending)
	s.serve(s.services[0], auth)
	s.serve(s.services[1], hooked(cfg.Hooks.HTTP.Port, net.Listener(&counted{api, &s.connections})))
	s.serve(s.services[2], platform)
	return s, nil
}

// secured speaks TLS unless config is nil.
func secured(listener net.Listener, config *tls.Config) net.Listener {
	if config == nil {
		return listener
	}
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	return tls.NewListener(listener, config)
}

func (s *Server) service(handler http.Handler) *http.Server {
	joined := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := s.requests.enter("request"); ok {
			defer s.requests.leave(id)
			handler.ServeHTTP(w, r)
		}
	})
	return &http.Server{
		Handler: joined, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		// Broken clients are what this server is for; what they did is no news for its log.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

func (s *Server) serve(service *http.Server, listener net.Listener) {
	listener = secured(listener, s.cfg.TLS)
	s.serving.Go(func() {
		service.Serve(listener) // returns when the server closes, with nothing to say
	})
}

// Close ends every session with 1001 and every run, and returns when no goroutine of the deployment is
// left, after at most a few seconds. It may be called more than once.
func (s *Server) Close() error {
	var problems []error
	s.closing.Do(func() {
		s.stop()
		s.hub.close(websocket.CloseGoingAway, "")
		for _, service := range s.services {
			problems = append(problems, service.Close())
		}
		s.serving.Wait()
		s.requests.close()
		s.tasks.close()
	})
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("close the reference deployment: %w", err)
	}
	return nil
}

// AuthURL is the base URL of the auth service, without a slash at the end.
func (s *Server) AuthURL() string { return s.urls.auth }

// APIURL is the base URL of the backend, without a slash at the end.
func (s *Server) APIURL() string { return s.urls.api }

// WebSocketURL is the URL of /ws.
func (s *Server) WebSocketURL() string { return s.urls.websocket }

// AppURL is the origin of the front end, which gets CORS headers. No front end is served there.
func (s *Server) AppURL() string { return s.urls.app }

// SimulationKey is the secret of the simulation login.
func (s *Server) SimulationKey() string { return s.cfg.SimulationKey }

// Config is what the server runs with, addresses, secrets and defaults filled in. [Start] with it, after
// Close, is a restart of the same deployment: the URLs, the simulation key and the tokens stay good, while
// threads, registered users, revocations and used refresh tokens, which were in memory, are forgotten.
func (s *Server) Config() Config { return s.cfg }
