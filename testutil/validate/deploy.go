package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// deploy runs the command that the configuration names, if it names one. What it says is shown and kept, without the
// suite's secrets. The command itself is neither: it may hold secrets that nobody knows. Nor does it inherit the
// suite's own (config.WithoutSecrets).
func (v *validation) deploy(ctx context.Context) (err error) {
	if v.Config.DeployCommand == "" {
		return nil
	}
	v.step("deploy with STAGING_DEPLOY_COMMAND, at most " + v.Config.DeployTimeout.String())
	v.env = append(v.env, "STAGING_DEPLOYMENT_BEGAN="+time.Now().UTC().Format(time.RFC3339))
	kept, err := os.OpenFile(filepath.Join(v.Out, "deploy.log"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep what the deploy command says: %w", err)
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	said := newCensor(io.MultiWriter(kept, v.Shown), v.Config.Secrets())

	limited, cancel := context.WithTimeoutCause(ctx, v.Config.DeployTimeout, errTooLong)
	defer cancel()
	c := shell(limited, v.Config.DeployCommand)
	c.Env = config.WithoutSecrets(os.Environ())
	c.Stdout, c.Stderr = said, said
	err = v.conduct(c)
	if broken := said.end(); broken != nil {
		return fmt.Errorf("keep what the deploy command says: %w", broken)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil && err != nil:
		err = context.Cause(limited)
	case errors.Is(err, exec.ErrWaitDelay): // it ended well, and left something behind that held its output
		err = nil
	}
	if err != nil {
		return fmt.Errorf("the deploy command failed, so nothing new is there to validate: %w", err)
	}
	v.result.Deployed = true // that it ended well proves nothing (deployment.md 2); criterion D1 does
	return nil
}

var errTooLong = errors.New("it took longer than STAGING_DEPLOY_TIMEOUT, and was ended")
