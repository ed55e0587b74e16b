// Package gcp decodes what the cloud's own APIs answer — Cloud Run Admin v2, Cloud Logging v2, Cloud
// Monitoring v3 — as far as deployment checks need it (docs/protocol/deployment.md), and writes the
// filters and links with which they are asked. It performs no I/O.
//
// int64 values are strings on this wire, and what is false or zero is absent.
package gcp
