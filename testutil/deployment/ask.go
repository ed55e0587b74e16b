package deployment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/googleapis/gax-go/v2"
	"github.com/googleapis/gax-go/v2/apierror"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/googleapi"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

const (
	// answerLimit bounds one request; a search of a large log takes tens of seconds.
	answerLimit = time.Minute
	// networkTries is how often a request is sent that gets no answer: what is not there does not come.
	networkTries = 4
)

// ask sends one request, and again while that may help. It returns the reading of the answer, which the
// caller records; those of the attempts before are recorded here.
func (c *Cloud) ask(ctx context.Context, about history.Reading, do func(context.Context) error) (*history.Reading, error) {
	begun := time.Now()
	backoff := gax.Backoff{Initial: c.Poll / 5, Max: 30 * time.Second}
	for tries := 1; ; tries++ {
		a := &attempt{reading: about, log: c.log}
		err := a.make(ctx, do)
		if err == nil {
			return &a.reading, nil
		}
		if denied(err) {
			a.reading.Role = apis[about.API].role
		}
		if a.sent {
			c.record(&a.reading)
		}
		pause := max(backoff.Pause(), retryAfter(err))
		over := time.Since(begun)+pause > c.Patience || tries == networkTries && a.reading.Status == 0
		if ctx.Err() != nil || over || !a.temporary(err) {
			return nil, c.explain(ctx, &a.reading, err, time.Since(begun))
		}
		if gax.Sleep(ctx, pause) != nil {
			return nil, c.explain(ctx, &a.reading, err, time.Since(begun))
		}
	}
}

func (a *attempt) make(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return do(a.in(ctx))
}

func (c *Cloud) record(reading *history.Reading) {
	if c.log != nil {
		c.log.Append(&history.Record{Kind: history.Cloud, Cloud: reading}, nil)
	}
}

// temporary tells whether the same request may be answered soon.
func (a *attempt) temporary(err error) bool {
	if refused, ok := errors.AsType[*googleapi.Error](err); ok {
		switch refused.Code {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return exhausted(refused)
	}
	return a.reading.Broken != nil && !denied(err) && a.reading.Broken.Step != history.StepTLS && !errors.Is(err, ErrTooLong)
}

// exhausted tells whether a quota is used up, which older APIs say with 403.
func exhausted(refused *googleapi.Error) bool {
	if refused.Code == http.StatusForbidden && len(refused.Errors) > 0 {
		switch refused.Errors[0].Reason {
		case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded":
			return true
		}
	}
	return refused.Code == http.StatusTooManyRequests
}

// denied tells whether whoever reads may not. Credentials whose exchange broke on the network are not
// denied, as far as their library lets one know.
func denied(err error) bool {
	if refused, ok := errors.AsType[*googleapi.Error](err); ok {
		return refused.Code == http.StatusUnauthorized || refused.Code == http.StatusForbidden && !exhausted(refused)
	}
	token, ok := errors.AsType[*tokenError](err)
	if !ok {
		return false
	}
	if refused, ok := errors.AsType[*google.AuthenticationError](token.cause); ok {
		return !refused.Temporary()
	}
	_, unreachable := errors.AsType[*url.Error](token.cause)
	return !unreachable
}

// retryAfter is how long the API asks to be left alone; it may say so in seconds or as a date.
func retryAfter(err error) time.Duration {
	refused, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return 0
	}
	text := refused.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return time.Until(at)
	}
	return 0
}

// explain is the error that a user meets.
func (c *Cloud) explain(ctx context.Context, r *history.Reading, err error, tried time.Duration) error {
	refused, answered := errors.AsType[*googleapi.Error](err)
	switch {
	case denied(err):
		detail, ok := errors.AsType[*apierror.APIError](err)
		disabled := ok && detail.Reason() == "SERVICE_DISABLED"
		err = &DeniedError{r.API, c.Project, apis[r.API].role, permissions[r.Purpose], r.Status, disabled, brief(err)}
	case answered && refused.Code == http.StatusNotFound:
		err = &MissingError{r.API, c.Project, c.Region, r.Service, r.Revision, brief(err)}
	case answered && exhausted(refused):
		err = &QuotaError{r.API, tried, brief(err)}
	case answered:
		err = brief(err)
	case r.Broken != nil:
		err = fmt.Errorf("reach %s: %w", hostOf(r.URL), err)
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w after %w", ended, err)
	}
	return fmt.Errorf("read %s of %s: %w", r.Purpose, subject(r), err)
}

// permissions are what the requests need.
var permissions = map[string]string{
	history.ReadService: "run.services.get", history.ReadRevisions: "run.revisions.list",
	history.ReadMarkers: readLogs, history.ReadStart: readLogs, history.ReadRequests: readLogs,
	history.ReadTraced: readLogs, history.ReadServer: readLogs,
	history.ReadInstances: readSeries, history.ReadMemory: readSeries, history.ReadCounts: readSeries, history.ReadLatencies: readSeries,
}

const (
	readLogs   = "logging.logEntries.list"
	readSeries = "monitoring.timeSeries.list"
)

func subject(r *history.Reading) string {
	switch {
	case r.Revision != "":
		return r.Revision
	case r.Service != "":
		return r.Service
	}
	return "the deployment"
}

func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	return parsed.Host
}
