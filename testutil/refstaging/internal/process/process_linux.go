package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func read(served time.Duration) (Figures, Machine) {
	figures := Figures{CPU: cpuPercent(served)}
	// statm: size and resident set, in pages (proc(5)).
	if pages := numbers("/proc/self/statm"); len(pages) >= 2 {
		size := int64(os.Getpagesize())
		figures.VMS, figures.RSS = pages[0]*size, pages[1]*size
	}
	if threads, ok := labelled("/proc/self/status", "Threads:"); ok {
		figures.Threads = int(threads)
	}
	return figures, Machine{CPU: machineCPU(), Memory: memory(), Disk: disk()}
}

// cpuPercent is the CPU time of the process as part of the time it has served.
func cpuPercent(served time.Duration) float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil || served <= 0 {
		return 0
	}
	used := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return 100 * used.Seconds() / served.Seconds()
}

// machineCPU is the part of all ticks since boot that were not idle (proc(5), /proc/stat: the first
// line holds user, nice, system, idle, iowait, …).
func machineCPU() float64 {
	ticks := numbers("/proc/stat")
	if len(ticks) < 5 {
		return 0
	}
	var all int64
	for _, t := range ticks {
		all += t
	}
	return usedPercent(all, ticks[3]+ticks[4])
}

func memory() Memory {
	const kilobyte = 1024
	total, _ := labelled("/proc/meminfo", "MemTotal:")
	available, _ := labelled("/proc/meminfo", "MemAvailable:")
	return Memory{total * kilobyte, available * kilobyte, usedPercent(total, available)}
}

func disk() Disk {
	var fs syscall.Statfs_t
	if syscall.Statfs("/", &fs) != nil {
		return Disk{}
	}
	total, free := int64(fs.Blocks)*int64(fs.Bsize), int64(fs.Bavail)*int64(fs.Bsize)
	return Disk{total, free, usedPercent(total, free)}
}

// numbers are the whole numbers of a file's first line.
func numbers(path string) []int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var found []int64
	for field := range strings.FieldsSeq(line) {
		if n, err := strconv.ParseInt(field, 10, 64); err == nil {
			found = append(found, n)
		}
	}
	return found
}

// labelled is the number after a label at the beginning of a line.
func labelled(path, label string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, label); ok {
			fields := strings.Fields(rest)
			if len(fields) == 0 {
				return 0, false
			}
			n, err := strconv.ParseInt(fields[0], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
