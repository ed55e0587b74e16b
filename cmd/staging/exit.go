package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// A codedError ends the command with a code of its own.
type codedError struct {
	error
	code int
}

// Unwrap returns the cause.
func (e codedError) Unwrap() error { return e.error }

// coded is the error with a code of its own; nil stays nil.
func coded(err error, code int) error {
	if err == nil {
		return nil
	}
	return codedError{err, code}
}

// misused gives the code to a command line that cannot be meant, where 1 says something of a target.
func misused(c *cobra.Command, code int) {
	fits := c.Args
	c.Args = func(c *cobra.Command, args []string) error { return coded(fits(c, args), code) }
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return coded(err, code) })
}

// exitCode is how the process ends with an error.
func exitCode(err error) int {
	if coded, ok := errors.AsType[codedError](err); ok {
		return coded.code
	}
	return 1
}
