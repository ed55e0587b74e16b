package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/faults"
)

// printFaults writes the regressions that the reference deployment can exhibit, one a line, each with what a
// client sees of it.
func printFaults(out io.Writer) error {
	entries, err := everything()
	if err != nil {
		return err
	}
	symptoms := map[string]string{}
	for _, e := range entries {
		symptoms[e.ID] = strings.Join(strings.Fields(e.Symptom), " ")
	}
	var b strings.Builder
	for _, id := range faults.IDs() {
		fmt.Fprintf(&b, "%s: %s\n", id, symptoms[id])
	}
	_, err = io.WriteString(out, b.String())
	return err
}
