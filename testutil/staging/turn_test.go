package staging

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

const turnVariable = "NETRA_TURN_CHILD_AUTH" // makes this test binary a process of the test below

// ofOne is a target with one e-mail and password.
func ofOne(auth, email string) config.Config {
	c := at(auth)
	c.SimulationKey, c.Email, c.Password = config.Secret{}, email, config.NewSecret("the password")
	return c
}

// turnChild takes the turn at the one user and keeps it until its standard input ends.
func turnChild() (bool, int) {
	auth := os.Getenv(turnVariable)
	if auth == "" {
		return false, 0
	}
	whole, err := NewTarget(ofOne(auth, "somebody@example.com"), short())
	if err != nil || whole.takeTurn(context.Background()) != nil {
		return true, 1
	}
	_, _ = os.Stdout.WriteString("mine\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return true, 0 // the system ends the turn
}

// passwords is a door whose auth service takes every e-mail and password.
func passwords(t *testing.T) *door {
	i := &issuer{t: t, life: time.Hour}
	d := newDoor(t, nil)
	i.serve(d)
	return d
}

func TestStoriesTakeTurnsAtTheOneUser(t *testing.T) {
	home(t)
	synctest.Test(t, func(t *testing.T) {
		story := func(email string) (*Target, *recording) {
			i := &issuer{t: t, life: time.Hour}
			d, target, recorded := bubble(t, short(), func(c *config.Config) { *c = ofOne(c.APIURL, email) }, nil)
			i.serve(d)
			return target, recorded
		}
		first, one := story("somebody@example.com")
		_, err := first.Login(t.Context())
		require.NoError(t, err)

		other, _ := story("another@example.com")
		_, err = other.Login(t.Context())
		require.NoError(t, err, "another user is free")

		second, two := story("Somebody@Example.com")
		came := make(chan error, 1)
		go func() {
			_, err := second.Login(t.Context())
			came <- err
		}()
		third, three := story("somebody@example.com")
		impatient, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		gaveUp := make(chan error, 1)
		go func() {
			_, err := third.Login(impatient)
			gaveUp <- err
		}()
		<-time.After(10 * time.Minute) // longer than any budget
		synctest.Wait()
		require.Empty(t, came, "not before the first story has left")
		cancel(errSignal)
		err = <-gaveUp
		require.ErrorIs(t, err, errSignal)
		require.ErrorContains(t, err, "TEST_USER_EMAIL")

		first.Close()
		require.NoError(t, <-came)
		second.Close()
		_, err = third.Login(t.Context())
		require.NoError(t, err, "who gave up waiting may try again")

		for i, r := range []*recording{one, two, three} {
			records, _ := r.close(t)
			var notes []string
			for _, n := range of(records, history.Note) {
				notes = append(notes, n.Note.Topic)
			}
			want := []string{history.TopicWaited, history.TopicEnd}
			assert.Equal(t, want[1-min(i, 1):], notes, "story %d", i+1)
		}
	})
}

func TestProcessesTakeTurnsAtTheOneUser(t *testing.T) {
	home(t)
	d := passwords(t)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), turnVariable+"="+d.URL)
	hold, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	said := make([]byte, len("mine\n"))
	_, err = out.Read(said)
	require.NoError(t, err)
	require.Equal(t, "mine\n", string(said))

	target, recorded := target(t, ofOne(d.URL, "somebody@example.com"), short())
	impatient, cancel := context.WithTimeout(t.Context(), 4*turnRetry)
	defer cancel()
	_, err = target.Login(impatient)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, hold.Close())
	_, err = target.Login(t.Context())
	require.NoError(t, err, "the other process has gone")
	require.NoError(t, child.Wait())
	records, _ := recorded.close(t)
	assert.Equal(t, history.TopicWaited, of(records, history.Note)[0].Note.Topic)
}
