// Package process reads the figures of the running process and its machine, as /health/system shows
// them (docs/protocol/http.md, section 5.5).
package process

import "time"

// Figures are those of this process. A figure that the system does not tell is 0.
type Figures struct {
	RSS         int64   `json:"memory_rss"`  // bytes
	VMS         int64   `json:"memory_vms"`  // bytes
	CPU         float64 `json:"cpu_percent"` // of one core, since the process began to serve
	Threads     int     `json:"num_threads"`
	Connections int     `json:"connections"` // left to the caller
}

// Machine is what the process runs on.
type Machine struct {
	CPU    float64 `json:"cpu_percent"` // of all cores, since boot
	Memory Memory  `json:"memory"`
	Disk   Disk    `json:"disk"`
}

// Memory is in bytes; percent is the part in use.
type Memory struct {
	Total     int64   `json:"total"`
	Available int64   `json:"available"`
	Percent   float64 `json:"percent"`
}

// Disk is the root file system, in bytes; percent is the part in use.
type Disk struct {
	Total   int64   `json:"total"`
	Free    int64   `json:"free"`
	Percent float64 `json:"percent"`
}

// Read takes the figures now; began is when the process began to serve.
func Read(began time.Time) (Figures, Machine) { return read(time.Since(began)) }

// usedPercent is the part of total that is not free, 0 when the total is unknown.
func usedPercent(total, free int64) float64 {
	if total <= 0 {
		return 0
	}
	return 100 * float64(total-free) / float64(total)
}
