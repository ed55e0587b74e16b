package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
)

// A serving is the serve command with its flags.
type serving struct {
	addr, authAddr string
	tls            bool
	caFile         string
	dialect        string
	envFile        string
	deployAfter    time.Duration
	startPause     time.Duration
	faults         []string
	strikes        faults.Options
	listFaults     bool
	variants       []string
	listVariants   bool
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

It listens on loopback only, and its credentials are made anew at each start.

Its cloud has a deployment to judge: the backend's first revision, which is named as the baseline, was
rolled forward once before the variables are printed. With --deploy-after that happens while it serves,
so long after it began, and is reported in a line of its own:

  staging serve --tls --env serve.env --deploy-after 20s --start-pause 500ms

With --fault it exhibits regressions of the catalogue, and nothing else differs:

  staging serve --env serve.env --fault auth-secret-mismatch`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case s.listFaults:
				return printFaults(c.OutOrStdout())
			case s.listVariants:
				return printVariants(c.OutOrStdout())
			}
			return s.run(c.Context(), c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:0", "address of the backend, host:port; port 0 is a free one")
	f.StringVar(&s.authAddr, "auth-addr", "127.0.0.1:0", "address of the auth service")
	f.BoolVar(&s.tls, "tls", false, "serve https and wss, with a certificate authority made for the occasion")
	f.StringVar(&s.caFile, "ca-file", "", "a new file for the authority's certificate, removed at the end (default: a temporary one)")
	f.StringVar(&s.dialect, "dialect", "", "dialect of the WebSocket, september or october (default: the variant's, or september)")
	f.StringVar(&s.envFile, "env", "", "also write the variables to this new file, removed at the end")
	f.DurationVar(&s.deployAfter, "deploy-after", 0, "roll the backend forward this long after it serves (default: before)")
	f.DurationVar(&s.startPause, "start-pause", 0, "how long each phase of a start rests, at most 10s")
	f.StringSliceVar(&s.faults, "fault", nil, "regressions to exhibit, by their ids")
	f.Float64Var(&s.strikes.Rate, "fault-rate", -1, "how often intermittent regressions strike, from 0 to 1; negative: as the catalogue says")
	f.Uint64Var(&s.strikes.Seed, "fault-seed", 0, "decides when they do: the same seed, the same schedule")
	f.BoolVar(&s.listFaults, "list-faults", false, "only print the regressions that it can exhibit, each with what a client sees")
	f.StringSliceVar(&s.variants, "variant", nil, "freedoms to use, which are legal, by their ids")
	f.BoolVar(&s.listVariants, "list-variants", false, "only print the freedoms that it can use, each with what a client sees")
	return c
}

func (s serving) run(ctx context.Context, out io.Writer) (err error) {
	if err := errors.Join(onLoopback("--addr", s.addr), onLoopback("--auth-addr", s.authAddr)); err != nil {
		return err
	}
	if s.caFile != "" && !s.tls {
		return errors.New("--ca-file names where --tls writes its authority: add --tls")
	}
	if s.deployAfter < 0 {
		return fmt.Errorf("--deploy-after %v is in the past: choose a duration from 0 on", s.deployAfter)
	}
	cfg := refstaging.Config{APIAddr: s.addr, AuthAddr: s.authAddr, Dialect: s.dialect, Cloud: refstaging.Cloud{StartPause: s.startPause}}
	if err := s.shape(&cfg); err != nil {
		return err
	}
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

	baseline := server.Revision(backend)
	if s.deployAfter == 0 {
		if _, err := server.Deploy(ctx, backend); err != nil && ctx.Err() == nil {
			return err
		}
	}
	lines := s.variables(server, baseline)
	if s.envFile != "" {
		if _, err := writeNew(s.envFile, lines); err != nil {
			return fmt.Errorf("write the variables (--env names a file that does not exist yet, and is removed at the end): %w", err)
		}
		defer func() { err = errors.Join(err, os.Remove(s.envFile)) }()
	}
	if _, err := fmt.Fprintf(out, "%s# serving; interrupt to stop\n", lines); err != nil {
		return err
	}
	return s.roll(ctx, server, out)
}

const backend = "backend"

// shape makes the deployment unusual, and then faulty, as the flags say.
func (s serving) shape(cfg *refstaging.Config) error {
	if err := variants.Apply(cfg, s.variants); err != nil {
		return fmt.Errorf("--variant: %w", err)
	}
	if s.strikes.Rate > 1 {
		return fmt.Errorf("--fault-rate %v is more than always: choose a number from 0 to 1", s.strikes.Rate)
	}
	if err := faults.Apply(cfg, s.faults, s.strikes); err != nil {
		return fmt.Errorf("--fault: %w", err)
	}
	return nil
}

// roll deploys the backend once more when its time has come, and returns when the context ends.
func (s serving) roll(ctx context.Context, server *refstaging.Server, out io.Writer) error {
	if s.deployAfter > 0 {
		after := time.NewTimer(s.deployAfter)
		defer after.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-after.C:
		}
		revision, err := server.Deploy(ctx, backend)
		switch {
		case ctx.Err() != nil:
			return nil // interrupted half-way
		case err != nil:
			return err
		}
		if _, err := fmt.Fprintf(out, "# deployed %s\n", revision); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
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
