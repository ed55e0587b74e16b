package staging

import "strings"

// A Likeness makes, of a fresh address, another that is like it and that nobody had before either. Where ids
// derive from addresses (http.md 2.1), so do those of the users: a target that compares ids carelessly takes
// one user for the other.
type Likeness func(email string) string

// Longer begins with the whole of the other local part.
func Longer(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	return local + "7@" + domain
}

// Confusable differs from the other local part in one character, which is neither letter nor digit in both.
func Confusable(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	last := strings.LastIndex(local, "-")
	if last < 0 { // not one of ours
		return "go." + email
	}
	return local[:last] + "." + local[last+1:] + "@" + domain
}
