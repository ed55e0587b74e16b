// Package variants makes a reference deployment unusual without making it wrong: whatever is chosen here, the
// stories must stay green.
package variants

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A variant changes one thing of a deployment that is about to start.
type variant func(*refstaging.Config)

var variants = map[string]variant{
	"jitter": jitter,
}

// Names are those of all variants, sorted.
func Names() []string { return slices.Sorted(maps.Keys(variants)) }

// Apply lets the deployment that c describes be unusual. The error names every variant that is none, and then
// c is as before.
func Apply(c *refstaging.Config, names []string) error {
	var wrong []error
	for _, name := range names {
		if variants[name] == nil {
			wrong = append(wrong, fmt.Errorf("there is no variant %q: choose of %s", name, strings.Join(Names(), ", ")))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for _, name := range names {
		variants[name](c)
	}
	return nil
}
