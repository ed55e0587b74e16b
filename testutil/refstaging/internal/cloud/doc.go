// Package cloud is the platform under the reference deployment: a project whose services have revisions
// and instances, a journal of log entries, and counters; and the slices of Cloud Run Admin v2, Cloud
// Logging v2 and Cloud Monitoring v3 that read them (docs/protocol/deployment.md 4.1).
//
// It knows nothing of what it runs. An application starts in the [Boot] that [Service.Deploy] is given,
// prints lines to its [Instance] as a process prints to stdout and stderr, and answers requests behind
// [Service.Handler], which logs and counts each. What the APIs say is what happened.
package cloud
