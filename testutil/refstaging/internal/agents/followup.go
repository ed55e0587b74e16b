package agents

import "fmt"

// scale is a follow-up: a prompt without figures that multiplies the thread's last result.
type scale struct {
	word   string // as it begins the answer
	factor *Number
}

var scales = []struct {
	words []string
	scale scale
}{
	{[]string{"double"}, scale{"Twice", whole(2)}},
	{[]string{"triple"}, scale{"Three times", whole(3)}},
	{[]string{"half", "halve"}, scale{"Half of", whole(1).over(whole(2))}},
}

// followUp finds the scale that a prompt asks for.
func followUp(prompt string) (scale, bool) {
	said := words(prompt)
	for _, s := range scales {
		for _, word := range s.words {
			if said[word] {
				return s.scale, true
			}
		}
	}
	return scale{}, false
}

func scaleTool(s scale, previous *Number) tool {
	return tool{
		name: "scale_previous",
		thoughts: func(Reading) []string {
			return []string{fmt.Sprintf("Taking %s, the last result of this conversation, times %s.", previous, s.factor)}
		},
		run: func(Reading) outcome {
			scaled := previous.times(s.factor)
			return outcome{
				result:   scaled,
				results:  map[string]any{"scaled": scaled, "previous": previous, "factor": s.factor},
				sentence: fmt.Sprintf("%s %s is %s.", s.word, previous, scaled),
			}
		},
	}
}
