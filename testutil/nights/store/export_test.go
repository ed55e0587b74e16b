package store

import "time"

// Impatient lets nobody wait long, until the test that called it ends.
func Impatient(cleanup func(func())) {
	before := patience
	patience = time.Millisecond
	cleanup(func() { patience = before })
}
