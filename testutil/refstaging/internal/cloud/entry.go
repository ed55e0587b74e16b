package cloud

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/internal/cloud/filter"
)

// Entry is a log entry as entries:list shows it. Severity DEFAULT is absent, as an empty payload is.
type Entry struct {
	InsertID    string            `json:"insertId"`
	LogName     string            `json:"logName"`
	Resource    Resource          `json:"resource"`
	Labels      map[string]string `json:"labels,omitempty"`
	Severity    string            `json:"severity,omitempty"`
	TextPayload string            `json:"textPayload,omitempty"`
	JSONPayload json.RawMessage   `json:"jsonPayload,omitempty"`
	HTTPRequest *HTTPRequest      `json:"httpRequest,omitempty"`
	Trace       string            `json:"trace,omitempty"`
	SpanID      string            `json:"spanId,omitempty"`
	Sampled     bool              `json:"traceSampled,omitempty"`
	Timestamp   string            `json:"timestamp"`
	Received    string            `json:"receiveTimestamp"`

	at       time.Time
	received time.Time
	number   int64 // in the order of arrival
}

// Resource is a monitored resource, of entries and of metrics.
type Resource struct {
	Type   string            `json:"type"`
	Labels map[string]string `json:"labels,omitempty"`
}

// HTTPRequest is what the request log says of one.
type HTTPRequest struct {
	Method       string `json:"requestMethod"`
	URL          string `json:"requestUrl"`
	RequestSize  int64  `json:"requestSize,omitempty,string"`
	Status       int    `json:"status,omitempty"`
	ResponseSize int64  `json:"responseSize,omitempty,string"`
	UserAgent    string `json:"userAgent,omitempty"`
	RemoteIP     string `json:"remoteIp,omitempty"`
	Latency      string `json:"latency"`
	Protocol     string `json:"protocol"`
}

// severities are in their order (deployment.md 4.1).
var severities = []string{"DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"}

// level is the place of a severity, -1 when it is unknown.
func level(severity string) int { return slices.Index(severities, severity) }

// logFields are those that a filter of entries may name.
func logFields(name string) (filter.Field, bool) {
	switch name {
	case "severity":
		return filter.Field{Kind: filter.Number, Names: severities}, true
	case "timestamp":
		return filter.Field{Kind: filter.Time}, true
	case "httpRequest.status":
		return filter.Field{Kind: filter.Number}, true
	case "resource.type", "labels.instanceId", "logName", "textPayload", "jsonPayload.message", "trace":
		return filter.Field{}, true
	}
	label, ok := strings.CutPrefix(name, "resource.labels.")
	return filter.Field{}, ok && label != ""
}

// value is what a filter sees of an entry.
func (e Entry) value(field string) (v filter.Value, ok bool) {
	switch field {
	case "severity":
		return filter.Value{Number: float64(max(0, level(e.Severity)))}, true
	case "timestamp":
		return filter.Value{Time: e.at}, true
	case "httpRequest.status":
		if e.HTTPRequest == nil {
			return v, false
		}
		return filter.Value{Number: float64(e.HTTPRequest.Status)}, true
	case "resource.type":
		return filter.Value{Text: e.Resource.Type}, true
	case "logName":
		return filter.Value{Text: e.LogName}, true
	case "labels.instanceId":
		v.Text, ok = e.Labels["instanceId"]
		return v, ok
	case "trace":
		return filter.Value{Text: e.Trace}, e.Trace != ""
	case "textPayload":
		return filter.Value{Text: e.TextPayload}, e.TextPayload != ""
	case "jsonPayload.message":
		var payload struct{ Message *string }
		if json.Unmarshal(e.JSONPayload, &payload) != nil || payload.Message == nil {
			return v, false
		}
		return filter.Value{Text: *payload.Message}, true
	}
	v.Text, ok = e.Resource.Labels[strings.TrimPrefix(field, "resource.labels.")]
	return v, ok
}
