package refstaging

import (
	"context"
	"net/http"
)

// assemble wires the parts together, each seam with its hook.
func assemble(cfg Config, urls urls) *Server {
	clock := newClock()
	ids := &idSource{clock: clock}
	tokens := newTokens(cfg, clock, ids)
	ctx, stop := context.WithCancel(context.Background())
	spoken := dialects[cfg.Dialect]
	s := &Server{cfg: cfg, urls: urls, tokens: tokens, hub: newHub(cfg, spoken, clock, ids), tasks: newTasks(), requests: newTasks(), ending: ctx, stop: stop, platform: newPlatform(cfg, urls, clock)}
	validate := hooked(cfg.Hooks.Tokens.Validate, tokens.validate)
	check := hooked(cfg.Hooks.Health.Check, func(string) error { return nil })
	version := hooked(cfg.Hooks.Health.Version, versions)
	accounts := newAccounts(clock, ids, cfg.Users)
	auth := &authService{
		clock: clock, ids: ids, tokens: tokens, accounts: accounts, urls: urls, check: check, version: version,
		validate:      noting(forRequests(validate), s.platform.authCritical),
		issue:         hooked(cfg.Hooks.Tokens.Issue, tokens.issue),
		revoke:        hooked(cfg.Hooks.Tokens.Revoke, tokens.revoke),
		simulationKey: cfg.SimulationKey, serviceSecret: secret(),
	}
	threads := newThreads(clock, ids)
	runs := &runs{
		ctx: ctx, clock: clock, ids: ids, tasks: s.tasks, threads: threads, owners: make(map[string]string),
		emit: s.hub.emit, lookup: hooked(cfg.Hooks.Registry.Lookup, lookup), pacing: cfg.Pacing, limit: cfg.RunLimit,
		epilogue: spoken.epilogue,
	}
	judge := noting(forRequests(validate), s.platform.backendCritical)
	gateway := &gateway{
		hub: s.hub, ids: ids, tasks: s.tasks, threads: threads, validate: notingEach(judge, s.platform.backendCritical), upgrader: newUpgrader(),
		interval: cfg.HeartbeatEvery, timeout: cfg.HandshakeTimeout,
		connection: spoken.connection, handshakes: spoken.handshakes,
		negotiate: hooked(cfg.Hooks.Handshake.Negotiate, spoken.negotiate),
		extract:   hooked(cfg.Hooks.Handshake.Extract, spoken.extract),
		open:      hooked(cfg.Hooks.Sessions.Open, func(user Identity) (Identity, error) { return user, nil }),
		refusal:   hooked(cfg.Hooks.Sessions.Refuse, refuseSession(clock)),
		accept:    hooked(cfg.Hooks.Handshake.Accept, func(*http.Request) error { return nil }),
		receive: hooked(cfg.Hooks.Router.Receive, receiving(
			hooked(cfg.Hooks.Router.Route, spoken.route(newRouter(s.hub, runs, spoken.content, cfg.Hooks.Router.Attribute).route)))),
	}
	breaker := &breaker{clock: clock}
	backend := &backend{
		clock: clock, ids: ids, hub: s.hub, tasks: s.tasks, runs: runs, threads: threads, gateway: gateway,
		validate: breaker.around(noting401(judge, s.platform.backendCritical)), breaker: breaker, check: check, version: version, urls: urls, accounts: accounts,
		agents: newAgentBook(), chat: newChat(), started: clock.now(), connections: &s.connections,
	}
	s.services = []*http.Server{
		s.service(s.platform.services["auth"].Handler(auth.handler(cfg))),
		s.service(s.platform.services["backend"].Handler(backend.handler(cfg))),
		s.service(s.platform.project.Handler()),
	}
	return s
}
