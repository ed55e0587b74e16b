package validate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// deploy runs the command that the configuration names, if it names one.
func (v *validation) deploy(ctx context.Context) error {
	if v.Config.DeployCommand == "" {
		return nil
	}
	v.say("deploy (at most " + v.Config.DeployTimeout.String() + "): " + v.Config.DeployCommand)
	v.env = append(v.env, "STAGING_DEPLOYMENT_BEGAN="+time.Now().UTC().Format(time.RFC3339))
	limited, cancel := context.WithTimeoutCause(ctx, v.Config.DeployTimeout, errTooLong)
	defer cancel()
	c := shell(limited, v.Config.DeployCommand)
	c.Stdout, c.Stderr = v.Shown, v.Shown
	err := c.Run()
	sweep(c)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		err = context.Cause(limited)
	}
	if err != nil {
		return fmt.Errorf("the deploy command failed, so nothing new is there to validate: %w", err)
	}
	v.result.Deployed = true // that it ended well proves nothing (deployment.md 2); criterion D1 does
	return nil
}

var errTooLong = errors.New("it took longer than STAGING_DEPLOY_TIMEOUT, and was ended")
