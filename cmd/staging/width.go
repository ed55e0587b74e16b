package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// widthOf measures the terminal that out is, each time anew; 0 is none.
func widthOf(out io.Writer) func() int {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() int { return 0 }
	}
	return func() int {
		const usual = 80 // where the terminal does not say
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
		return usual
	}
}
