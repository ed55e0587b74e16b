package venue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/child"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

// apartArgument, alone on its command line, makes a program that process. The go command never starts
// a test binary so: it always adds flags.
const apartArgument = "reference-deployment"

// apartLimit bounds what the process of a deployment is asked to do.
const apartLimit = time.Minute

// In the process of a deployment a start takes a moment, which can be compared, and a metric has two points
// a second.
const (
	startPause   = 30 * time.Millisecond
	metricPeriod = 500 * time.Millisecond
)

// What the process of a deployment hears first, answering with where it is served, and what it then hears
// and says any number of times.
type (
	apartTask struct {
		Dialect string
		Variant []string
		Fault   []string
		Strikes faults.Options
	}
	apartOrder struct{ Deploy string }         // a service: "auth" or "backend"
	apartDone  struct{ Image, Problem string } // the digest of the image that was built
)

// ServeApart is the whole of a program that was started to be the reference deployment of another one, and
// tells whether it was. Every program that opens a venue has to call it first.
func ServeApart() (was bool, err error) {
	if len(os.Args) != 2 || os.Args[1] != apartArgument {
		return false, nil
	}
	return true, serveApart(os.Stdin, os.Stdout)
}

// serveApart serves until its parent lets it go or is gone; a signal to
// all processes of a terminal is its parent's to heed.
func serveApart(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	var task apartTask
	if err := orders.Decode(&task); err != nil {
		return fmt.Errorf("read how the reference deployment is to be: %w", err)
	}
	wanted := refstaging.Config{Dialect: task.Dialect, Cloud: refstaging.Cloud{StartPause: startPause, Period: metricPeriod}}
	if err := shape(&wanted, task.Variant, task.Fault, task.Strikes); err != nil {
		return err
	}
	server, err := refstaging.Start(wanted)
	if err != nil {
		return err
	}
	return errors.Join(obey(server, orders, answers), server.Close())
}

func obey(server *refstaging.Server, orders *json.Decoder, answers *json.Encoder) error {
	if err := answers.Encode(servedBy(server)); err != nil {
		return fmt.Errorf("tell where it runs: %w", err)
	}
	for {
		var order apartOrder
		if err := orders.Decode(&order); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what to do: %w", err)
		}
		done := apartDone{}
		if _, err := server.Deploy(context.Background(), order.Deploy); err != nil {
			done.Problem = err.Error()
		}
		done.Image = server.Built(order.Deploy)
		if err := answers.Encode(done); err != nil {
			return fmt.Errorf("tell what was deployed: %w", err)
		}
	}
}

// startApart starts a deployment in a process of its own.
func startApart(task apartTask) (p *child.Process, where served, err error) {
	own, err := os.Executable()
	if err != nil {
		return nil, where, fmt.Errorf("find this program: %w", err)
	}
	if p, err = child.Start("reference deployment's", exec.Command(own, apartArgument)); err != nil {
		return nil, where, err
	}
	return p, where, ask(p, task, &where)
}

// ask is an order and its answer. A process that does not answer in time is ended.
func ask(p *child.Process, order, answer any) error {
	patience := time.AfterFunc(apartLimit, p.Kill)
	defer patience.Stop()
	if err := p.Tell(order); err != nil {
		return err
	}
	return p.Hear(answer)
}

// deployApart lets the process replace a service's revision, and returns the digest of the image that it has built,
// also if the deployment failed.
func deployApart(p *child.Process, service string) (image string, err error) {
	var done apartDone
	if err := ask(p, apartOrder{service}, &done); err != nil {
		return "", err
	}
	if done.Problem != "" {
		err = fmt.Errorf("deploy a new revision of %s: %s", service, done.Problem)
	}
	return done.Image, err
}
