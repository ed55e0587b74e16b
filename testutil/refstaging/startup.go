package refstaging

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
)

// StartupHooks wrap the start of a service on an instance.
type StartupHooks struct {
	// Phase is called for every phase of every start. Its error is why the start fails.
	Phase func(next StartPhase) StartPhase
}

// StartPhase ends a phase of a start: it gives the phase its time. The context ends with the server.
type StartPhase func(ctx context.Context, i *Instance, name string) error

func (p *platform) rest(ctx context.Context, _ *Instance, _ string) error {
	if p.cfg.Cloud.StartPause == 0 {
		return ctx.Err()
	}
	pause := time.NewTimer(p.cfg.Cloud.StartPause)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		return nil
	}
}

// aPhase is one step of the backend's start: something that must hold before requests are taken. It uses
// parts of its own, so that a start leaves nothing behind and calls no hook but its own.
type aPhase struct {
	name string
	do   func() error
}

func (p *platform) phases() []aPhase {
	ids := &idSource{clock: p.clock}
	tokens, threads := newTokens(p.cfg, p.clock, ids), newThreads(p.clock, ids)
	return []aPhase{
		{"INIT", p.cfg.check},
		{"DEPENDENCIES", func() error {
			for _, name := range fixtures.AgentNames {
				if _, ok := lookup(name); !ok {
					return fmt.Errorf("agent %s is not in the registry", name)
				}
			}
			return nil
		}},
		{"DATABASE", func() error {
			threads.reserve("startup", "startup")
			defer threads.release("startup")
			return unless(threads.owns("startup", "startup"), "the store does not keep what it is given")
		}},
		{"CACHE", func() error { return unless(!tokens.isRevoked(ids.uuid()), "a fresh id counts as revoked") }},
		{"SERVICES", func() error {
			token, err := tokens.issue(Identity{UserID: "startup"}, AccessToken)
			if err == nil {
				_, err = tokens.validate(token, AccessToken)
			}
			return err
		}},
		{"WEBSOCKET", func() error {
			_, ok := dialects[p.cfg.Dialect].negotiate([]string{"jwt-auth"})
			return unless(ok, "jwt-auth cannot be negotiated")
		}},
		{"FINALIZE", func() error { _, err := url.Parse(p.cfg.AppURL); return err }},
	}
}

func unless(holds bool, problem string) error {
	if holds {
		return nil
	}
	return errors.New(problem)
}

// startBackend is the deterministic start of deployment.md 4: seven phases between two markers.
func (p *platform) startBackend(ctx context.Context, i *Instance) error {
	begun := p.clock.now()
	log := p.log(i, "netra_backend.app.smd")
	log.server("Starting gunicorn 23.0.0", "Listening at: http://0.0.0.0:8000 (1)", "Using worker: uvicorn.workers.UvicornWorker", "Booting worker with pid: 2")
	log.error("INFO", "DETERMINISTIC STARTUP SEQUENCE INITIATED")
	log.error("WARNING", "Legacy JWT_SECRET detected")
	log.plain("") // some entries arrive empty (deployment.md 4)
	phases := p.phases()
	for n, phase := range phases {
		err := errors.Join(phase.do(), p.phase(ctx, i, phase.name))
		if err != nil {
			err = fmt.Errorf("phase %d, %s: %w", n+1, phase.name, err)
			log.failed(err)
			return err
		}
		log.out("INFO", fmt.Sprintf("Phase %d %s completed", n+1, phase.name))
	}
	log.error("INFO", "DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY")
	log.error("INFO", fmt.Sprintf("Total Time: %.3fs", p.clock.now().Sub(begun).Seconds()))
	log.error("INFO", fmt.Sprintf("Phases Completed: %d/%d", len(phases), len(phases)))
	log.plain("INFO:     Application startup complete.")
	i.OnTerm(log.terminated)
	return nil
}

// startAuth is shorter, and all in the first shape.
func (p *platform) startAuth(ctx context.Context, i *Instance) error {
	log := p.log(i, "auth_service.main")
	log.server("Starting gunicorn 23.0.0", "Listening at: http://0.0.0.0:8080 (1)", "Using worker: uvicorn.workers.UvicornWorker", "Booting worker with pid: 2")
	log.out("INFO", "Starting Auth Service...")
	log.out("WARNING", "Legacy JWT_SECRET detected")
	if err := p.phase(ctx, i, "AUTH"); err != nil {
		log.out("CRITICAL", "Auth Service startup failed: "+err.Error())
		log.exited()
		return err
	}
	log.out("INFO", "Auth Service startup completed")
	log.plain("INFO:     Application startup complete.")
	i.OnTerm(log.terminated)
	return nil
}

// failed is how the backend's start ends when it does not succeed: it leaves with status 3.
func (l lines) failed(err error) {
	l.error("CRITICAL", "DETERMINISTIC STARTUP SEQUENCE FAILED")
	l.error("CRITICAL", "DETERMINISTIC STARTUP FAILURE: "+err.Error())
	l.exited()
}

func (l lines) exited() {
	l.plain("ERROR:    Application startup failed. Exiting.")
	l.server("Worker (pid:2) exited with code 3", "Shutting down: Master", "Reason: Worker failed to boot.")
}

// terminated is how a process ends that the platform no longer needs: gunicorn at SIGTERM.
func (l lines) terminated() {
	l.server("Handling signal: term")
	for _, text := range []string{"Shutting down", "Waiting for application shutdown.", "Application shutdown complete.", "Finished server process [2]"} {
		l.plain("INFO:     " + text)
	}
	l.server("Worker exiting (pid: 2)", "Shutting down: Master")
}
