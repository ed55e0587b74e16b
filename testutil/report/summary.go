package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/judge"
)

// Summary is a finding on one line.
func Summary(f judge.Finding) string {
	return severity(f) + " " + f.Rule + ": " + Clean(f.Message)
}

// ReadSummaries reads what [Summary] wrote, one finding a line, without the records that prove them. A last
// line that was not written to its end is left out: the process that wrote it was cut short.
func ReadSummaries(r io.Reader) ([]judge.Finding, error) {
	var all []judge.Finding
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, fmt.Errorf("read findings: %w", err)
		}
		f, err := readSummary(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return all, err
		}
		all = append(all, f)
	}
}

func readSummary(line string) (judge.Finding, error) {
	for _, hard := range []bool{true, false} {
		f := judge.Finding{Hard: hard}
		rest, ok := strings.CutPrefix(line, severity(f)+" ")
		if !ok {
			continue
		}
		if f.Rule, f.Message, ok = strings.Cut(rest, ": "); ok {
			return f, nil
		}
	}
	return judge.Finding{}, fmt.Errorf("read findings: %q is none", line)
}
