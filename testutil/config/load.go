package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/joho/godotenv"
)

// NoEnvFile is the value of STAGING_ENV_FILE with which no .env file is read.
const NoEnvFile = "none"

// Load is Parse on the process's environment and the .env file of the module that the working
// directory is in, found from any package's directory; a missing .env is none. Relative paths in
// the configuration mean the module root. Load also reads the files of STAGING_CA_FILE and
// STAGING_LOG_ALLOWLIST.
//
// Every variable is looked up by name and every file opened by the process itself, so that go test
// sees them when it decides whether a cached result still holds, if Load is called after the tests
// began to run; a call in TestMain before m.Run is invisible to it.
func Load() (Config, error) {
	root, err := moduleRoot()
	if err != nil {
		return Config{}, err
	}
	environ := environment()
	path, dotenv, err := readEnvFile(root, environ["STAGING_ENV_FILE"])
	if err != nil {
		return Config{}, problems{err}.err()
	}
	c, ps := parse(environ, dotenv)
	c.EnvFile = path
	c.CAFile = below(root, c.CAFile)
	c.LogAllowlist = below(root, c.LogAllowlist)
	if c.Artifacts == "" {
		// A directory for each user of the machine: nobody can write into that of another.
		c.Artifacts = filepath.Join(os.TempDir(), fmt.Sprintf("netra-staging-e2e-%d", os.Getuid()))
	}
	c.Artifacts = below(root, c.Artifacts)
	if _, err := c.CertPool(); err != nil {
		ps = append(ps, err)
	}
	ps.checkPast("STAGING_DEPLOYMENT_BEGAN", c.DeploymentBegan, time.Now())
	_, unreadable := readAllowances(c.LogAllowlist)
	if err := append(ps, unreadable...).err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// CertPool returns the system's certificate authorities and those of CAFile; nil, which means the
// system's to crypto/tls, if there is no CAFile.
func (c Config) CertPool() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, Problem{"STAGING_CA_FILE", "cannot be read (" + err.Error() + ")", "name a PEM file, relative to the module root"}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without authorities can still trust the one that is given
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, Problem{"STAGING_CA_FILE", "holds no certificate", "name a PEM file with a CERTIFICATE block"}
	}
	return pool, nil
}

// Unconfigured leaves out of an environment, whose entries are as those of os.Environ, what configures the
// suite, for a process that shall be configured otherwise.
func Unconfigured(environ []string) []string {
	var kept []string
	for _, entry := range environ {
		if !strings.HasPrefix(entry, "STAGING_") && !strings.HasPrefix(entry, "E2E_") && !strings.HasPrefix(entry, "TEST_USER_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

func environment() map[string]string {
	environ := map[string]string{}
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok {
			environ[name] = value
		}
	}
	for _, name := range Variables() {
		if value, ok := os.LookupEnv(name); ok {
			environ[name] = value
		}
	}
	return environ
}

// moduleRoot is the nearest folder upwards with a go.mod, or the working directory outside a module.
func moduleRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module root: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return start, nil
		}
	}
}

func below(root, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, path)
}

// readEnvFile returns the path that was read, empty if none was, and its variables.
func readEnvFile(root, named string) (path string, vars map[string]string, err error) {
	if named == NoEnvFile {
		return "", nil, nil
	}
	path = below(root, named)
	if named == "" {
		path = filepath.Join(root, ".env")
	}
	text, err := os.ReadFile(path)
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, Problem{"STAGING_ENV_FILE", "cannot be read (" + err.Error() + ")", "name a file of NAME=value lines, or none"}
	}
	vars, err = godotenv.UnmarshalBytes(text)
	if err != nil { // its text would quote the file, secrets included
		return "", nil, Problem{"STAGING_ENV_FILE", fmt.Sprintf("cannot be understood (%s, line %d)", path, badLine(string(text))), "write NAME='value'"}
	}
	return path, vars, nil
}

// badLine is the line behind the longest beginning of the text that can be parsed.
func badLine(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}
