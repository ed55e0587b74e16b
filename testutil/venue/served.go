package venue

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/config"
	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// served says where a reference deployment runs, how to log in, and where its cloud is.
type served struct {
	API, Auth, WebSocket, App string
	Key                       string
	SessionLimit              int
	Cloud                     servedCloud
}

type servedCloud struct{ Endpoint, Token, Project, Region string }

func servedBy(s *refstaging.Server) served {
	c := s.Config()
	return served{
		API: s.APIURL(), Auth: s.AuthURL(), WebSocket: s.WebSocketURL(), App: s.AppURL(),
		Key: s.SimulationKey(), SessionLimit: c.SessionLimit,
		Cloud: servedCloud{s.CloudURL(), c.Cloud.Token, c.Cloud.Project, c.Cloud.Region},
	}
}

// configure points the configuration there.
func (s served) configure(c *config.Config) {
	c.APIURL, c.AuthURL, c.WebSocketURL, c.AppURL = s.API, s.Auth, s.WebSocket, s.App
	c.SimulationKey = config.NewSecret(s.Key)
	c.SessionLimit = s.SessionLimit
	c.GCPEndpoint, c.GCPToken = s.Cloud.Endpoint, config.NewSecret(s.Cloud.Token)
	c.GCPProject, c.GCPRegion = s.Cloud.Project, s.Cloud.Region
}

// replace lets the first revision of each service serve ordinary requests, and then replaces it, so that
// there is something to compare with, by one whose image is known. What is recorded of it is not kept: it is no story's. What fails of it
// where the target has faults is theirs, and the stories' to find.
func (v *Venue) replace(ctx context.Context) error {
	log := history.New(io.Discard, history.Header{}, nil)
	target := v.Target.Record(log)
	user, err := target.Login(ctx)
	if err == nil {
		err = user.Traffic(ctx, Traffic)
	}
	target.Close()
	if err := errors.Join(err, log.Close()); err != nil && len(v.Config.Fault) == 0 {
		return err
	}
	c := &v.Config
	c.DeploymentBegan = time.Now()
	for _, s := range []history.Service{{Role: history.Auth, Name: c.AuthService}, {Role: history.Backend, Name: c.BackendService}} {
		image, err := deployApart(v.apart, s.Role)
		if err != nil && len(c.Fault) == 0 {
			return err
		}
		if image != "" && c.Image(s.Name) == "" {
			c.ImageDigest = append(c.ImageDigest, s.Name+"="+image)
		}
	}
	return nil
}

// Traffic is how many requests each service gets for a comparison: more than the smallest sample, of which
// others may be left out.
const Traffic = fixtures.MinimumSample + fixtures.MinimumSample/5

// Described is what the header of a history says of the deployment on its cloud.
func (v *Venue) Described() (*history.Deployment, error) {
	c := v.Config
	if c.GCPProject == "" {
		return nil, nil
	}
	on := &history.Deployment{
		Project: c.GCPProject, Region: c.GCPRegion, Began: c.DeploymentBegan,
		Services: []history.Service{{Role: history.Backend, Name: c.BackendService}, {Role: history.Auth, Name: c.AuthService}},
	}
	for i := range on.Services {
		s := &on.Services[i]
		s.Baseline, s.Image = c.Baseline(s.Name), c.Image(s.Name)
	}
	allowed, err := c.Allowances()
	if err != nil {
		return nil, err
	}
	for _, a := range allowed {
		on.Allow = append(on.Allow, history.Allowance(a))
	}
	return on, nil
}
