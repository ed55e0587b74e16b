package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretIsNeverShown(t *testing.T) {
	c, err := Parse(remote("TEST_USER_EMAIL=a@b.example", "TEST_USER_PASSWORD="+canaryPassword), nil)
	require.NoError(t, err)
	s := c.Password
	below := struct{ secret Secret }{s} // fmt calls no method of an unexported field
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "%10s", "%!"} {
		for _, value := range []any{s, &s, c, &c, below, &below, []Secret{s}, map[int]Secret{1: s}} {
			fmt.Fprintf(&out, verb, value)
		}
	}
	for _, value := range []any{s, c, []Secret{s}, map[string]Secret{"a": s}} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Contains(t, string(text), hidden)
		out.Write(text)
	}
	text, err := s.MarshalText()
	require.NoError(t, err)
	out.Write(text)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("secret", "it", s, "config", c, slog.Any("list", []Secret{s}))
	}
	out.WriteString(fmt.Sprint(s, s.String(), s.GoString()))
	assert.False(t, assert.ObjectsAreEqual(s, NewSecret("another")))
	assert.Equal(t, canaryPassword, s.Reveal())
	for _, canary := range []string{canaryKey, canaryPassword, fmt.Sprintf("%x", canaryPassword), fmt.Sprintf("%X", canaryPassword)} {
		assert.NotContains(t, out.String(), canary)
	}
}

func TestSecretSurvivesAFailedComparison(t *testing.T) {
	var log fakeT
	assert.Equal(&log, struct{ S Secret }{NewSecret(canaryKey)}, struct{ S Secret }{NewSecret("b")})
	require.NotEmpty(t, log.text)
	assert.NotContains(t, log.text, canaryKey)
}

type fakeT struct{ text string }

func (f *fakeT) Errorf(format string, args ...any) { f.text += fmt.Sprintf(format, args...) }

func TestSecretThatIsNotSet(t *testing.T) {
	for _, s := range []Secret{{}, NewSecret("")} {
		assert.Equal(t, Secret{}, s)
		assert.False(t, s.IsSet())
		assert.Empty(t, s.Reveal())
		assert.Empty(t, s.String())
		assert.Empty(t, fmt.Sprint(s))
	}
	assert.Equal(t, "[secret]", NewSecret("x").String())
	assert.Equal(t, "[secret]", fmt.Sprintf("%#v", NewSecret("x")))
	text, err := json.Marshal([]Secret{{}, NewSecret("x")})
	require.NoError(t, err)
	assert.JSONEq(t, `["","[secret]"]`, string(text))
	assert.True(t, NewSecret("x").IsSet())
}
