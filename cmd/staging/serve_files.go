package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/netra-systems/staging-e2e/testutil/refstaging"
)

// writeNew writes a file that must not exist, since it may be somebody's .env, or a temporary one if path
// is empty, and returns where it is. Nothing is left of a file that could not be written.
func writeNew(path, text string) (written string, err error) {
	f, err := createNew(path)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func createNew(path string) (*os.File, error) {
	if path == "" {
		return os.CreateTemp("", "staging-serve-*")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// certify makes a certificate authority and lets the server use it. The returned function removes the
// file that was written.
func (s *serving) certify(cfg *refstaging.Config) (remove func() error, err error) {
	authority, err := refstaging.GenerateCA()
	if err != nil {
		return nil, err
	}
	if s.caFile, err = writeNew(s.caFile, string(authority.PEM)); err != nil {
		return nil, fmt.Errorf("write the certificate authority (--ca-file names a file that does not exist yet, and is removed at the end): %w", err)
	}
	cfg.TLS = authority.TLS()
	return func() error { return os.Remove(s.caFile) }, nil
}
