package deployment

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/run/v2"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// Options say which cloud is read, and as whom.
type Options struct {
	Project string
	Region  string
	// Endpoint is the base URL of all three APIs; empty: Google's own. Without TLS it must be on loopback.
	Endpoint string
	// Token is the bearer; empty: Application Default Credentials.
	Token string
	// Base carries the requests, with proxy and authorities; nil: as net/http does by default. It must not
	// add credentials.
	Base http.RoundTripper
	// Poll is the time between two looks at what is awaited; 0: 5 s (deployment.md 3), on loopback 20 ms.
	Poll time.Duration
	// Patience bounds how long one request is tried again, and how long pages may stay empty; 0: a minute,
	// in which the APIs' quotas are counted.
	Patience time.Duration
}

// A Cloud reads the APIs of one project. It is safe for concurrent use.
type Cloud struct {
	Options
	run        *run.ProjectsLocationsServicesService
	logs       *logging.EntriesService
	timeSeries *monitoring.ProjectsTimeSeriesService
	log        *history.Log // nil: nothing is recorded
}

// Open prepares to read, without asking the APIs. Without a Token it looks for Application Default
// Credentials, for which it may ask the metadata server of a machine on Google Cloud; if there are none it
// returns a [*DeniedError]. The credentials stay good when ctx ends.
func Open(ctx context.Context, o Options) (*Cloud, error) {
	local, err := o.check()
	if err != nil {
		return nil, err
	}
	if o.Poll == 0 {
		o.Poll = 5 * time.Second
		if local {
			o.Poll = 20 * time.Millisecond
		}
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	if o.Base == nil {
		o.Base = &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true} // leaves no goroutine behind
	}
	who, err := o.credentials(ctx)
	if err != nil {
		return nil, err
	}
	c := &Cloud{Options: o}
	return c, c.connect(ctx, &http.Client{
		Transport: &recorder{base: o.Base, who: who},
		// The bearer is for the API and for nobody to whom it may point.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

func (c *Cloud) connect(ctx context.Context, client *http.Client) error {
	options := []option.ClientOption{option.WithHTTPClient(client)}
	if c.Endpoint != "" {
		options = append(options, option.WithEndpoint(c.Endpoint))
	}
	services, err := run.NewService(ctx, options...)
	if err != nil {
		return fmt.Errorf("make the client of Cloud Run: %w", err)
	}
	logs, err := logging.NewService(ctx, options...)
	if err != nil {
		return fmt.Errorf("make the client of Cloud Logging: %w", err)
	}
	metrics, err := monitoring.NewService(ctx, options...)
	if err != nil {
		return fmt.Errorf("make the client of Cloud Monitoring: %w", err)
	}
	c.run, c.logs, c.timeSeries = services.Projects.Locations.Services, logs.Entries, metrics.Projects.TimeSeries
	return nil
}

// check tells whether the endpoint is on this machine.
func (o Options) check() (local bool, err error) {
	if o.Project == "" || o.Region == "" {
		return false, fmt.Errorf("open the cloud: no project or region is named: set STAGING_GCP_PROJECT and STAGING_GCP_REGION")
	}
	if o.Endpoint == "" {
		return false, nil
	}
	endpoint, err := url.Parse(o.Endpoint)
	if err != nil {
		return false, fmt.Errorf("open the cloud: STAGING_GCP_ENDPOINT: %w", err)
	}
	host := endpoint.Hostname()
	local = host == "localhost" || net.ParseIP(host).IsLoopback()
	if host == "" || endpoint.Scheme != "https" && (endpoint.Scheme != "http" || !local) {
		return false, fmt.Errorf("open the cloud: STAGING_GCP_ENDPOINT %q must be a URL with https, or with http on loopback", o.Endpoint)
	}
	return local, nil
}

// Record is the view of one story: what is read through it is recorded in the story's history.
func (c *Cloud) Record(log *history.Log) *Cloud {
	log.Secret(c.Token)
	view := *c
	view.log = log
	return &view
}

// wait rests until the next look at what is awaited, but not beyond the limit.
func (c *Cloud) wait(ctx context.Context, limit time.Time) error {
	return c.rest(ctx, min(c.Poll, time.Until(limit)))
}

func (c *Cloud) rest(ctx context.Context, d time.Duration) error {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for the cloud: %w", ctx.Err())
	case <-rest.C:
		return nil
	}
}
