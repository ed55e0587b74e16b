package gcp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Severity orders log entries as Cloud Logging does.
type Severity int

// The severities. An entry that has none is DEFAULT, and so is one that has an unknown one.
const (
	Default Severity = iota * 100
	Debug
	Info
	Notice
	Warning
	Error
	Critical
	Alert
	Emergency
)

var severities = map[string]Severity{
	"DEFAULT": Default, "DEBUG": Debug, "INFO": Info, "NOTICE": Notice, "WARNING": Warning, "ERROR": Error,
	"CRITICAL": Critical, "ALERT": Alert, "EMERGENCY": Emergency,
}

// String is the name on the wire.
func (s Severity) String() string {
	for name, of := range severities {
		if of == s {
			return name
		}
	}
	return strconv.Itoa(int(s))
}

// The logs of a Cloud Run revision, by what stands behind "/logs/" when it is decoded.
const (
	RequestLog = "run.googleapis.com/requests"
	StdoutLog  = "run.googleapis.com/stdout"
	StderrLog  = "run.googleapis.com/stderr"
	SystemLog  = "run.googleapis.com/varlog/system"
)

// An Entry is one entry of a log.
type Entry struct {
	ID       string // unique together with Log and Time
	Log      string // one of the logs above, mostly
	Time     time.Time
	Received time.Time
	Severity Severity // of the entry itself, never of what it quotes
	Service  string
	Revision string
	Instance string // empty for what belongs to none
	Trace    string // id alone
	Text     string // textPayload, or the message of jsonPayload; of a payload that has neither, its JSON
	Beside   string // of a payload that has a message, its other members, as JSON; empty if there are none
	Empty    bool   // it has no payload, and is of no request
	Request  *Request
}

// A Request is what the request log says of one.
type Request struct {
	Method    string
	URL       string
	Status    int
	Latency   time.Duration // server's
	UserAgent string
}

// ParseEntries reads one page of entries.list. Next is empty on the last one; a page may be empty and
// yet have a next.
func ParseEntries(body string) (all []Entry, next string, err error) {
	var w struct {
		Entries []struct {
			ID       string    `json:"insertId"`
			Log      string    `json:"logName"`
			Time     time.Time `json:"timestamp"`
			Received time.Time `json:"receiveTimestamp"`
			Severity string    `json:"severity"`
			Resource struct {
				Labels map[string]string `json:"labels"`
			} `json:"resource"`
			Labels  map[string]string `json:"labels"`
			Trace   string            `json:"trace"`
			Text    string            `json:"textPayload"`
			JSON    map[string]any    `json:"jsonPayload"`
			Proto   map[string]any    `json:"protoPayload"`
			Request *struct {
				Method    string  `json:"requestMethod"`
				URL       string  `json:"requestUrl"`
				Status    integer `json:"status"`
				Latency   span    `json:"latency"`
				UserAgent string  `json:"userAgent"`
			} `json:"httpRequest"`
		} `json:"entries"`
		Next string `json:"nextPageToken"`
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, "", fmt.Errorf("read log entries: %w", err)
	}
	for _, e := range w.Entries {
		entry := Entry{
			ID: e.ID, Log: logOf(e.Log), Time: e.Time, Received: e.Received, Severity: severities[e.Severity],
			Service: e.Resource.Labels["service_name"], Revision: e.Resource.Labels["revision_name"],
			Instance: e.Labels["instanceId"], Trace: Short(e.Trace), Text: cmp.Or(e.Text, textOf(e.JSON), textOf(e.Proto)),
			Beside: besideMessage(e.JSON),
			Empty:  e.Text == "" && len(e.JSON) == 0 && len(e.Proto) == 0 && e.Request == nil,
		}
		if r := e.Request; r != nil {
			entry.Request = &Request{r.Method, r.URL, int(r.Status), time.Duration(r.Latency), r.UserAgent}
		}
		all = append(all, entry)
	}
	return all, w.Next, nil
}

// textOf is what a payload says, empty if there is none. The platform's own, of audit logs, has no message.
func textOf(payload map[string]any) string {
	if message, _ := payload["message"].(string); message != "" || len(payload) == 0 {
		return message
	}
	whole, _ := json.Marshal(payload) // came from JSON
	return string(whole)
}

// besideMessage is what a payload says in other members than its message: loggers keep exceptions there.
func besideMessage(payload map[string]any) string {
	if message, _ := payload["message"].(string); message == "" || len(payload) == 1 {
		return ""
	}
	others := maps.Clone(payload)
	delete(others, "message")
	text, _ := json.Marshal(others) // came from JSON
	return string(text)
}

func logOf(name string) string {
	_, encoded, _ := strings.Cut(name, "/logs/")
	if decoded, err := url.PathUnescape(encoded); err == nil {
		return decoded
	}
	return encoded
}
