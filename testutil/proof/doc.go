// Package proof measures what the stories are worth: it lets the embedded target exhibit the regressions of
// the catalogue, one at a time, and requires that the stories turn red for the right reason; and it lets them
// meet the healthy target many times, under every adversity of a machine, and requires that they stay green.
//
// The stories run as they always do, as the test binaries of their packages. They are compiled once.
// Everything that is started is ended by its own process id, and bounded in time.
package proof
