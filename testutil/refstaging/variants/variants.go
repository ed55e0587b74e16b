// Package variants makes a reference deployment unusual without making it wrong: each variant uses one freedom
// that docs/protocol leaves to a target. Whatever is chosen here, the stories must stay green, given the shape
// that the variant declares.
package variants

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A Declaration is what a target with a variant says of itself, as STAGING_DIALECT and STAGING_EVENT_SHAPE
// take it. Empty says nothing out of the ordinary.
type Declaration struct {
	Dialect string // that the variant needs
	Shape   string // of the events, or auto
}

// A variant is one freedom.
type variant struct {
	says     string // what a client sees of it, and where that is allowed
	declares Declaration
	apply    func(*refstaging.Config)
}

// variants are all of them, by topic.
var variants = gather(shapes, repeats, times, texts, steps, frames, welcomes, octobers, endings, exchanges, paces)

// gather makes one table of several; a name that stands in two of them is a mistake here.
func gather(tables ...map[string]variant) map[string]variant {
	all := map[string]variant{}
	for _, table := range tables {
		for name, v := range table {
			if _, twice := all[name]; twice {
				panic("variants: two are named " + name)
			}
			all[name] = v
		}
	}
	return all
}

// Names are those of all variants, sorted.
func Names() []string { return slices.Sorted(maps.Keys(variants)) }

// Says is what a client sees of a variant, and where that is allowed; empty if there is none of that name.
func Says(name string) string { return variants[name].says }

// Declared is what a target with these variants says of itself. The error names every variant that is none,
// and says which two cannot be together.
func Declared(names []string) (Declaration, error) {
	var all Declaration
	var wrong []error
	for _, name := range names {
		v, known := variants[name]
		if !known {
			wrong = append(wrong, fmt.Errorf("there is no variant %q: choose of %s", name, strings.Join(Names(), ", ")))
			continue
		}
		for _, d := range []struct{ all, own *string }{{&all.Dialect, &v.declares.Dialect}, {&all.Shape, &v.declares.Shape}} {
			if *d.all != "" && *d.own != "" && *d.all != *d.own {
				wrong = append(wrong, fmt.Errorf("variant %q declares %s, and one before it %s: choose one of them", name, *d.own, *d.all))
			} else if *d.own != "" {
				*d.all = *d.own
			}
		}
	}
	return all, errors.Join(wrong...)
}

// Apply lets the deployment that c describes be unusual, in the dialect that the variants need. The error is
// that of [Declared], or says that c speaks another dialect; then c is as before.
func Apply(c *refstaging.Config, names []string) error {
	declared, err := Declared(names)
	if err != nil {
		return err
	}
	if declared.Dialect != "" {
		if c.Dialect != "" && c.Dialect != declared.Dialect {
			return fmt.Errorf("variants %s are of the dialect %s, not of %s", strings.Join(names, ", "), declared.Dialect, c.Dialect)
		}
		c.Dialect = declared.Dialect
	}
	for _, name := range names {
		variants[name].apply(c)
	}
	return nil
}
