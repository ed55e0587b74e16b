package config

import (
	"strconv"
	"strings"
)

// Circumstances are the variables that shape the embedded target otherwise than it is by default, each as
// NAME=value; none of a remote target, which nobody here shapes. None is a secret.
func (c Config) Circumstances() []string {
	if c.Target != Embedded {
		return nil
	}
	var all []string
	add := func(name, value string, given bool) {
		if given {
			all = append(all, name+"="+value)
		}
	}
	add("STAGING_DIALECT", c.Dialect, c.Dialect != auto && c.Dialect != "")
	add("STAGING_VARIANT", strings.Join(c.Variant, ","), len(c.Variant) > 0)
	add("STAGING_FAULT", strings.Join(c.Fault, ","), len(c.Fault) > 0)
	if len(c.Fault) > 0 {
		add("STAGING_FAULT_RATE", strconv.FormatFloat(c.FaultRate, 'g', -1, 64), c.FaultRate >= 0)
		add("STAGING_FAULT_SEED", strconv.Itoa(c.FaultSeed), c.FaultSeed != 0)
	}
	return all
}
