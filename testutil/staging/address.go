package staging

import (
	"crypto/rand"
	"time"
)

const mailDomain = "staging.netrasystems.ai"

// plain has 32 characters that make no word: no address of ours may hold one, such as "test" or "e2e",
// by which the platform chooses another behaviour (http.md 5.4, websocket.md 7).
const plain = "0123456789abcdfghjklmnpqrstvwxyz"

// An Address is a form of addresses. The user's id derives from the local part (http.md 2.1), so that whoever
// judges ids by how they look has to take them all.
type Address struct {
	Name  string
	local func(date string) string
}

// The forms. Each has a date in it, which tells a cleaner how old the address is.
var (
	plainAddress  = Address{"plain", func(date string) string { return "go-" + date + "-" + random(32, 12) }}
	digitsAddress = Address{"digits only", func(date string) string { return date + random(10, 18) }}
	uuidAddress   = Address{"a UUID", func(date string) string { // of version 8, which is anybody's (RFC 9562)
		return date + "-" + random(15, 4) + "-8" + random(15, 3) + "-8" + random(15, 3) + "-" + random(15, 12)
	}}
	defaultAddress = Address{"the word default", func(date string) string { return "default_" + date + "-" + random(32, 12) }}
)

// Addresses are all forms, the usual one last, which alone can be recognized as ours wherever it stands. Ids of
// the others were taken for placeholders (catalogue, session-placeholder-id-rejected).
var Addresses = []Address{digitsAddress, uuidAddress, defaultAddress, plainAddress}

// fresh makes an address that nobody had before: all forms have about 60 random bits or more, of which a million users a day for a century meet with odds
// of 1 in 50,000.
func (a Address) fresh(now time.Time) string {
	return a.local(now.UTC().Format("20060102")) + "@" + mailDomain
}

// random is made of the first so many characters of plain; ten are digits, fifteen those of a hexadecimal
// number that makes no word either.
func random(of, length int) string {
	raw := make([]byte, length)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = plain[int(b)%of]
	}
	return string(raw)
}
