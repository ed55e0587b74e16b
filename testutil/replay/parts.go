package replay

import (
	"slices"
	"strings"
)

// alike tells whether two users play the same part in the story: both did the same as far as both came, and came
// as far as a session. Which of them something happens to may be chance.
func (s *Script) alike(a, b string) bool {
	mine, hers := s.part(a), s.part(b)
	n := min(len(mine), len(hers))
	return slices.Equal(mine[:n], hers[:n]) && slices.Contains(mine[:n], ".s1: "+whatDial)
}

// part is what a user did, without what only shows how it went: when she left, and what she waited for.
func (s *Script) part(user string) (acts []string) {
	for _, a := range s.Acts {
		if a.User == user && user != "" && !slices.Contains([]string{whatLeave, whatSettle, whatIdle, whatOverhear}, a.What) {
			acts = append(acts, strings.TrimPrefix(a.String(), user))
		}
	}
	return acts
}
