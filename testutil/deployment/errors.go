package deployment

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

// An api is what is to be known of one of the APIs.
type api struct {
	name    string // as people know it
	service string // as Google enables it
	role    string // that reads it and nothing else
}

var apis = map[string]api{
	history.RunAPI:        {"Cloud Run", "run.googleapis.com", "roles/run.viewer"},
	history.LoggingAPI:    {"Cloud Logging", "logging.googleapis.com", "roles/logging.viewer"},
	history.MonitoringAPI: {"Cloud Monitoring", "monitoring.googleapis.com", "roles/monitoring.viewer"},
}

const allRoles = "roles/run.viewer, roles/logging.viewer, roles/monitoring.viewer"

// A DeniedError says that the cloud does not let the suite read: it has no credentials, they are not
// accepted (401), or they lack a role (403).
type DeniedError struct {
	API        string // one of history's API constants; empty: all of them, for want of credentials
	Project    string
	Role       string // that would allow it
	Permission string // that is needed, as far as it is known
	Status     int    // of the answer; 0: nobody was asked
	Disabled   bool   // rather than a role, the project lacks the API
	Cause      error
}

func (e *DeniedError) Error() string {
	switch {
	case e.Disabled:
		return fmt.Sprintf("%s is not enabled in project %s: gcloud services enable %s --project=%s: %v",
			apis[e.API].name, e.Project, apis[e.API].service, e.Project, e.Cause)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s does not allow it (%s): gcloud projects add-iam-policy-binding %s --member=MEMBER --role=%s: %v",
			apis[e.API].name, e.Permission, e.Project, e.Role, e.Cause)
	}
	return fmt.Sprintf("no credentials that Google Cloud accepts: set GOOGLE_APPLICATION_CREDENTIALS or STAGING_GCP_TOKEN, or run "+
		"gcloud auth application-default login, as somebody who has %s in project %s: %v", e.Role, e.Project, e.Cause)
}

func (e *DeniedError) Unwrap() error { return e.Cause }

// A MissingError says that the cloud does not know what it was asked for.
type MissingError struct {
	API      string
	Project  string
	Region   string
	Service  string
	Revision string
	Cause    error
}

func (e *MissingError) Error() string {
	what := "service " + e.Service
	if e.Revision != "" {
		what = "revision " + e.Revision
	}
	return fmt.Sprintf("%s knows no %s in region %s of project %s: check STAGING_GCP_PROJECT, STAGING_GCP_REGION, "+
		"STAGING_BACKEND_SERVICE and STAGING_AUTH_SERVICE: %v", apis[e.API].name, what, e.Region, e.Project, e.Cause)
}

func (e *MissingError) Unwrap() error { return e.Cause }

// A QuotaError says that an API was asked more often than it allows, for as long as the suite was patient.
type QuotaError struct {
	API   string
	For   time.Duration
	Cause error
}

func (e *QuotaError) Error() string {
	return fmt.Sprintf("the quota of %s is used up, also after %v of trying: run it again later, or with fewer runs at once: %v",
		apis[e.API].name, e.For.Round(time.Millisecond), e.Cause)
}

func (e *QuotaError) Unwrap() error { return e.Cause }

// A refusal shows an API's error in one line.
type refusal struct{ cause *googleapi.Error }

// shown is how much of an error's text is shown.
const shown = 300

func (e *refusal) Error() string {
	text := strings.Join(strings.Fields(cmp.Or(e.cause.Message, e.cause.Body)), " ")
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + " …"
	}
	return fmt.Sprintf("%d %s: %s", e.cause.Code, http.StatusText(e.cause.Code), text)
}

func (e *refusal) Unwrap() error { return e.cause }

// brief shortens the text of an API's error, and leaves others as they are.
func brief(err error) error {
	if refused, ok := errors.AsType[*googleapi.Error](err); ok {
		return &refusal{refused}
	}
	return err
}
