package validate

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/report"
)

// A tale is a story that is being told.
type tale struct {
	name   string
	began  time.Time
	waits  bool // for its turn
	events int

	histories []growing
}

// A growing history is read as far as it is written.
type growing struct {
	path string
	read int64 // bytes, of whole lines
}

// follow takes in a history of the story; one that has parts has several.
func (t *tale) follow(path string) { t.histories = append(t.histories, growing{path: path}) }

// look counts what was heard since it last looked. A history that cannot be read is no matter here: it will be
// missing from the evidence, and that is told.
func (t *tale) look() {
	for i := range t.histories {
		t.events += t.histories[i].count()
	}
}

// most is read at a time.
const most = 8 << 20

// count counts the events of runs in what was added.
func (g *growing) count() (events int) {
	f, err := os.Open(g.path)
	if err != nil {
		return 0
	}
	defer f.Close()
	added, err := io.ReadAll(io.NewSectionReader(f, g.read, most))
	if err != nil {
		return 0
	}
	for {
		end := bytes.IndexByte(added, '\n')
		if end < 0 {
			return events
		}
		var r struct{ Kind, Run string }
		if json.Unmarshal(added[:end], &r) == nil && r.Kind == "recv" && r.Run != "" {
			events++
		}
		g.read += int64(end) + 1
		added = added[end+1:]
	}
}

// why is the first hard finding that the suite wrote down beside a history, or nothing.
func (t *tale) why() string {
	for _, g := range t.histories {
		f, err := os.Open(filepath.Join(filepath.Dir(g.path), "findings.txt"))
		if err != nil {
			continue
		}
		findings, err := report.ReadSummaries(f)
		_ = f.Close() // of a file that was only read
		for _, finding := range findings {
			if err == nil && finding.Hard {
				return ": " + report.Summary(finding)
			}
		}
	}
	return ""
}
