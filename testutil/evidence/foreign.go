package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
)

// firstBytes is how much of a file's first line is looked at: longer than any header.
const firstBytes = 64 << 10

// foreign tells whether a file is plainly somebody else's: its first line is whole, and is JSON that is no header
// of a history, no record of one, and nothing that go test says. Whatever is damaged is not.
func foreign(in io.Reader) bool {
	line, err := bufio.NewReaderSize(in, firstBytes).ReadSlice('\n')
	if err != nil && err != io.EOF {
		return false
	}
	line = bytes.TrimSpace(line)
	if !json.Valid(line) {
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil {
		return true
	}
	has := func(names ...string) bool {
		for _, name := range names {
			if members[name] == nil {
				return false
			}
		}
		return true
	}
	return !has("version", "story") && !has("package", "story") && !has("n", "kind") && !has("Action")
}
