package gcp

import (
	"net/url"
	"time"
)

// A Scope is the part of a project's logs and metrics that is about Cloud Run. A member that is empty does
// not narrow it.
type Scope struct {
	Region   string
	Service  string
	Revision string // short name
	Instance string // id; metrics do not have it
	Since    time.Time
	Until    time.Time
}

// Logs is the filter of the log entries in the scope (deployment.md 4). Its times are those of the
// entries, not of their ingestion.
func (s Scope) Logs() Filter {
	return And(s.resource(), given("labels.instanceId", s.Instance), Between(s.Since, s.Until))
}

// Series is the filter of the time series of a metric in the scope. Its times are no part of it: they are
// parameters of their own.
func (s Scope) Series(metric string) Filter { return And(Is("metric.type", metric), s.resource()) }

func (s Scope) resource() Filter {
	return And(
		Filter{text: `resource.type="cloud_run_revision"`},
		given("resource.labels.service_name", s.Service),
		given("resource.labels.revision_name", s.Revision),
		given("resource.labels.location", s.Region),
	)
}

func given(field, value string) Filter {
	if value == "" {
		return Filter{}
	}
	return Is(field, value)
}

// OfLog matches the entries of one of a revision's logs, such as [RequestLog].
func OfLog(name string) Filter { return Has("logName", url.QueryEscape(name)) }

// OfTraces matches the entries of any of the traces, which are ids alone. Each takes some 90 bytes of the
// 20,000 that a filter may have. Without a trace it matches everything.
func OfTraces(project string, ids ...string) Filter {
	all := make([]Filter, len(ids))
	for i, id := range ids {
		all[i] = Is("trace", "projects/"+project+"/traces/"+id)
	}
	return Or(all...)
}

// Saying matches the entries of the application whose text or message holds one of the texts, whatever
// its case. Without a text it matches everything.
func Saying(texts ...string) Filter {
	var all []Filter
	for _, text := range texts {
		all = append(all, Has("jsonPayload.message", text), Has("textPayload", text))
	}
	return Or(all...)
}
