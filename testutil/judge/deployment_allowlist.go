package judge

import (
	"fmt"
	"regexp"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

// An allowance is an entry of the log allowlist that can be read.
type allowance struct {
	history.Allowance
	pattern *regexp.Regexp
	expired bool // before the history began
}

type allowances []allowance

func (v *View) allowances() (list allowances) {
	if v.Header.Deployment == nil {
		return nil
	}
	for _, a := range v.Header.Deployment.Allow {
		if pattern, err := regexp.Compile(a.Pattern); err == nil {
			list = append(list, allowance{a, pattern, !a.Expires.After(v.Header.Start)})
		}
	}
	return list
}

// excuse tells whether an entry of the list that has not expired excuses a log entry; but says of one that
// did expire.
func (list allowances) excuse(e gcp.Entry) (excused bool, but string) {
	for _, a := range list {
		switch {
		case !a.pattern.MatchString(e.Text):
		case !a.expired:
			return true, ""
		case but == "":
			but = fmt.Sprintf("; the allowlist excused it until %s: %s", a.Expires.Format(time.RFC3339), quote(a.Reason))
		}
	}
	return false, but
}

// allowlist speaks where it matters.
func allowlist(v *View) {
	if v.Header.Deployment == nil || !v.Measuring("D2") {
		return
	}
	for _, a := range v.Header.Deployment.Allow {
		_, err := regexp.Compile(a.Pattern)
		switch {
		case err != nil:
			v.ReportAs(true, nil, "the pattern %s of the log allowlist cannot be read: %s", quote(a.Pattern), line(err.Error()))
		case !a.Expires.After(v.Header.Start):
			v.Report(nil, "the allowance of %s expired at %s and excuses nothing: mend its cause, or give it a new date in STAGING_LOG_ALLOWLIST", quote(a.Pattern), a.Expires.Format(time.RFC3339))
		}
	}
}
