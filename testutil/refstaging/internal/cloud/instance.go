package cloud

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// Instance is one running container of a revision.
type Instance struct {
	ID       string
	Began    time.Time
	revision *Revision
	labels   map[string]string // of its entries; never changed
	booted   chan struct{}     // closed when the application has started or failed
	failure  error             // why it failed; read after booted, as is the next
	onTerm   func()
	open     int // requests; guarded by the project's mutex
}

func newInstance(r *Revision) *Instance {
	id := hexID(32)
	return &Instance{ID: id, Began: r.service.project.cfg.Now(), revision: r, labels: map[string]string{"instanceId": id}, booted: make(chan struct{})}
}

// Revision is the short name of the instance's revision.
func (i *Instance) Revision() string { return i.revision.name }

// OnTerm takes what the application does when the platform ends the instance. A [Boot] may call it.
func (i *Instance) OnTerm(leave func()) { i.onTerm = leave }

func (i *Instance) start(ctx context.Context) error {
	p := i.revision.service.project
	i.failure = p.start(ctx, i, i.revision.boot)
	if i.failure != nil {
		i.write(systemLog, Entry{Severity: "WARNING", TextPayload: "Container called exit(3)."})
	}
	close(i.booted)
	p.mu.Lock()
	idle := i.revision.shrink() // the traffic may have moved on in the meantime
	p.mu.Unlock()
	end(idle)
	return i.failure
}

// up reports whether the start is over.
func (i *Instance) up() bool {
	select {
	case <-i.booted:
		return true
	default:
		return false
	}
}

// Logs of a container.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Logs that the platform writes.
const (
	requestLog = "requests"
	systemLog  = "varlog/system"
)

// Print takes what the process prints at once to [Stdout] or [Stderr]. As on the platform the severity,
// the time and the [TraceField] of a JSON object become the entry's; everything else is text without a
// severity.
func (i *Instance) Print(stream, line string) { i.write(stream, lift(line)) }

func (i *Instance) write(log string, e Entry) {
	r := i.revision
	p := r.service.project
	if e.at.IsZero() {
		e.at = p.cfg.Now()
	}
	e.InsertID = hexID(10)
	e.LogName = p.logs[log]
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

// TraceField is the member of a JSON line that becomes the entry's trace.
const TraceField = "logging.googleapis.com/trace"

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
	if json.Unmarshal(fields[TraceField], &e.Trace) == nil {
		delete(fields, TraceField)
	}
	e.JSONPayload, _ = json.Marshal(fields) // came from JSON
	return e
}
