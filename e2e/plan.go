// Package e2e lists the stories of its packages. The stories themselves are their tests:
//
//	go test ./e2e/... -run Staging -v
package e2e

import "slices"

// Plan lists every story, with what it shows and the most it asks of a target: those of each package
// stand in a file of their own.
var Plan = slices.Concat(goldenPath, agentRegistry, consistency, concurrentUsers, deployment)
