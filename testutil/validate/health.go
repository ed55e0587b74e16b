package validate

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/staging"
)

const (
	healthPause = 2 * time.Second
	healthLimit = 10 * time.Second // of one answer (deployment.md 7, D3)
)

// awaitHealth asks both services for their health until each answers 200.
func (v *validation) awaitHealth(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pool, err := v.Config.CertPool()
	if err != nil {
		v.say(err.Error())
		return
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}
	client := &http.Client{Transport: transport, Timeout: healthLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, base := range []string{v.Config.AuthURL, v.Config.APIURL} {
		for ctx.Err() == nil {
			if err := healthy(ctx, client, base+"/health"); err == nil {
				break
			} else if !rest(ctx, healthPause) {
				v.say("not ready: " + err.Error())
			}
		}
	}
}

func healthy(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", fmt.Sprintf("%s/%s (validate; %s)", history.AgentName, staging.Version, history.Provoked))
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // only the status counts
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, answer.Status)
	}
	return nil
}

// rest waits, and is false if ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
