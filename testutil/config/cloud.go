package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ofProject are the variables that say nothing without STAGING_GCP_PROJECT.
var ofProject = []string{
	"STAGING_GCP_REGION", "STAGING_GCP_ENDPOINT", "STAGING_GCP_TOKEN", "STAGING_BACKEND_SERVICE", "STAGING_AUTH_SERVICE",
	"STAGING_BASELINE_REVISION", "STAGING_DEPLOYMENT_BEGAN", "STAGING_IMAGE_DIGEST", "STAGING_LOG_ALLOWLIST",
}

// Google's grammars of names: of projects (one of an older domain has it in front), regions, Cloud Run
// services (at most 49 characters) and their revisions (at most 63).
var (
	projectID    = regexp.MustCompile(`^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	regionName   = regexp.MustCompile(`^[a-z]+(?:-[a-z]+)+[0-9]{1,2}$`)
	serviceName  = regexp.MustCompile(`^[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?$`)
	revisionName = regexp.MustCompile(`^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	digest       = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// Baseline returns the short name of the given revision before the deployment, empty if none of the
// service was given.
func (c Config) Baseline(service string) string {
	for _, revision := range c.BaselineRevision {
		if c.serviceOf(revision) == service {
			return revision
		}
	}
	return ""
}

// Image returns the digest that the service must run, "sha256:…", empty if none was given.
func (c Config) Image(service string) string {
	for _, image := range c.ImageDigest {
		if name, digest, _ := strings.Cut(image, "="); name == service {
			return digest
		}
	}
	return ""
}

func (c *Config) services() []string { return []string{c.BackendService, c.AuthService} }

// serviceOf is the configured service that a revision is one of by its name, the longer where one
// service's name begins with the other's; empty if there is none.
func (c *Config) serviceOf(revision string) (service string) {
	for _, s := range c.services() {
		if strings.HasPrefix(revision, s+"-") && len(s) > len(service) {
			service = s
		}
	}
	return service
}

func (c *Config) checkCloud(vars variables, ps *problems) {
	c.checkCloudIsMeant(vars, ps)
	if c.GCPProject != "" {
		ps.checkGrammar("STAGING_GCP_PROJECT", c.GCPProject, projectID, "write the project's id as in netra-staging, neither its number nor its title")
	}
	ps.checkGrammar("STAGING_GCP_REGION", c.GCPRegion, regionName, "write a region as in us-central1, without a zone")
	c.checkEndpoint(ps)
	const short = "write the short name of a Cloud Run service as in netra-backend-staging"
	ps.checkGrammar("STAGING_BACKEND_SERVICE", c.BackendService, serviceName, short)
	ps.checkGrammar("STAGING_AUTH_SERVICE", c.AuthService, serviceName, short)
	if c.BackendService == c.AuthService {
		ps.add("STAGING_AUTH_SERVICE", "names the service of STAGING_BACKEND_SERVICE", "name the two services that there are")
	}
	c.checkBaselines(ps)
	c.checkImages(ps)
}

// checkCloudIsMeant refuses variables that would do nothing.
func (c *Config) checkCloudIsMeant(vars variables, ps *problems) {
	reason, remedy := "is set although STAGING_GCP_PROJECT is not", "set STAGING_GCP_PROJECT too, or unset it"
	idle := ofProject
	switch {
	case c.Target == Embedded:
		reason, remedy = "is set although the target is embedded, which brings its own cloud", "unset it, or name the deployment by STAGING_API_URL and STAGING_AUTH_URL"
		idle = append([]string{"STAGING_GCP_PROJECT"}, ofProject...)
	case c.GCPProject != "":
		return
	}
	for _, variable := range idle {
		if vars.given(variable) {
			ps.add(variable, reason, remedy)
		}
	}
}

// checkEndpoint also sees that nobody's own credentials for Google reach another host.
func (c *Config) checkEndpoint(ps *problems) {
	c.checkURL(location{variable: "STAGING_GCP_ENDPOINT", value: &c.GCPEndpoint}, ps)
	ps.checkVisible("STAGING_GCP_TOKEN", c.GCPToken)
	if c.GCPEndpoint != "" && !c.GCPToken.IsSet() {
		ps.add("STAGING_GCP_TOKEN", "is empty although STAGING_GCP_ENDPOINT is set", "set it to a token of that endpoint: Application Default Credentials are sent to Google only")
	}
}

func (c *Config) checkBaselines(ps *problems) {
	const variable = "STAGING_BASELINE_REVISION"
	var seen []string
	for i, revision := range c.BaselineRevision {
		revision = strings.TrimSpace(revision)
		c.BaselineRevision[i] = revision
		if !ps.checkGrammar(variable, revision, revisionName, "write short names of revisions as in netra-backend-staging-00641-xyz, separated by single commas") {
			continue
		}
		service := c.serviceOf(revision)
		if service == "" {
			ps.add(variable, fmt.Sprintf("names %q, a revision of neither service", revision), "name one that begins with "+strings.Join(c.services(), "- or ")+"-")
			continue
		}
		seen = ps.checkOnce(variable, service, seen)
	}
}

func (c *Config) checkImages(ps *problems) {
	const variable = "STAGING_IMAGE_DIGEST"
	var seen []string
	for i, image := range c.ImageDigest {
		image = strings.TrimSpace(image)
		c.ImageDigest[i] = image
		service, sum, ok := strings.Cut(image, "=")
		switch {
		case !ok || !digest.MatchString(sum):
			ps.add(variable, fmt.Sprintf("has the item %q", image), "write SERVICE=sha256: and 64 hexadecimal digits in small letters, separated by single commas")
		case !slices.Contains(c.services(), service):
			ps.add(variable, fmt.Sprintf("names the service %q", service), "name "+strings.Join(c.services(), " or "))
		default:
			seen = ps.checkOnce(variable, service, seen)
		}
	}
}

// checkOnce returns the services with one more, which must be new.
func (ps *problems) checkOnce(variable, service string, seen []string) []string {
	if slices.Contains(seen, service) {
		ps.add(variable, "names the service "+service+" twice", "keep one")
	}
	return append(seen, service)
}

func (ps *problems) checkGrammar(variable, value string, grammar *regexp.Regexp, remedy string) bool {
	if grammar.MatchString(value) {
		return true
	}
	ps.add(variable, fmt.Sprintf("has the value %q", value), remedy)
	return false
}

// skew is how far the clock of whoever wrote down a time may be ahead of this machine's.
const skew = time.Minute

func (ps *problems) checkPast(variable string, at, now time.Time) {
	if at.After(now.Add(skew)) {
		ps.add(variable, "is "+at.Format(time.RFC3339)+", in the future", "write the time with its own zone, Z only for UTC")
	}
}
