package gcp

import (
	"net/url"
	"strings"
	"time"
)

// LogsURL is the page of the Logs Explorer that shows what the filter matches between two times, to those
// who may see the project's logs. If one of the times is zero the page shows its usual range.
func LogsURL(project, filter string, since, until time.Time) string {
	page := "https://console.cloud.google.com/logs/query;query=" + escaped(filter)
	if !since.IsZero() && !until.IsZero() {
		page += ";timeRange=" + escaped(since.UTC().Format(time.RFC3339Nano)+"/"+until.UTC().Format(time.RFC3339Nano))
	}
	return page + "?project=" + escaped(project)
}

// escaped leaves nothing that means something to the page's router, such as parentheses and "=".
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
