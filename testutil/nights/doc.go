// Package nights is what remains of a night when its histories are gone: what was decided, which stories were red,
// which rules they broke and how long every phase took; and what many nights show together.
//
// It performs no I/O: nights/store keeps nights in a file. A night is made of evidence and a decision that was
// made on it. Nothing here decides: a shift of a latency is advice.
package nights
