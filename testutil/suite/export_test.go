package suite

import "time"

// Expected is what a remote run of the whole plan may take, for tests outside the package.
func Expected(p Plan, users, runs, edgePace, apiPace int) time.Duration {
	return p.need(load{users, runs}, edgePace, apiPace).expected
}
