// Package deployment reads the evidence that the cloud's own APIs hold about a deployment: Cloud Run Admin
// v2, Cloud Logging v2 and Cloud Monitoring v3, with Google's generated REST clients.
//
// It only reads, with the roles roles/run.viewer, roles/logging.viewer and roles/monitoring.viewer. Every
// request and answer, also one that fails and is tried again, becomes a reading in the history of the story
// that wants it: what is returned here is what a rule later decodes from there. Nothing here judges.
//
//	cloud, err := deployment.Open(ctx, deployment.Options{Project: "netra-staging", Region: "us-central1"})
//	seen := cloud.Record(log)
//	state, err := seen.AwaitRollout(ctx, "netra-backend-staging", 5*time.Minute)
//
// A [Survey] is the plan of what to read for each criterion of issue #891 that only the cloud shows. A story
// follows it, and so does a replay.
//
// All methods block until they have an answer, their context ends, or what they ask for has failed for too
// long. Errors are [*DeniedError], [*MissingError], [*QuotaError], or wrap what broke.
package deployment
