package suite

import "time"

// Expected is what a remote run of the whole plan may take, for tests outside the package.
func Expected(p Plan, users, runs, edgePace, apiPace int) time.Duration {
	return p.need(load{users, runs}, edgePace, apiPace).expected
}

// ScaledDown is the deployment that a story with one of its Own is told at.
var ScaledDown = scaledDown
