package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A serving is the serve command with its flags.
type serving struct {
	addr, authAddr string
	tls            bool
	caFile         string
	dialect        string
	envFile        string
}

func serveCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the reference deployment as a process of its own",
		Long: `Run the reference deployment as a process of its own, until it is interrupted.

It prints the variables with which the stories find it; --env also writes them to a file:

  staging serve --tls --env serve.env
  STAGING_ENV_FILE=$PWD/serve.env go test ./e2e/... -run Staging -v

It listens on loopback only, and its credentials are made anew at each start.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c.Context(), c.OutOrStdout()) },
	}
	f := c.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:0", "address of the backend, host:port; port 0 is a free one")
	f.StringVar(&s.authAddr, "auth-addr", "127.0.0.1:0", "address of the auth service")
	f.BoolVar(&s.tls, "tls", false, "serve https and wss, with a certificate authority made for the occasion")
	f.StringVar(&s.caFile, "ca-file", "", "a new file for the authority's certificate, removed at the end (default: a temporary one)")
	f.StringVar(&s.dialect, "dialect", "september", "dialect of the WebSocket, september or october")
	f.StringVar(&s.envFile, "env", "", "also write the variables to this new file, removed at the end")
	return c
}

func (s serving) run(ctx context.Context, out io.Writer) (err error) {
	if err := errors.Join(onLoopback("--addr", s.addr), onLoopback("--auth-addr", s.authAddr)); err != nil {
		return err
	}
	if s.caFile != "" && !s.tls {
		return errors.New("--ca-file names where --tls writes its authority: add --tls")
	}
	cfg := refstaging.Config{APIAddr: s.addr, AuthAddr: s.authAddr, Dialect: s.dialect}
	if s.tls {
		remove, err := s.certify(&cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, remove()) }()
	}
	server, err := refstaging.Start(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	lines := s.variables(server)
	if s.envFile != "" {
		if _, err := writeNew(s.envFile, lines); err != nil {
			return fmt.Errorf("write the variables (--env names a file that does not exist yet, and is removed at the end): %w", err)
		}
		defer func() { err = errors.Join(err, os.Remove(s.envFile)) }()
	}
	if _, err := fmt.Fprintf(out, "%s# serving; interrupt to stop\n", lines); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// writeNew writes a file that must not exist, since it may be somebody's .env, or a temporary one if path
// is empty, and returns where it is. Nothing is left of a file that could not be written.
func writeNew(path, text string) (written string, err error) {
	f, err := createNew(path)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func createNew(path string) (*os.File, error) {
	if path == "" {
		return os.CreateTemp("", "staging-serve-*")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// onLoopback refuses an address that others could reach: whoever can may take any identity here.
func onLoopback(flag, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s %q: %w", flag, address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s %q is not on loopback: the reference is no server for a network, take 127.0.0.1, [::1] or localhost", flag, address)
	}
	return nil
}

// certify makes a certificate authority and lets the server use it. The returned function removes the
// file that was written.
func (s *serving) certify(cfg *refstaging.Config) (remove func() error, err error) {
	authority, err := refstaging.GenerateCA()
	if err != nil {
		return nil, err
	}
	if s.caFile, err = writeNew(s.caFile, string(authority.PEM)); err != nil {
		return nil, fmt.Errorf("write the certificate authority (--ca-file names a file that does not exist yet, and is removed at the end): %w", err)
	}
	cfg.TLS = authority.TLS()
	return func() error { return os.Remove(s.caFile) }, nil
}

// onlyWithin is what the suite can do only to a deployment in its own process, and short tokens, which
// this one does not issue.
var onlyWithin = []string{history.ForgedTokens, history.Restart, history.ShortTokens}

// variables are the lines to export so that the stories test this server, its limits and abilities
// included.
func (s serving) variables(server *refstaging.Server) string {
	var b strings.Builder
	set := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "export %s='%s'\n", name, value)
		}
	}
	set("STAGING_TARGET", "remote")
	set("STAGING_API_URL", server.APIURL())
	set("STAGING_AUTH_URL", server.AuthURL())
	set("STAGING_WEBSOCKET_URL", server.WebSocketURL())
	set("STAGING_APP_URL", server.AppURL())
	set("STAGING_CA_FILE", s.caFile)
	set("E2E_OAUTH_SIMULATION_KEY", server.SimulationKey())
	set("STAGING_DIALECT", server.Config().Dialect)
	set("STAGING_EVENT_SHAPE", server.Config().Dialect)
	set("STAGING_SESSION_LIMIT", fmt.Sprint(server.Config().SessionLimit))
	set("STAGING_ABILITIES", config.ExactAnswers+","+config.SimulatedFailures)
	set("STAGING_ALLOW_UNMEASURED", strings.Join(onlyWithin, ","))
	set("STAGING_MAX_REQUESTS_PER_MINUTE", "0")
	return b.String()
}
