package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCircumstances(t *testing.T) {
	assert.Empty(t, Config{Target: Embedded, Dialect: auto, FaultRate: -1}.Circumstances())
	shaped := Config{Target: Embedded, Dialect: "october", Variant: []string{"e3", "jitter"}, Fault: []string{"a"}, FaultRate: 0.05, FaultSeed: 7}
	assert.Equal(t, []string{"STAGING_DIALECT=october", "STAGING_VARIANT=e3,jitter", "STAGING_FAULT=a", "STAGING_FAULT_RATE=0.05", "STAGING_FAULT_SEED=7"}, shaped.Circumstances())
	shaped.Fault = nil
	assert.Equal(t, []string{"STAGING_DIALECT=october", "STAGING_VARIANT=e3,jitter"}, shaped.Circumstances())
	shaped.Target = Remote
	assert.Empty(t, shaped.Circumstances())
}
