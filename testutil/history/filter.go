package history

import "math/bits"

// A filter is a set of hashed grams that may hold too much but never too little. It answers nearly
// every question from a few kilobytes, where the map of grams would cost a cache miss.
type filter struct {
	words []uint64
	shift int // of a hash, to the index of its bit
	size  int // grams added
}

// bitsPerGram keeps wrong answers below one in bitsPerGram/2.
const bitsPerGram = 32

func (f *filter) add(g uint64, all map[uint64]uint32) {
	f.size++
	if f.size*bitsPerGram > len(f.words)*64 {
		f.grow(all)
	}
	f.set(g)
}

func (f *filter) grow(all map[uint64]uint32) {
	width := max(12, bits.Len(uint(f.size*bitsPerGram)))
	f.words = make([]uint64, 1<<width/64)
	f.shift = 64 - width
	for g := range all {
		f.set(g)
	}
}

func (f *filter) set(g uint64) {
	bit := f.hash(g)
	f.words[bit/64] |= 1 << (bit % 64)
}

func (f *filter) mayHold(g uint64) bool {
	bit := f.hash(g)
	return f.words[bit/64]&(1<<(bit%64)) != 0
}

// hash is Fibonacci hashing: the high bits of a product with 2^64 divided by the golden ratio.
func (f *filter) hash(g uint64) uint64 { return (g * 0x9E3779B97F4A7C15) >> f.shift }
