package faults

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
)

// A chance decides, from a seed alone, which of the occasions of an intermittent fault it strikes at.
type chance struct {
	mu   sync.Mutex
	rand *rand.Rand
	rate float64 // negative: nobody said
}

func newChance(id string, o Options) *chance {
	name := fnv.New64a()
	_, _ = name.Write([]byte(id)) // never fails
	return &chance{rand: rand.New(rand.NewPCG(o.Seed, name.Sum64())), rate: o.Rate}
}

// strikes tells whether the fault strikes at this occasion; usual is its rate unless somebody said
// otherwise.
func (c *chance) strikes(usual float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	rate := c.rate
	if rate < 0 {
		rate = usual
	}
	return c.rand.Float64() < rate
}
