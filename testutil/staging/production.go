package staging

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// refuseProduction stops at a service that calls its environment production, with whatever status,
// unless its host is allowed. A nil answer says nothing.
func (t *Target) refuseProduction(base string, answer *reply) error {
	var said struct {
		Environment string `json:"environment"`
	}
	if answer == nil || answer.decode(&said) != nil || !isProduction(said.Environment) || t.allowed(base) {
		return nil
	}
	t.note(history.Record{}, history.TopicRefusal, ErrProduction.Error())
	return fmt.Errorf("%s: %w", base, ErrProduction)
}

func isProduction(environment string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(environment)), "prod")
}

// allowed tells whether STAGING_ALLOW_PRODUCTION names the host of base, by the same measure as the
// configuration: in any case, with or without a final dot.
func (t *Target) allowed(base string) bool {
	u, err := url.Parse(base)
	return err == nil && slices.ContainsFunc(t.config.AllowProduction, func(h string) bool { return hostName(h) == hostName(u.Hostname()) })
}

func hostName(host string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host), "."))
}
