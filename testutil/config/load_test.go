package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module enters a package folder of a new module whose root holds the files, with none of the
// suite's variables set.
func module(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "STAGING_") || strings.HasPrefix(name, "E2E_") || strings.HasPrefix(name, "TEST_USER_") {
			t.Setenv(name, "") // restores it
			require.NoError(t, os.Unsetenv(name))
		}
	}
	root = t.TempDir()
	write(t, root, "go.mod", "module m\n")
	for name, text := range files {
		write(t, root, name, text)
	}
	pkg := filepath.Join(root, "e2e", "pkg")
	require.NoError(t, os.MkdirAll(pkg, 0o755))
	t.Chdir(pkg)
	return root
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func TestLoadWithoutAnything(t *testing.T) {
	module(t, nil)
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, Embedded, c.Target)
	assert.Empty(t, c.EnvFile)
	assert.Equal(t, filepath.Join(os.TempDir(), fmt.Sprintf("netra-staging-e2e-%d", os.Getuid())), c.Artifacts)
	pool, err := c.CertPool()
	require.NoError(t, err)
	assert.Nil(t, pool)
}

func TestLoadFindsTheFileAtTheModuleRoot(t *testing.T) {
	root := module(t, map[string]string{".env": "export STAGING_USERS=7\nSTAGING_ARTIFACTS='out'\nTEST_USER_EMAIL=a@b.example\nTEST_USER_PASSWORD='a$b # c'\n"})
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, 7, c.Users)
	assert.Equal(t, filepath.Join(root, ".env"), c.EnvFile)
	assert.Equal(t, filepath.Join(root, "out"), c.Artifacts)
	assert.Equal(t, "a$b # c", c.Password.Reveal())

	t.Setenv("STAGING_USERS", "9")
	c, err = Load()
	require.NoError(t, err)
	assert.Equal(t, 9, c.Users, "the environment wins")

	t.Setenv("STAGING_USERS", "")
	c, err = Load()
	require.NoError(t, err)
	assert.Equal(t, 25, c.Users, "set to empty means the default")

	t.Setenv("STAGING_ENV_FILE", NoEnvFile)
	c, err = Load()
	require.NoError(t, err)
	assert.Empty(t, c.EnvFile)
	assert.False(t, c.Password.IsSet())
}

func TestLoadReadsANamedFile(t *testing.T) {
	module(t, map[string]string{".env": "STAGING_USERS=7\n", "night.env": "STAGING_USERS=8\n"})
	t.Setenv("STAGING_ENV_FILE", "night.env")
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, 8, c.Users)

	t.Setenv("STAGING_ENV_FILE", "missing.env")
	_, err = Load()
	assert.Equal(t, []string{"STAGING_ENV_FILE"}, refused(t, err))
	assert.ErrorContains(t, err, "missing.env")
}

func TestLoadRefusesABrokenFileWithoutQuotingIt(t *testing.T) {
	for text, line := range map[string]string{
		"A=1\nTEST_USER_PASSWORD='" + canaryPassword + "\nB=2\n":        "line 2",
		"A='1\n2'\n\n" + canaryPassword + "!\n":                         "line 4",
		canaryPassword + " x = 1\nTEST_USER_PASSWORD=" + canaryPassword: "line 1",
	} {
		module(t, map[string]string{".env": text})
		_, err := Load()
		assert.Equal(t, []string{"STAGING_ENV_FILE"}, refused(t, err), text)
		assert.ErrorContains(t, err, line)
		assert.NotContains(t, err.Error(), canaryPassword)
	}
}

func TestLoadRefusesUnknownVariablesOfTheProcess(t *testing.T) {
	module(t, map[string]string{".env": "STAGING_FROM_FILE=1\n"})
	t.Setenv("STAGING_BASE_URL", "https://staging.netrasystems.ai")
	_, err := Load()
	assert.Equal(t, []string{"STAGING_BASE_URL", "STAGING_FROM_FILE"}, refused(t, err))
}

func TestLoadReadsTheAuthority(t *testing.T) {
	authority := newAuthority(t)
	root := module(t, map[string]string{"ca.pem": authority, "empty.pem": "nothing\n"})
	t.Setenv("STAGING_CA_FILE", "ca.pem")
	c, err := Load()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(root, "ca.pem"), c.CAFile)
	pool, err := c.CertPool()
	require.NoError(t, err)
	block, _ := pem.Decode([]byte(authority))
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	_, err = cert.Verify(x509.VerifyOptions{Roots: pool})
	assert.NoError(t, err)

	for _, bad := range []string{"empty.pem", "missing.pem", "."} {
		t.Setenv("STAGING_CA_FILE", bad)
		t.Setenv("STAGING_USERS", "1")
		_, err = Load()
		assert.Equal(t, []string{"STAGING_USERS", "STAGING_CA_FILE"}, refused(t, err), bad)
	}
}

func newAuthority(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
