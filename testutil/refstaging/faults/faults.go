// Package faults makes a reference deployment exhibit the regressions of the catalogue
// (fixtures/regressions), each at the seam where it really broke, and nothing else: a deployment with a
// fault sends no byte that differs but the symptom.
package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// A fault breaks one thing of a deployment that is about to start.
type fault func(*seams)

// families are the faults by the groups of the catalogue, one file each, and those beside the catalogue, by the
// groups of the rules that find them. A fault has the id of its entry.
var families = []map[string]fault{
	authFaults, handshakeFaults, sessionFaults, registryFaults,
	configFaults,
	deploymentFaults, latencyFaults, leakFaults,
	eventFaults, isolationFaults,
	besideEvents,
	besideLifecycle, besideOrder, besideAgents, besideAnswer, besideThreads,
	besideAuth, besideHandshake, besideHygiene, besideInfra, besideNetwork,
	besideHealth, besideAccumulation, besideLatency, besideIsolation, besideDeployment,
}

// Options say how faults are to strike.
type Options struct {
	// Rate is how often an intermittent fault strikes, from 0 to 1; negative: as the catalogue says.
	Rate float64
	// Seed decides when it does: the same seed, the same schedule.
	Seed uint64
}

// IDs are those of all faults, sorted.
func IDs() []string { return slices.Sorted(maps.Keys(all())) }

func all() map[string]fault {
	every := map[string]fault{}
	for _, family := range families {
		maps.Copy(every, family)
	}
	return every
}

// Apply lets the deployment that c describes have the faults. The error names every id that is none, and
// then c is as before.
func Apply(c *refstaging.Config, ids []string, o Options) error {
	known := all()
	var wrong []error
	for _, id := range ids {
		if known[id] == nil {
			wrong = append(wrong, fmt.Errorf("there is no fault %q%s: staging serve --list-faults lists them", id, alike(id, known)))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for _, id := range ids {
		known[id](&seams{Config: c, Hooks: &c.Hooks, chance: newChance(id, o)})
	}
	return nil
}

// alike proposes ids that hold what was meant, and then those that begin like it.
func alike(id string, known map[string]fault) string {
	if len(id) < 4 {
		return ""
	}
	var close, distant []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		switch {
		case strings.Contains(name, id):
			close = append(close, name)
		case strings.HasPrefix(name, id[:4]):
			distant = append(distant, name)
		}
	}
	if close = append(close, distant...); len(close) == 0 {
		return ""
	}
	return " (perhaps " + strings.Join(close[:min(3, len(close))], ", ") + ")"
}
