package config

import (
	"reflect"
	"time"
)

// A field is one variable, as the tags of Config describe it.
type field struct {
	name     string // Go name, unique in Config
	variable string
	section  string // title of the section that begins here; mostly empty
	fallback string // what an empty variable means
	example  string
	doc      string
	kind     reflect.Type
}

// fields are all variables, in the order of Config.
var fields = fieldsOf(reflect.TypeFor[Config]())

func fieldsOf(t reflect.Type) (all []field) {
	for f := range t.Fields() {
		if f.Tag == "" {
			all = append(all, fieldsOf(f.Type)...)
			continue
		}
		all = append(all, field{
			name:     f.Name,
			variable: f.Tag.Get("env"),
			section:  f.Tag.Get("section"),
			fallback: f.Tag.Get("default"),
			example:  f.Tag.Get("example"),
			doc:      f.Tag.Get("doc"),
			kind:     f.Type,
		})
	}
	return all
}

// Variables returns the names of all variables that the suite reads, in the order of Config.
func Variables() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.variable
	}
	return names
}

// form says how a value of the field is written.
func (f field) form() string {
	switch f.kind {
	case reflect.TypeFor[int]():
		return "write a whole number such as " + f.example
	case reflect.TypeFor[float64]():
		return "write a number such as " + f.example
	case reflect.TypeFor[time.Duration]():
		return "write a duration with its unit such as " + f.example
	case reflect.TypeFor[time.Time]():
		return "write a time with its zone such as " + f.example
	default:
		return "see the configuration table in README.md"
	}
}
