package refstaging_test

import (
	"testing"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// BenchmarkStart is a whole deployment from nothing to nothing: three listeners, the first revisions with
// their starts and logs, and the end.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s, err := refstaging.Start(refstaging.Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDeploy is a further revision of the backend.
func BenchmarkDeploy(b *testing.B) {
	s, err := refstaging.Start(refstaging.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Deploy(b.Context(), "backend"); err != nil {
			b.Fatal(err)
		}
	}
}
