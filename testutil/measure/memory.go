package measure

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memoryLimit is the bar for the resident memory of one idle session (issue "Foundation", Must hold).
const memoryLimit = 40 << 10

// residentMemory is the memory that the process holds now, in bytes. Only Linux tells it.
func residentMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("read the resident memory, which is measured on Linux only: %w", err)
	}
	return vmRSS(string(status))
}

// vmRSS reads the line "VmRSS: 1234 kB" of /proc/self/status.
func vmRSS(status string) (int64, error) {
	for line := range strings.Lines(status) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" && f[2] == "kB" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read VmRSS: %w", err)
			}
			return n << 10, nil
		}
	}
	return 0, fmt.Errorf("the process status names no VmRSS in kB")
}

func (b *bench) memory(ctx context.Context, _ group) ([]Row, error) {
	used, err := b.drive(ctx, partClient, job{Sessions: b.Sessions, Prompts: 1, Idle: true})
	if err != nil {
		return nil, err
	}
	row := Row{
		What:     fmt.Sprintf("memory per idle session, %d sessions after one run each", b.Sessions),
		Bar:      fmt.Sprintf("at most %d KiB", memoryLimit>>10),
		Measured: fmt.Sprintf("%.1f KiB", float64(used.PerSession)/1024),
		Met:      used.PerSession > 0 && used.PerSession <= memoryLimit,
		Notes: []string{"VmRSS after GC and FreeOSMemory, less that of the same process before the first login, by sessions; " +
			"users, history and judge included; each session has a user of its own"},
	}
	return []Row{row.judged(used)}, nil
}
