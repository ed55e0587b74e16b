package judge

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestDurationsAreRoundedToWhatMatters(t *testing.T) {
	for exact, want := range map[time.Duration]string{
		0: "0s", 5 * time.Second: "5s", 5_000_637_874: "5.001s", 5_000_000_001: "5.001s", 61 * time.Second: "1m1s",
		10 * time.Millisecond: "10ms", 12_345_678: "13ms", 9_999_001: "10ms", 1_234_567: "1.235ms", 1: "1µs", -5_000_637_874: "-5.001s",
	} {
		assert.Equal(t, "it took "+want+" of 5s for 1, 2.5 and a", prose("it took %s of %s for %d, %v and %s", exact, 5*time.Second, 1, 2.5, "a"))
	}
}

// What is over its budget is said to be, to a reader who knows the budget to the millisecond.
func TestRoundingHidesNoExcess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		budget := rapid.Int64Range(10, 200_000).Draw(t, "budget in ms")
		took := time.Duration(budget)*time.Millisecond + time.Duration(rapid.Int64Range(1, 1e10).Draw(t, "more"))
		assert.Greater(t, rounded(took), time.Duration(budget)*time.Millisecond)
		assert.Less(t, rounded(took)-took, time.Millisecond)
		assert.Equal(t, rounded(took), rounded(rounded(took)), "rounding twice changes nothing")
	})
}

// Findings are told apart by what was measured, and not by what is said of it.
func TestFindingsThatReadAlikeAreTwo(t *testing.T) {
	for more, want := range map[time.Duration]int{0: 1, 1: 2} {
		s := newStory()
		s.note(history.TopicWaited, "5000000001")
		s.note(history.TopicWaited, fmt.Sprint(int64(5_000_000_001+more)))
		_, found := criteriaOf(s.end(), func(v *View, word string) {
			var took time.Duration
			_, _ = fmt.Sscan(word, &took)
			v.Report(nil, "it took %s", took)
		})
		var messages []string
		for _, f := range found {
			if f.Rule == "x/one" {
				messages = append(messages, f.Message)
			}
		}
		assert.Equal(t, []string{"it took 5.001s", "it took 5.001s"}[:want], messages)
	}
}
