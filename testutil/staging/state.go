package staging

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// stateDir returns the folder of what the processes of a machine share. It is in the user's cache
// directory, and where that cannot be written, as without a home, in the one for temporary files. The
// error names both.
func stateDir() (string, error) {
	var failed []error
	cache, err := os.UserCacheDir()
	if err == nil {
		dir := filepath.Join(cache, "staging-e2e")
		if err = writable(dir); err == nil {
			return dir, nil
		}
	}
	failed = append(failed, err)
	dir := filepath.Join(os.TempDir(), "staging-e2e-"+account())
	if err = writable(dir); err == nil {
		return dir, nil
	}
	return "", fmt.Errorf("no folder can be written for what the suite's processes on this machine share (give HOME or TMPDIR one): %w",
		errors.Join(append(failed, err)...))
}

// writable makes dir and a file in it.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// account tells the users of a machine apart: by number, or by name on Windows, which has no numbers.
func account() string {
	if id := os.Getuid(); id >= 0 {
		return strconv.Itoa(id)
	}
	if u, err := user.Current(); err == nil {
		return fingerprint(u.Username) // may hold what a path may not
	}
	return "unknown"
}

// fingerprint names a file after values that are not to be in its name.
func fingerprint(values ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
	return hex.EncodeToString(sum[:8])
}
