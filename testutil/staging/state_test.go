package staging

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// home gives the process a cache directory and one for temporary files of its own.
func home(t *testing.T) (cache, temp string) {
	cache, temp = t.TempDir(), t.TempDir()
	t.Setenv("HOME", cache)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("LocalAppData", cache)
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	return cache, temp
}

func TestTheStateIsWhereItCanBeWritten(t *testing.T) {
	file := func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o600)) }
	for _, row := range []struct {
		name  string
		spoil func(t *testing.T, cache, temp string)
		temp  bool // it is there
		none  bool
	}{
		{name: "the cache directory", spoil: func(*testing.T, string, string) {}},
		{name: "a cache directory that cannot hold it", temp: true, spoil: func(t *testing.T, cache, _ string) {
			require.NoError(t, os.MkdirAll(cache, 0o700))
			file(t, filepath.Join(cache, "staging-e2e"))
		}},
		{name: "no cache directory", temp: true, spoil: func(t *testing.T, cache, _ string) {
			t.Setenv("HOME", "")
			t.Setenv("XDG_CACHE_HOME", "")
			t.Setenv("LocalAppData", "")
		}},
		{name: "nowhere", none: true, spoil: func(t *testing.T, cache, temp string) {
			require.NoError(t, os.MkdirAll(cache, 0o700))
			file(t, filepath.Join(cache, "staging-e2e"))
			file(t, filepath.Join(temp, "staging-e2e-"+account()))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			cache, temp := home(t)
			row.spoil(t, cache, temp)
			want := filepath.Join(cache, "staging-e2e")
			if row.temp {
				want = filepath.Join(temp, "staging-e2e-"+account())
			}
			p, err := newPace(apiURL, 90, 900)
			if row.none {
				require.ErrorContains(t, err, want)
				require.ErrorContains(t, err, filepath.Join(temp, "staging-e2e-"+account()))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, want, filepath.Dir(p.path))
			_, err = p.Wait(t.Context(), "/ws")
			require.NoError(t, err)
			left, err := filepath.Glob(filepath.Join(want, "probe-*"))
			require.NoError(t, err)
			assert.Empty(t, left)
			require.NoError(t, os.RemoveAll(want))
			_, err = p.Wait(t.Context(), "/ws")
			require.ErrorContains(t, err, want, "an error says which file")
		})
	}
}
