package measure

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// A Machine is what numbers were measured on.
type Machine struct {
	OS        string    `json:"os"`
	Arch      string    `json:"arch"`
	Cores     int       `json:"cores"`
	Processor string    `json:"processor,omitempty"` // empty where the system does not say
	Go        string    `json:"go"`
	At        time.Time `json:"at"`
}

// String is the machine on one line.
func (m Machine) String() string {
	processor := ""
	if m.Processor != "" {
		processor = " (" + m.Processor + ")"
	}
	return fmt.Sprintf("%s/%s, %d cores%s, %s, %s", m.OS, m.Arch, m.Cores, processor, m.Go, m.At.Format("2006-01-02 15:04 UTC"))
}

func describeMachine() Machine {
	m := Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: cores(), Go: runtime.Version(), At: time.Now().UTC().Truncate(time.Minute)}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil { // Linux
		m.Processor = processor(string(text))
	}
	return m
}

// processor is the first "model name" of /proc/cpuinfo.
func processor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
