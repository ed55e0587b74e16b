package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging/variants"
)

// printVariants writes the freedoms that the reference deployment can use, one a line, each with what a client
// sees of it and where that is allowed.
func printVariants(out io.Writer) error {
	var b strings.Builder
	for _, name := range variants.Names() {
		fmt.Fprintf(&b, "%s: %s\n", name, variants.Says(name))
	}
	_, err := io.WriteString(out, b.String())
	return err
}
