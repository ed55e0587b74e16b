package judge

import "strings"

// A sieve finds in one pass where a text may hold any of many clues. Every frame is searched for
// everything that must not leave the platform; one search for each would cost more than decoding it.
//
// It looks at four bytes at every third place: whichever place a clue of six bytes or more begins at,
// exactly one of its first three groups of four is looked at.
type sieve struct {
	maybe  [1 << 16 / 64]uint64 // by hash; small enough to stay in the nearest cache
	groups map[uint32]bool
}

const (
	sieveStride = 3
	shortClue   = sieveStride + 3
)

// newSieve makes a sieve for clues; those shorter than shortClue are left out.
func newSieve(clues ...string) *sieve {
	s := &sieve{groups: map[uint32]bool{}}
	for _, clue := range clues {
		if len(clue) < shortClue {
			continue
		}
		for i := range sieveStride {
			group := groupAt(clue, i)
			s.groups[group] = true
			s.maybe[hashOf(group)/64] |= 1 << (hashOf(group) % 64)
		}
	}
	return s
}

// next returns the first place at or after from where a clue may stand, or up to two bytes before it;
// -1 if there is none. From is 0, or a place that next returned plus sieveStride.
func (s *sieve) next(text string, from int) int {
	for i := from; i <= len(text)-4; i += sieveStride {
		group := groupAt(text, i)
		if at := hashOf(group); s.maybe[at/64]&(1<<(at%64)) != 0 && s.groups[group] {
			return i
		}
	}
	return -1
}

func groupAt(text string, i int) uint32 {
	four := text[i : i+4] // one check of bounds, one load
	return uint32(four[0]) | uint32(four[1])<<8 | uint32(four[2])<<16 | uint32(four[3])<<24
}

func hashOf(group uint32) uint32 { return group * 0x9E3779B1 >> 16 }

// wordAt returns where the word begins that a sieve noticed at i, -1 if it noticed something else.
func wordAt(text string, i int, word string) int {
	for at := i; at >= 0 && at > i-sieveStride; at-- {
		if strings.HasPrefix(text[at:], word) {
			return at
		}
	}
	return -1
}
