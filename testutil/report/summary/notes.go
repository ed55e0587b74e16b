package summary

import "github.com/netra-systems/staging-e2e/testutil/evidence"

// notes say what a reader should know besides.
func notes(e *evidence.Evidence) []string {
	all := []string{}
	if e.Tests == nil {
		all = append(all, "no output of go test -json was given: of a test that failed before its story began nothing is known")
	}
	return all
}
