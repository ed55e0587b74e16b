// Package replay tells a recorded story again: the same users do the same things in the same order, at any
// target, with fresh credentials, and what becomes of it is recorded and judged as the first time.
//
// A Script is what a history says that its story did: acts, each with the time between its beginning and
// what the story waited for. An act begins when all acts have ended that had ended in the recording when it
// began; so what was simultaneous may be so again, and what came after something comes after it. Ids that a
// target gave are replaced by those that it gives now, and so are addresses and nonces, which nobody may
// have twice.
//
// What cannot be told again is said, and such a replay is never green.
package replay
