package suite

import (
	"context"

	"github.com/netra-systems/staging-e2e/testutil/config"
	cloud "github.com/netra-systems/staging-e2e/testutil/deployment"
	"github.com/netra-systems/staging-e2e/testutil/venue"
)

// A deployment is the venue that stories are told at, and access to its cloud.
type deployment struct {
	*venue.Venue
	access *cloud.Access
}

// deploy makes the target of c ready.
func deploy(ctx context.Context, c config.Config, where venue.Placing) (*deployment, error) {
	v, err := venue.Open(ctx, c, where)
	if err != nil {
		return nil, err
	}
	return &deployment{v, cloud.NewAccess(v.Config)}, nil
}

// Apart lets the stories of a package be told, on the embedded target, at a deployment that is a process
// of its own, so that its memory is its own, and that has replaced a predecessor which served before it.
// On a remote target it changes nothing.
func Apart(p *process) { p.apart = true }
