package deployment

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"sync"

	"github.com/netra-systems/staging-e2e/testutil/config"
)

// An Access is how the cloud that a configuration names is read. It is safe for concurrent use.
type Access struct {
	config config.Config
	once   sync.Once // opens the cloud
	cloud  *Cloud
	err    error
}

// NewAccess gives access to the cloud that c names, which is prepared when somebody first needs it.
func NewAccess(c config.Config) *Access { return &Access{config: c} }

// ErrNoProject is why there is no access at all.
var ErrNoProject = errors.New("no project on Google Cloud is named: set STAGING_GCP_PROJECT")

// Cloud is the cloud, always the same one. The error is ErrNoProject where none is named, and else that of
// [Open]; it is always the same one too.
func (a *Access) Cloud(ctx context.Context) (*Cloud, error) {
	a.once.Do(func() { a.cloud, a.err = a.open(ctx) })
	return a.cloud, a.err
}

func (a *Access) open(ctx context.Context) (*Cloud, error) {
	c := a.config
	if c.GCPProject == "" {
		return nil, ErrNoProject
	}
	pool, err := c.CertPool()
	if err != nil {
		return nil, err
	}
	return Open(ctx, Options{
		Project: c.GCPProject, Region: c.GCPRegion, Endpoint: c.GCPEndpoint, Token: c.GCPToken.Reveal(),
		Base: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}},
	})
}
