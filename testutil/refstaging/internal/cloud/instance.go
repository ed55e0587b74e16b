package cloud

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// Instance is one running container of a revision.
type Instance struct {
	ID       string
	revision *Revision
	labels   map[string]string // of its entries; never changed
	booted   chan struct{}     // closed when the application has started or failed
	failure  error             // why it failed; read after booted
}

func newInstance(r *Revision) *Instance {
	id := hexID(32)
	return &Instance{ID: id, revision: r, labels: map[string]string{"instanceId": id}, booted: make(chan struct{})}
}

// Revision is the short name of the instance's revision.
func (i *Instance) Revision() string { return i.revision.name }

func (i *Instance) start(ctx context.Context, boot Boot) error {
	i.failure = i.revision.service.project.start(ctx, i, boot)
	if i.failure != nil {
		i.write("varlog/system", Entry{Severity: "WARNING", TextPayload: "Container called exit(3)."})
	}
	close(i.booted)
	return i.failure
}

// Logs of a container.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Print takes what the process prints at once to [Stdout] or [Stderr]. As on the platform the severity
// and the time of a JSON object become the entry's; everything else is text without a severity.
func (i *Instance) Print(stream, line string) { i.write(stream, lift(line)) }

func (i *Instance) write(log string, e Entry) {
	r := i.revision
	p := r.service.project
	if e.at.IsZero() {
		e.at = p.cfg.Now()
	}
	e.InsertID = hexID(10)
	e.LogName = "projects/" + p.cfg.Project + "/logs/" + url.QueryEscape("run.googleapis.com/"+log)
	e.Resource, e.Labels = r.resource, i.labels
	p.ingest(e, 0)
}

// resource is what entries and metrics of a revision belong to.
func (s *Service) resource(revision string) Resource {
	return Resource{Type: "cloud_run_revision", Labels: map[string]string{
		"project_id": s.project.cfg.Project, "location": s.project.cfg.Region,
		"service_name": s.Name, "configuration_name": s.Name, "revision_name": revision,
	}}
}

// lift makes an entry of a line.
func lift(line string) Entry {
	var fields map[string]json.RawMessage
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &fields) != nil {
		return Entry{TextPayload: line}
	}
	var e Entry
	var severity, at string
	if json.Unmarshal(fields["severity"], &severity) == nil && level(severity) > 0 {
		e.Severity = severity
		delete(fields, "severity")
	}
	if json.Unmarshal(fields["timestamp"], &at) == nil {
		if parsed, err := time.Parse(time.RFC3339Nano, at); err == nil {
			e.at = parsed
			delete(fields, "timestamp")
		}
	}
	e.JSONPayload, _ = json.Marshal(fields) // came from JSON
	return e
}
