package config

import (
	"reflect"
	"slices"
	"strings"
)

// secret tells whether the value of the variable is hidden.
func (f field) secret() bool { return f.kind == reflect.TypeFor[Secret]() }

// Secrets returns the values of the secrets that are set.
func (c Config) Secrets() (values []string) {
	for _, f := range fields {
		if !f.secret() {
			continue
		}
		if s := reflect.ValueOf(c).FieldByName(f.name).Interface().(Secret); s.IsSet() {
			values = append(values, s.Reveal())
		}
	}
	return values
}

// WithoutSecrets leaves out of an environment, whose entries are as those of os.Environ, the secrets of the suite, and
// STAGING_DEPLOY_COMMAND, which may hold some: it is for a process that has no use for them.
func WithoutSecrets(environ []string) []string {
	hidden := []string{"STAGING_DEPLOY_COMMAND"}
	for _, f := range fields {
		if f.secret() {
			hidden = append(hidden, f.variable)
		}
	}
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(hidden, name)
	})
}
