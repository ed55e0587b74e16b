package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// Play is the whole of a child process: it plays the part with the task that it reads from in, writes
// its answer to out, and returns when in ends. Only Run's own processes need it.
func Play(ctx context.Context, part string, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tasks := json.NewDecoder(in)
	var task json.RawMessage
	if err := tasks.Decode(&task); err != nil {
		return fmt.Errorf("read the task of %s: %w", part, err)
	}
	orphaned := make(chan struct{})
	go func() {
		defer close(orphaned)
		defer cancel()
		_, _ = io.Copy(io.Discard, in) // however it ends, nobody wants us any more
	}()
	if err := play(ctx, part, task, out); err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	<-orphaned
	return nil
}

func play(ctx context.Context, part string, task json.RawMessage, out io.Writer) error {
	switch part {
	case partBurn:
		burn(ctx)
		return nil
	case partReference:
		return reference(ctx, out)
	case partBare:
		return load(ctx, task, out, runBare)
	case partClient:
		return load(ctx, task, out, runClient)
	}
	return errors.New("there is no such part")
}

// burn keeps one core busy.
func burn(ctx context.Context) {
	for ctx.Err() == nil {
	}
}

// A place is where a reference deployment runs and how to log in.
type place struct {
	API, Auth, WebSocket, App string
	Key                       string
	SessionLimit              int
}

// reference runs a reference deployment until ctx ends.
func reference(ctx context.Context, out io.Writer) error {
	server, err := refstaging.Start(refstaging.Config{})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(placeOf(server)); err != nil {
		return errors.Join(fmt.Errorf("tell where it runs: %w", err), server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

func placeOf(s *refstaging.Server) place {
	return place{
		API: s.APIURL(), Auth: s.AuthURL(), WebSocket: s.WebSocketURL(), App: s.AppURL(),
		Key: s.SimulationKey(), SessionLimit: s.Config().SessionLimit,
	}
}

// load drives a deployment as the task says and answers with what that took.
func load(ctx context.Context, task json.RawMessage, out io.Writer, run func(context.Context, job) (usage, error)) error {
	var j job
	if err := json.Unmarshal(task, &j); err != nil {
		return fmt.Errorf("understand the task: %w", err)
	}
	used, err := run(ctx, j)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(used)
}
